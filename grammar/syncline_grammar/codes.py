"""The register of diagnostics: a code, its title, and what an admin does about it.

E1xx the text cannot be read; E2xx a name is unknown; E3xx the parts do not fit together;
E4xx a system cannot do it; W9xx it can be used, but look again. A number is never used twice.
"""

from __future__ import annotations

__all__ = ["CODES"]

CODES: dict[str, str] = {
    "E101": "the file is not text",
    "E102": "the file is too large",
    "E103": "brackets are nested too deep",
    "E104": "something else is wanted here",
    "E105": "a quote is not closed",
    "E106": "a brace or bracket is not closed",
    "E107": "this sign is not part of the language",
    "E108": "the file holds no rules",
    "E109": "a brace or bracket closes nothing",
    "E110": "this is written differently here",
    "E111": "a number is out of bounds",
    "E112": "a group has no rows",
    "E113": "there are too many rules",
    "E201": "unknown object",
    "E202": "unknown field",
    "E203": "two fields share this label",
    "E204": "unknown function",
    "E205": "unknown cadence",
    "E206": "unknown system",
    "E207": "unknown variable in a text",
    "E208": "a name is used twice",
    "E209": "unknown kind of activity",
    "E301": "a value that the picklist does not have",
    "E302": "the system does not let this field be written",
    "E303": "a field is written twice",
    "E304": "write `is blank`",
    "E305": "this never settles",
    "E306": "this operator does not fit the field",
    "E307": "wrong number of arguments",
    "E308": "a pattern cannot be read",
    "E309": "both sides of the arrow lie on one side",
    "E310": "these words contradict each other",
    "E311": "a required field is not mapped",
    "E312": "this compares with the record before, and there is none",
    "E313": "a default is not a value of the field",
    "E314": "records cannot be matched",
    "E315": "a function that can fail has no way out",
    "E316": "a function does not take this",
    "E317": "a test lacks its beginning or its end",
    "E318": "a test expects what no rule does",
    "E401": "the system cannot do this",
    "E402": "records cannot be created without a key field",
    "E403": "a side is not connected",
    "W901": "nothing flows",
    "W902": "the same condition twice",
    "W903": "a text may be too long",
    "W904": "values without a place across",
    "W905": "a row that may never fire",
    "W906": "no record fits",
    "W907": "every record fits",
    "W908": "a workflow of an object that is not mapped",
}
