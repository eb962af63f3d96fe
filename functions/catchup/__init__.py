"""Catch-up: Okta's System Log, the record, read onto the bus where the hook, the hint, may have failed."""
