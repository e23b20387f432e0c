"""What a stop means, how the text goes on behind it, and how to mend it."""
