"""Parses a list of proxies in Windows' syntax.

Microsoft, WINHTTP_PROXY_INFO: entries are separated by semicolons or whitespace,
`([<scheme>=][<scheme>"://"]<server>[":"<port>])`.
"""

from __future__ import annotations

import re

_BETWEEN = re.compile(r"[;\s]+")
_ENTRY = re.compile(
    r"(?:(?P<target>[a-z]+)=)?(?:(?P<kind>[a-z0-9]+)://)?"
    r"(?P<host>\[[0-9a-f:.]+\]|[^\s:/\[\]@=]+)(?::(?P<port>\d{1,5}))?/*",
    re.IGNORECASE,
)
_DEFAULT_PORT = "80"


def proxies_in(text: str, scheme: str) -> tuple[str, ...]:
    """Returns the HTTP proxies in `text` for URLs of `scheme`, each as `http://host:port`.

    Entries for exactly this scheme take precedence over general ones. Skips entries for other
    schemes, other kinds of proxies (SOCKS) and unparsable entries. The default port is 80.
    """
    found = [match for entry in _BETWEEN.split(text) if (match := _ENTRY.fullmatch(entry))]
    own = [match for match in found if (match["target"] or "").lower() == scheme]
    general = [match for match in found if match["target"] is None]
    return tuple(
        f"http://{match['host']}:{match['port'] or _DEFAULT_PORT}"
        for match in own or general
        if (match["kind"] or "http").lower() == "http"
    )
