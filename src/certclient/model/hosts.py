"""Hosts in addresses: a DNS name or the literal of an IP address, and nothing that looks like one.

`urllib.parse` takes anything between `//` and `/` as the host. Other programs do not: a browser
reads `https://evil.example\\.bank.example.jp/` as a page of evil.example.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

_LONGEST_NAME = 253
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
"""RFC 1123, 2.1, with the underscore that names of computers in offices have. An international
name is written as its A-label, `xn--…` (RFC 5890)."""
_NUMERIC_LABEL = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")
_AUTHORITY = re.compile(
    r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]+))(?::(?P<port>[0-9]{0,5}))?"
)
_LAST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Authority:
    """`host`: in lower case, without brackets. `port`: None if none is given."""

    host: str
    port: int | None


def read_authority(text: str) -> Authority | None:
    """Reads `host[:port]` (RFC 3986, 3.2, without user information); None if it is none.

    An IPv6 address stands in brackets, without a zone. A name has no dot at its end: no server's
    certificate has one.
    """
    match = _AUTHORITY.fullmatch(text)
    if match is None:
        return None
    name, ipv6 = match["name"], match["ipv6"]
    port = int(match["port"]) if match["port"] else None
    valid = is_ipv6(ipv6) if ipv6 else is_name_or_ipv4(name)
    if not valid or (port is not None and not 0 < port <= _LAST_PORT):
        return None
    return Authority((ipv6 or name).lower(), port)


def is_name_or_ipv4(text: str) -> bool:
    """Whether `text` is a DNS name or an IPv4 address in dotted decimals.

    A name whose last label is a number is none: resolvers take `127.1` and `0x7f000001` for
    addresses (WHATWG URL, "ends in a number").
    """
    labels = text.split(".")
    if _NUMERIC_LABEL.fullmatch(labels[-1]):
        return _is_ipv4(text)
    return len(text) <= _LONGEST_NAME and all(_LABEL.fullmatch(label) for label in labels)


def _is_ipv4(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def is_ipv6(text: str) -> bool:
    """Whether `text` is an IPv6 address, without brackets."""
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True
