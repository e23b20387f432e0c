"""Salesforce on loopback: its resources over one store."""
