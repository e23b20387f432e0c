"""From a rule file's tree to functions: names resolved, checked, compiled."""
