"""What runs did over some time, in figures: for a person, a page or a program."""
