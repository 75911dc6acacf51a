"""Watches the calls of Windows that change its certificate stores and keys.

The counterpart of `changes.watch_modules`: a store's operation is several calls, and a process can
be ended between any two of them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

assert sys.platform == "win32"

from certclient.store.windows import declarations as w
from support.torture.changes import Changes


def _always(*_arguments: object) -> bool:
    return True


def _archives(_context: object, property_id: int, *_value: object) -> bool:
    """Properties of a certificate that no store has yet change nothing."""
    return property_id == w.CERT_ARCHIVED_PROP_ID


def _makes_or_deletes(*arguments: Any) -> bool:
    *_, flags = arguments
    return bool(flags & (w.CRYPT_NEWKEYSET | w.CRYPT_DELETEKEYSET))


CALLS: Mapping[str, Callable[..., bool]] = {
    "cert_add_certificate_context_to_store": _always,
    "cert_set_certificate_context_property": _archives,
    "cert_delete_certificate_from_store": _always,
    "cert_control_store": _always,
    "ncrypt_finalize_key": _always,
    "ncrypt_delete_key": _always,
    "crypt_acquire_context": _makes_or_deletes,
    "crypt_gen_key": _always,
}
"""Names in `declarations`, and whether a call with these arguments changes anything."""


def watch_calls(changes: Changes) -> None:
    """Counts each such call of this process, until its end."""
    for name, is_change in CALLS.items():
        setattr(w, name, _watched(changes, name, getattr(w, name), is_change))


def _watched(
    changes: Changes, name: str, function: Callable[..., Any], is_change: Callable[..., bool]
) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        if is_change(*arguments):
            changes.begin(name)
        return function(*arguments)

    return call
