"""Finds a certificate's private key: reads its KEY_PROV_INFO and verifies it by public key."""

from __future__ import annotations

from functools import cached_property

from certclient.model.keys import SignaturePurpose, signature_algorithms
from certclient.store.windows import keys
from certclient.store.windows.container import Container
from certclient.store.windows.crypt32 import SystemStoreEntry


class KeyFinder:
    """Matches certificates to keys without prompting. Caches keys, so use a new one per query."""

    @cached_property
    def ours(self) -> dict[bytes, Container]:
        """This program's keys by public key (DER SubjectPublicKeyInfo).

        Finds the keys of certificates that other software wrote without KEY_PROV_INFO.
        """
        return keys.ours()

    def proven(self, entry: SystemStoreEntry) -> Container | None:
        """Returns the container that holds this certificate's key, or None.

        Accepts a key on a card unverified, because opening it could prompt.
        """
        claimed = entry.container
        if claimed is not None:
            if not claimed.in_software:
                return claimed
            if keys.spki_or_none(claimed) == entry.certificate.spki:
                return claimed
            if not _is_readable(entry) and keys.key_exists(claimed):
                # A key of a kind that cannot be read here; this program makes none of them.
                return claimed
        return self.ours.get(entry.certificate.spki)

    def claimed(self, entry: SystemStoreEntry) -> Container | None:
        """Returns `proven`, else the container named by KEY_PROV_INFO if it holds any key.

        Such a key does not match or cannot be read; the caller diagnoses what is wrong with it.
        """
        found = self.proven(entry)
        if found is None and entry.container and keys.key_exists(entry.container):
            return entry.container
        return found


def _is_readable(entry: SystemStoreEntry) -> bool:
    return bool(signature_algorithms(entry.certificate.spki, SignaturePurpose.REQUEST))
