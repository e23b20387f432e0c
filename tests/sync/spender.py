"""Asks a workspace's CRM again and again until the budget ends; prints how often it could."""

from __future__ import annotations

import sys
from pathlib import Path

import support
from syncline import Side, Workspace
from syncline.sync.meter import BudgetReachedError


def main() -> None:
    """Spend what is left."""
    answered = 0
    with Workspace(Path(sys.argv[1]), environ=support.SECRETS) as workspace:
        crm = workspace.systems[Side.CRM].connector
        try:
            while True:
                crm.lookup("Lead", ["nobody:prospect:1"])
                answered += 1
        except BudgetReachedError:
            sys.stdout.write(f"{answered}\n")


if __name__ == "__main__":
    main()
