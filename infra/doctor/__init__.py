"""The whole chain looked at, read-only: facts gathered at the edge, judged by pure checks. Runs where an
operator sits, never in Lambda."""
