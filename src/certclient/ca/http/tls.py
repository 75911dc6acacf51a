"""TLS contexts that trust only what they are given."""

from __future__ import annotations

import ssl
from collections.abc import Sequence

import truststore

from certclient.ca.openssl_errors import clear_foreign_errors
from certclient.model.certificate import Certificate


def tls_context(anchors: Sequence[Certificate]) -> ssl.SSLContext:
    """A client context that trusts exactly `anchors`, or the system's roots if there are none.

    A server is known by its subjectAltName alone, never by a Common Name (RFC 9110, 4.3.4).
    """
    clear_foreign_errors()
    if not anchors:
        trusting = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        # truststore passes most attributes on to the context that it really uses, but not this.
        trusting._ctx.hostname_checks_common_name = False
        return trusting
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.hostname_checks_common_name = False
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cadata=b"".join(anchor.der for anchor in anchors))
    return context
