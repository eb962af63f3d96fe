"""The event hook's secret is replaced once a month, without a moment in which a delivery is refused."""
