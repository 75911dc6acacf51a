"""NO_PROXY as curl documents it (https://everything.curl.dev/usingcurl/proxies/env.html).

A list separated by commas or blanks of `*`, `domain` (with its subdomains), `.domain`, `*.domain`,
IP addresses, networks in CIDR notation, each with `:port` if only that port is meant. IPv6
addresses may stand in brackets, and must if a port follows.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

_BETWEEN = re.compile(r"[,\s]+")
_PORTS = {"http": 80, "https": 443}
_ADDRESS_WITH_PORT = re.compile(r"\[([0-9a-f:.%/]+)\](/\d+)?(?::(\d+))?")
_NAME_WITH_PORT = re.compile(r"([^:]+):(\d+)")


def is_listed(url: str, no_proxy: str) -> bool:
    """Whether `url`'s server is to be reached without a proxy."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    port = parts.port or _PORTS.get(parts.scheme, 0)
    return any(_matches(rule, host, port) for rule in _BETWEEN.split(no_proxy.lower()) if rule)


def _matches(rule: str, host: str, port: int) -> bool:
    name, only_port = _without_port(rule)
    if only_port is not None and only_port != port:
        return False
    address = _address(host)
    if address is not None:
        return name == "*" or _in_network(name, address)
    if "*" in name.removeprefix("*."):
        pattern = ".*".join(re.escape(part) for part in name.split("*"))
        return re.fullmatch(pattern, host) is not None
    domain = name.rstrip(".")
    if domain.startswith("*."):
        return host.endswith(domain[1:])
    domain = domain.lstrip(".")
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _without_port(rule: str) -> tuple[str, int | None]:
    """The rule's host, address or network, and the port or None."""
    if match := _ADDRESS_WITH_PORT.fullmatch(rule):
        return match[1] + (match[2] or ""), int(match[3]) if match[3] else None
    if match := _NAME_WITH_PORT.fullmatch(rule):
        return match[1], int(match[2])
    return rule, None


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None


def _in_network(text: str, address: IPv4Address | IPv6Address) -> bool:
    """Whether `text` is a network or an address that contains `address`."""
    try:
        return address in ip_network(text.partition("%")[0], strict=False)
    except ValueError:
        return False
