"""HTTP at the edge: one client for every connector."""
