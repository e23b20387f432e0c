"""Tree and comments to the one form of a rule file."""
