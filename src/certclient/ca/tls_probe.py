"""Whose certificate a server showed that TLS did not trust: names the box that opens TLS."""

from __future__ import annotations

import http.client
import ssl
from base64 import b64encode
from urllib.parse import unquote, urlsplit

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError

_HTTPS_PORT = 443
_PROXY_PORT = 8080


def issuer_seen(url: str, proxy: str | None, timeout: float) -> str:
    """The issuer's Common Name in the certificate that `url`'s server shows, "" if unknown.

    Makes a TLS connection of its own, directly or through `proxy`, sends nothing over it and
    closes it. For an error message only. `timeout` in seconds.
    """
    try:
        der = _certificate_shown(url, proxy, timeout)
        return Certificate.from_der(der).issuer_common_name if der else ""
    except (OSError, ValueError, http.client.HTTPException, CertclientError):
        return ""


def _certificate_shown(url: str, proxy: str | None, timeout: float) -> bytes | None:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _HTTPS_PORT
    through = urlsplit(proxy) if proxy else None
    connection = http.client.HTTPSConnection(
        (through.hostname or "") if through else host,
        (through.port or _PROXY_PORT) if through else port,
        timeout=timeout,
        context=_looking_only(),
    )
    if through is not None:
        connection.set_tunnel(host, port, _credentials(through.username, through.password))
    try:
        connection.connect()
        # The only reader of an unverified certificate; its holder gets nothing from us.
        return connection.sock.getpeercert(binary_form=True)
    finally:
        connection.close()


def _looking_only() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _credentials(user: str | None, password: str | None) -> dict[str, str]:
    if user is None:
        return {}
    pair = f"{unquote(user)}:{unquote(password or '')}".encode()
    return {"Proxy-Authorization": f"Basic {b64encode(pair).decode()}"}
