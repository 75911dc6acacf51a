"""TLS for requests: it trusts what its context trusts, and nothing else."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from typing import Any

import truststore
from requests.adapters import HTTPAdapter

from certclient.ca.openssl_errors import forget_foreign_errors
from certclient.model.certificate import Certificate


class TlsAdapter(HTTPAdapter):
    """Uses `context` to the server. requests would add its own bundle of roots to it."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **kwargs: Any
    ) -> None:
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._context, **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, ssl_context=self._context, **kwargs)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        conn.cert_reqs = "CERT_REQUIRED"


def tls_context(anchors: Sequence[Certificate]) -> ssl.SSLContext:
    """Trusts exactly `anchors`; the system's roots where none are given."""
    forget_foreign_errors()
    if not anchors:
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cadata=b"".join(anchor.der for anchor in anchors))
    return context
