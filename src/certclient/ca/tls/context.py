"""TLS for requests that trusts only what its context trusts."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from typing import Any

import truststore
from requests.adapters import HTTPAdapter

from certclient.ca.openssl_errors import clear_foreign_errors
from certclient.model.certificate import Certificate


class TlsAdapter(HTTPAdapter):
    """Uses `context` for the server. requests would add its own bundle of roots."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **kwargs: Any
    ) -> None:
        """Adds the context."""
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._context, **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Adds the context for connections through a proxy."""
        return super().proxy_manager_for(proxy, ssl_context=self._context, **kwargs)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Requires a certificate, and loads no bundle as requests would."""
        conn.cert_reqs = "CERT_REQUIRED"


def tls_context(anchors: Sequence[Certificate]) -> ssl.SSLContext:
    """A client context that trusts exactly `anchors`, or the system's roots if there are none."""
    clear_foreign_errors()
    if not anchors:
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cadata=b"".join(anchor.der for anchor in anchors))
    return context
