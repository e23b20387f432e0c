"""Who is here in the tests of rights, and how the workspace is opened as one of them."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable
from contextlib import AbstractContextManager

from syncline import Workspace
from syncline.people.rights import Role

__all__ = ["ADMIN", "ANN", "BOB", "EVERYBODY", "LOGGED_IN", "MIA", "OPS", "As"]

ADMIN = 'admin "ops@acme.example"\n'
#: Who is here, by role; the super-admin is the rules' CRM admin.
OPS, ANN, MIA, BOB = (f"{name}@acme.example" for name in ("ops", "ann", "mia", "bob"))
EVERYBODY = {Role.SUPER_ADMIN: OPS, Role.ADMIN: ANN, Role.MANAGER: MIA, Role.MEMBER: BOB}
#: The user of the operating system that these tests run as.
LOGGED_IN = pwd.getpwuid(os.geteuid()).pw_name
#: Opens the workspace as somebody.
As = Callable[[str | None], AbstractContextManager[Workspace]]
