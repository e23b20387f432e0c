"""A sandbox of Ringover's public API v2: calls, conversations, and signed deliveries."""
