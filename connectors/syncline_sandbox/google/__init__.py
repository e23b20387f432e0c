"""A sandbox of one Google account: Gmail's history and messages, and the primary calendar."""
