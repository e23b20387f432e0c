"""Servers on loopback that speak vendors' HTTP, for trying rules without an account (B10)."""
