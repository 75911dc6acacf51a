"""Checks the addresses in a profile."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import urlsplit

from certclient.model.faults import FaultError, Reason
from certclient.model.hosts import read_authority

_MAX_URL = 2000
_URI = re.compile(r"[!#-;=?-\[\]_a-z{|}~]+")
"""Printable ASCII without quotation marks, angle brackets, backslash, caret and grave accent: what
some programs take for the end of an address or for a slash. Braces are no URI's either, but stand
in some and do no harm."""


def check_url(url: str) -> str:
    """Returns `url` if it is https, or http on a loopback address (for the practice bank).

    Raises FaultError: another scheme, a host that is neither a DNS name nor an IP address, a user,
    password or fragment, an invalid port, characters that no URI has (RFC 3986, 2).
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
    if len(url) > _MAX_URL or not _URI.fullmatch(url):
        raise _malformed(url)
    try:
        parts = urlsplit(url)
    except ValueError as error:  # a bracket that is not closed
        raise _malformed(url) from error
    if "@" in parts.netloc or parts.fragment:
        raise FaultError(Reason.ADDRESS_USER)
    authority = read_authority(parts.netloc)
    if authority is None:
        raise _malformed(url)
    return _Parts(parts.scheme, authority.host)


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
