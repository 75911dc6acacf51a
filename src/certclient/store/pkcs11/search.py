"""Searches for objects on a token.

If a search cannot start, python-pkcs11's `Session.get_objects` finalises it a second time from its
destructor: removing a token at that moment prints "Exception ignored in …" on the terminal. The
subclass here suppresses errors of the finalisation; the original error is still raised.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

import pkcs11
from pkcs11 import Attribute

if TYPE_CHECKING:

    class SearchIter:
        """The used part of python-pkcs11 0.10's search class, which its stubs omit."""

        def __init__(
            self, session: pkcs11.Session, template: Mapping[Attribute, object], batch_size: int
        ) -> None: ...
        def __enter__(self) -> SearchIter: ...
        def __exit__(self, kind: object, error: object, trace: object) -> None: ...
        def __iter__(self) -> Iterator[Iterator[pkcs11.Object]]: ...
        def _finalize(self, silent: bool = False) -> None: ...

else:
    from pkcs11._pkcs11 import SearchIter

_BATCH = 64
"""Objects per C_FindObjects."""


class _QuietSearch(SearchIter):
    def _finalize(self, silent: bool = False) -> None:
        with suppress(pkcs11.PKCS11Error):
            super()._finalize()


def search(session: pkcs11.Session, template: Mapping[Attribute, object]) -> list[pkcs11.Object]:
    """Returns all objects that match `template`, which must contain CKA_CLASS.

    Without a class, python-pkcs11 fails on NSS's trust objects. Returns a list because an
    unfinished search blocks the session. Raises pkcs11.PKCS11Error.
    """
    with _QuietSearch(session, template, _BATCH) as found:
        return [handle for batch in found for handle in batch]
