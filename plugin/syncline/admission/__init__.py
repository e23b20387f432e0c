"""Being let in: which way, whose tokens, where they lie, how they are renewed (RS1, RP1)."""
