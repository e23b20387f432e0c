"""Salesloft on loopback: its REST API v2, over documents, with its points and its OAuth (B10)."""
