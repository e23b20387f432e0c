"""When cycles run: at fixed marks, earlier when somebody asks, later when a system fails."""
