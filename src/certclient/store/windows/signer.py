"""A key of the Windows store as the rest of the program uses it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import SignatureAlgorithm
from certclient.store.windows import crypt32
from certclient.store.windows.errors import translated
from certclient.store.windows.keys import WindowsSigner
from certclient.store.windows.names import StoreNames


@dataclass(frozen=True, slots=True)
class StoreSigner:
    """A `model.keys.SystemSigner`. `inner` belongs to the session; `names`: the store's."""

    inner: WindowsSigner
    names: StoreNames

    @property
    def spki(self) -> bytes:
        """See `Signer.spki`."""
        return self.inner.spki

    def sign(self, data: bytes, algorithm: SignatureAlgorithm) -> bytes:
        """See `Signer.sign`."""
        return self.inner.sign(data, algorithm)

    @contextmanager
    def client_context(self, certificate: Certificate) -> Iterator[Any]:
        """See `SystemSigner.client_context`."""
        with ExitStack() as stack:
            with translated():
                store = stack.enter_context(crypt32.opened(self.names.personal, writable=False))
                context = stack.enter_context(store.found(certificate))
            if context is None:
                serial = certificate.serial_hex
                raise CertclientError(ErrorCode.CERTIFICATE_NOT_FOUND, serial=serial)
            yield context
