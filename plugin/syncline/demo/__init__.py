"""The people that a demo starts with, made from a seed."""
