"""Who a token speaks for, in the two shapes that the vendor has for it."""

from __future__ import annotations

__all__ = ["identity", "userinfo"]

from typing import TYPE_CHECKING, Any

from .start import ORG

if TYPE_CHECKING:
    from .store import Row

_SERVICES = {
    "enterprise": "/services/Soap/c/{version}/" + ORG[:15],
    "metadata": "/services/Soap/m/{version}/" + ORG[:15],
    "partner": "/services/Soap/u/{version}/" + ORG[:15],
    "rest": "/services/data/v{version}/",
    "sobjects": "/services/data/v{version}/sobjects/",
    "search": "/services/data/v{version}/search/",
    "query": "/services/data/v{version}/query/",
    "recent": "/services/data/v{version}/recent/",
    "feeds": "/services/data/v{version}/chatter/feeds",
    "groups": "/services/data/v{version}/chatter/groups",
    "users": "/services/data/v{version}/chatter/users",
    "feed_items": "/services/data/v{version}/chatter/feed-items",
}


def identity(user: Row, base: str) -> dict[str, Any]:
    """Return what stands at a user's identity address, ``/id/ORG/USER``."""
    return {
        "id": f"{base}/id/{ORG}/{user['Id']}",
        "asserted_user": True,
        "user_id": user["Id"],
        "organization_id": ORG,
        "username": user["Username"],
        "nick_name": user["CommunityNickname"],
        "display_name": user["Name"],
        "email": user["Email"],
        "email_verified": True,
        "first_name": user.get("FirstName"),
        "last_name": user["LastName"],
        "timezone": user["TimeZoneSidKey"],
        "photos": _photos(base),
        "addr_street": None,
        "addr_city": user.get("City"),
        "addr_state": None,
        "addr_country": user.get("Country", "GB"),
        "addr_zip": user.get("PostalCode", "EC1A"),
        "mobile_phone": user.get("MobilePhone"),
        "mobile_phone_verified": False,
        "status": {"created_date": None, "body": None},
        "urls": _urls(user, base),
        "active": user["IsActive"],
        "user_type": "STANDARD",
        "language": user["LanguageLocaleKey"],
        "locale": user["LocaleSidKey"],
        "utcOffset": 0,
        "last_modified_date": user["LastModifiedDate"],
        "is_app_installed": True,
    }


def userinfo(user: Row, base: str) -> dict[str, Any]:
    """Return what OpenID Connect asks for, with what the vendor adds."""
    return {
        "sub": f"{base}/id/{ORG}/{user['Id']}",
        "user_id": user["Id"],
        "organization_id": ORG,
        "preferred_username": user["Username"],
        "nickname": user["CommunityNickname"],
        "name": user["Name"],
        "email": user["Email"],
        "email_verified": True,
        "given_name": user.get("FirstName"),
        "family_name": user["LastName"],
        "zoneinfo": user["TimeZoneSidKey"],
        "photos": _photos(base),
        "profile": f"{base}/{user['Id']}",
        "picture": _photos(base)["picture"],
        "urls": _urls(user, base),
        "active": user["IsActive"],
        "user_type": "STANDARD",
        "language": user["LanguageLocaleKey"],
        "locale": user["LocaleSidKey"],
        "utcOffset": 0,
        "updated_at": user["LastModifiedDate"],
    }


def _photos(base: str) -> dict[str, str]:
    return {"picture": f"{base}/profilephoto/005/F", "thumbnail": f"{base}/profilephoto/005/T"}


def _urls(user: Row, base: str) -> dict[str, str]:
    found = {name: base + path for name, path in _SERVICES.items()}
    return {**found, "profile": f"{base}/{user['Id']}"}
