"""Checks the addresses in a profile."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

_MAX_URL = 2000


def check_url(url: str) -> str:
    """Returns `url` if it is https, or http on a loopback address (for the practice bank).

    Raises ValueError with an English reason: another scheme, no host, a user, password or fragment,
    spaces, an invalid port.
    """
    if len(url) > _MAX_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError(f"not an address: {url[:80]!r}")
    parts = urlsplit(url)
    if not parts.hostname or parts.port == 0:  # .port itself raises ValueError above 65535
        raise ValueError(f"no host in the address: {url}")
    if parts.username is not None or parts.fragment:
        raise ValueError("an address must not hold a user, a password or a fragment")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise ValueError(f"only https:// is allowed: {url}")
    return url


def is_loopback(host: str) -> bool:
    """Whether `host` (a name or an address without brackets) is this computer."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
