"""Old rules against new rules, over records: what either would do that the other would not."""
