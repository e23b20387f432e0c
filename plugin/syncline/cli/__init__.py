"""The command line: ``syncline``."""

from .main import main

__all__ = ["main"]
