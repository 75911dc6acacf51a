"""Checks the addresses in a profile."""

from __future__ import annotations

import ipaddress
from typing import NamedTuple
from urllib.parse import urlsplit

from certclient.model.faults import FaultError, Reason

_MAX_URL = 2000


def check_url(url: str) -> str:
    """Returns `url` if it is https, or http on a loopback address (for the practice bank).

    Raises FaultError: another scheme, no host, a user, password or fragment, spaces, an invalid
    port.
    """
    parts = _parts(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.host)):
        raise FaultError(Reason.ADDRESS_SCHEME, found=url[:200])
    return url


def check_signed_url(url: str) -> str:
    """As `check_url`, and http for any host: for what is signed and public (OCSP, CRL)."""
    if _parts(url).scheme not in ("https", "http"):
        raise FaultError(Reason.ADDRESS_SCHEME, found=url[:200])
    return url


class _Parts(NamedTuple):
    scheme: str
    host: str


def _parts(url: str) -> _Parts:
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
    return _Parts(parts.scheme, parts.hostname)


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
