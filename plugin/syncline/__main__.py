"""``python -m syncline``: the command line."""

from .cli import main

main()
