"""Proxy settings as Windows writes them: a list of proxies and a list of exceptions from them.

Microsoft, WINHTTP_PROXY_INFO and "Setting proxy options": entries stand between semicolons or
spaces, `([<scheme>=][<scheme>"://"]<server>[":"<port>])`; an exception may hold `*`, and `<local>`
means names without a dot.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

_BETWEEN = re.compile(r"[;\s]+")
_ENTRY = re.compile(
    r"(?:(?P<target>[a-z]+)=)?(?:(?P<kind>[a-z0-9]+)://)?"
    r"(?P<host>\[[0-9a-f:.]+\]|[^\s:/\[\]@=]+)(?::(?P<port>\d{1,5}))?/*",
    re.IGNORECASE,
)
_PORTS = {"http": 80, "https": 443}
_LOCAL = "<local>"


def proxies_in(text: str, scheme: str) -> tuple[str, ...]:
    """The HTTP proxies in `text` for addresses of `scheme`, each as `http://host:port`.

    Entries for another scheme, other kinds of proxies (SOCKS) and what cannot be read are left
    out. A port that is not named is 80.
    """
    found = [match for entry in _split(text) if (match := _ENTRY.fullmatch(entry))]
    own = [match for match in found if (match["target"] or "").lower() == scheme]
    general = [match for match in found if match["target"] is None]
    return tuple(
        f"http://{match['host']}:{match['port'] or _PORTS['http']}"
        for match in own or general
        if (match["kind"] or "http").lower() == "http"
    )


def names_socks(text: str) -> bool:
    """Whether `text` names a SOCKS proxy, of whatever version."""
    found = (_ENTRY.fullmatch(entry) for entry in _split(text))
    words = (match[name] or "" for match in found if match for name in ("target", "kind"))
    return any(word.lower().startswith("socks") for word in words)


def is_exempt(url: str, exceptions: str) -> bool:
    """Whether `url` is reached without the proxy, by a list of exceptions."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    port = parts.port or _PORTS.get(parts.scheme, 0)
    return any(_fits(rule.lower(), parts.scheme, host, port) for rule in _split(exceptions))


def _split(text: str) -> list[str]:
    return [entry for entry in _BETWEEN.split(text) if entry]


def _fits(rule: str, scheme: str, host: str, port: int) -> bool:
    if rule == _LOCAL:
        return "." not in host and not _is_address(host)
    named, separator, rest = rule.partition("://")
    if separator:
        if named != scheme:
            return False
        rule = rest
    rule = rule.rstrip("/")
    return any(_like(rule, text) for text in (host, f"{host}:{port}", f"[{host}]"))


def _like(rule: str, text: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in rule.split("*"))
    return re.fullmatch(pattern, text) is not None


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
