"""What an editor asks of a rule file while it is written: pure functions, and a server around."""
