"""One file a capability: its function, what starts it, and exactly what it may do."""
