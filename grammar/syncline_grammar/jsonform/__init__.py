"""Rules as JSON and back, with nothing lost."""
