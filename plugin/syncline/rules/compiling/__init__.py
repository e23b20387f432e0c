"""A checked tree to one generated Python module, and the rules that hold its functions."""
