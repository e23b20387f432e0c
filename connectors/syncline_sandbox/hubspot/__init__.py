"""HubSpot on loopback."""
