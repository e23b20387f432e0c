"""Pipedrive on loopback: its resources over one store."""
