"""The addresses of EST operations (RFC 7030, 3.2.2)."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

_WELL_KNOWN = "/.well-known/est"


def operation_url(base: str, operation: str) -> str:
    """The address of `operation`, such as "simpleenroll", at the CA with this base.

    `base` ends with the label if the CA has one (`https://ca.example.jp/.well-known/est/bank`); a
    host alone stands for its `/.well-known/est`. A query stays.
    """
    parts = urlsplit(base)
    path = parts.path.rstrip("/") or _WELL_KNOWN
    return urlunsplit(parts._replace(path=f"{path}/{operation}"))
