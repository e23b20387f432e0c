"""Pipedrive on loopback."""
