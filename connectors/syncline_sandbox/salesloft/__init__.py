"""Salesloft on loopback."""
