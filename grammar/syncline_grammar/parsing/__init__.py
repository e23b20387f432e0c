"""Text to tree by the grammar's tables, without a thought for faults."""
