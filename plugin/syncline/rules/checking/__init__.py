"""A tree held against the systems' own fields: every fault as a diagnostic (B2)."""
