"""Checks the addresses in a profile."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from certclient.model.faults import FaultError, Reason

_MAX_URL = 2000


def check_url(url: str) -> str:
    """Returns `url` if it is https, or http on a loopback address (for the practice bank).

    Raises FaultError: another scheme, no host, a user, password or fragment, spaces, an invalid
    port.
    """
    if len(url) > _MAX_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise _malformed(url)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:  # a bracket that is not closed, a port above 65535
        raise _malformed(url) from error
    if not parts.hostname or port == 0:
        raise _malformed(url)
    if parts.username is not None or parts.fragment:
        raise FaultError(Reason.ADDRESS_USER)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise FaultError(Reason.ADDRESS_SCHEME, found=url[:200])
    return url


def _malformed(url: str) -> FaultError:
    """What stands before an @ may be a password, and is not repeated."""
    return FaultError(Reason.ADDRESS_FORM, found=url.rpartition("@")[2][:200])


def is_loopback(host: str) -> bool:
    """Whether `host` (a name or an address without brackets) is this computer."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
