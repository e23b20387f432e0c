"""What a workspace tells of its work: log lines, figures, and spans of time."""
