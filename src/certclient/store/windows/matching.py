"""Which private key belongs to a certificate: what its property says, and whether that is true."""

from __future__ import annotations

from functools import cached_property

from certclient.model.certificate import Certificate
from certclient.store.windows import keys
from certclient.store.windows.container import Container
from certclient.store.windows.crypt32 import Entry


def identity(certificate: Certificate) -> tuple[bytes, int, bytes]:
    """Issuer, serial number and public key: nothing less may be archived or deleted."""
    return certificate.issuer, certificate.serial, certificate.spki


class KeyFinder:
    """Looks at keys without asking anybody; one for each look, as keys come and go."""

    @cached_property
    def ours(self) -> dict[bytes, Container]:
        """This program's keys, by public key: finds certificates that other software wrote
        without their property."""
        return keys.ours()

    def proven(self, entry: Entry) -> Container | None:
        """The container that holds this certificate's key. On a card it is believed unseen."""
        claimed = entry.container
        if claimed is not None:
            if not claimed.in_software:
                return claimed
            if keys.spki_or_none(claimed) == entry.certificate.spki:
                return claimed
        return self.ours.get(entry.certificate.spki)

    def claimed(self, entry: Entry) -> Container | None:
        """As `proven`, else what the property says although it is not true, if anything is there:
        to find out what is wrong with it."""
        found = self.proven(entry)
        if found is None and entry.container and keys.is_there(entry.container):
            return entry.container
        return found
