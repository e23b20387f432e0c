"""Play recorded changes again by other rules: what would they have done? (B7)."""
