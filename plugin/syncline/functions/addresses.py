"""Functions over e-mail and web addresses."""

from __future__ import annotations

__all__ = ["ADDRESSES"]

import re
import unicodedata

from ..model import FieldType
from .arguments import shown
from .function import Example, Function

#: Scheme, host with its port, and all that follows.
_WEB = re.compile(r"(?:(https?)://|//)?([^/?#\s]+)([^\s]*)", re.IGNORECASE)
_PORT = re.compile(r":[0-9]{1,5}\Z")
_LOCAL = re.compile(r"[^\s@\"(),:;<>\[\]\\]{1,64}")
_LINKEDIN = re.compile(r"/(in|company|school|showcase)/([^/?#]+)", re.IGNORECASE)
#: The longest address of the internet's mail, and of its hosts.
_LONGEST_EMAIL, _LONGEST_HOST, _LONGEST_LABEL = 254, 253, 63


def _is_host(host: str) -> bool:
    """Tell whether *host* has the form of a public name: ``acme.com``, ``müller.de``."""
    labels = host.split(".") if len(host) <= _LONGEST_HOST else []
    return len(labels) > 1 and not labels[-1].isdecimal() and all(map(_is_label, labels))


def _is_label(label: str) -> bool:
    return (
        0 < len(label) <= _LONGEST_LABEL
        and label[0] != "-" != label[-1]
        and all(c.isalnum() or c == "-" or unicodedata.category(c) == "Mn" for c in label)
    )


def _email(text: str) -> str:
    address = text.strip().lower()
    local, _at, host = address.rpartition("@")
    if (
        len(address) > _LONGEST_EMAIL
        or not _LOCAL.fullmatch(local)
        or local[0] == "."
        or local[-1] == "."
        or ".." in local
        or not _is_host(host)
    ):
        raise ValueError(f"{shown(text)} is no e-mail address")
    return address


def _web(text: str) -> tuple[str, str, str, str] | None:
    """Return scheme, host, port and the rest of a web address; None when it is none."""
    found = _WEB.fullmatch(text.strip())
    if found is None:
        return None
    place = found[2].lower()
    port = _PORT.search(place)
    host = place if port is None else place[: port.start()]
    if not _is_host(host):
        return None
    return (found[1] or "https").lower(), host, "" if port is None else port[0], found[3]


def _url(text: str) -> str:
    parts = _web(text)
    if parts is None:
        raise ValueError(f"{shown(text)} is no web address")
    scheme, host, port, rest = parts
    # Behind a question mark or a hash, a slash belongs to what is asked for.
    path = rest if "?" in rest or "#" in rest else rest.rstrip("/")
    return f"{scheme}://{host}{port}{path}"


def _domain(text: str) -> str:
    parts = _web(text)
    if parts is not None:
        return parts[1].removeprefix("www.")
    try:
        return _email(text).rpartition("@")[2]
    except ValueError:
        raise ValueError(f"{shown(text)} is neither a web address nor an e-mail address") from None


def _linkedin(text: str) -> str:
    parts = _web(text)
    if parts is not None and (parts[1] == "linkedin.com" or parts[1].endswith(".linkedin.com")):
        found = _LINKEDIN.match(parts[3])
        if found is not None:
            return f"https://www.linkedin.com/{found[1].lower()}/{found[2].lower()}"
    raise ValueError(f"{shown(text)} is no LinkedIn page of a person or a company")


ADDRESSES: tuple[Function, ...] = (
    Function(
        name="email",
        summary="An e-mail address in small letters and without spaces around it.",
        call=_email,
        gives=FieldType.EMAIL,
        fails="the text is no e-mail address",
        normaliser=True,
        cost=15,
        examples=(
            Example(call='email(" Ada@Example.COM ")', gives="ada@example.com"),
            Example(
                call='email("ada at example.com")',
                fails='"ada at example.com" is no e-mail address',
            ),
        ),
    ),
    Function(
        name="url",
        summary=(
            "A web address with https:// before it when it has neither http:// nor https://, its "
            "host in small letters, and without a slash at its end."
        ),
        call=_url,
        gives=FieldType.URL,
        fails="the text is no web address",
        normaliser=True,
        cost=20,
        examples=(
            Example(call='url("Acme.com/")', gives="https://acme.com"),
            Example(call='url("http://ACME.com/About/Us/")', gives="http://acme.com/About/Us"),
            Example(call='url("ask Ada")', fails='"ask Ada" is no web address'),
        ),
    ),
    Function(
        name="domain",
        summary="The domain of a web address or of an e-mail address, without www. before it.",
        call=_domain,
        fails="the text is neither a web address nor an e-mail address",
        cost=25,
        examples=(
            Example(call='domain("https://www.acme.com/about")', gives="acme.com"),
            Example(call='domain("Ada@acme.com")', gives="acme.com"),
            Example(
                call='domain("Acme")',
                fails='"Acme" is neither a web address nor an e-mail address',
            ),
        ),
    ),
    Function(
        name="linkedin",
        summary=(
            "The address of a LinkedIn page in one form, whatever country, query or sub-page it "
            "was copied with."
        ),
        call=_linkedin,
        gives=FieldType.URL,
        fails="the text is no LinkedIn page of a person or a company",
        normaliser=True,
        cost=20,
        examples=(
            Example(
                call='linkedin("uk.linkedin.com/in/Ada-Lovelace/?trk=people")',
                gives="https://www.linkedin.com/in/ada-lovelace",
            ),
            Example(
                call='linkedin("https://acme.com/ada")',
                fails='"https://acme.com/ada" is no LinkedIn page of a person or a company',
            ),
        ),
    ),
)
