"""The ledger: what was seen, linked, planned and done, in SQL. Each file is one drawer of it."""
