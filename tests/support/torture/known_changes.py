"""What each command changes, in order, and the moments at which it can be broken.

`tests/torture/test_kills.py` checks this list; a new change is a new moment to be broken at.
"""

from __future__ import annotations

_KEY = ("C_GenerateKeyPair", "C_SetAttributeValue", "C_SetAttributeValue")
_REQUEST = (
    "journal:prepared",
    *_KEY,
    "journal:key-created",
    "journal:requested",
    "send",
    "journal:waiting",
    "journal:waiting",
    "poll",
    "journal:issued",
    "C_CreateObject",
    "C_CreateObject",
    "journal:installed",
    "journal:verified",
    "journal:verified",
    "confirm",
    "journal:confirmed",
)
CHANGES = {
    "renew": (*_REQUEST, "C_SetAttributeValue", "journal:acceptance", "journal:done"),
    "obtain": (*_REQUEST, "journal:acceptance", "journal:done"),
    "revoke": ("revoke", "journal:rejection", "C_SetAttributeValue"),
    "archive": ("C_SetAttributeValue",),
    "restore": ("C_SetAttributeValue",),
    "delete": ("C_DestroyObject",) * 3,
}
CHANGES |= {
    f"{command} by EST": tuple(one for one in CHANGES[command] if one != "confirm")
    for command in ("renew", "obtain")
}


def moments(command: str) -> range:
    """Before the first change, after each one."""
    return range(len(CHANGES[command]) + 1)


def after(change: str) -> int:
    """The moment of a renewal that follows this change, which it makes once."""
    assert CHANGES["renew"].count(change) == 1, change
    return CHANGES["renew"].index(change) + 1


def changes_on_windows(*, cng: bool) -> dict[str, tuple[str, ...]]:
    """Like CHANGES, with the calls of Windows (`windows_calls.CALLS`). The bank answers at once;
    with `cng`, no login is tested, so that none is journalled as accepted."""
    created = ("ncrypt_finalize_key",) if cng else ("crypt_acquire_context", "crypt_gen_key")
    deleted = ("ncrypt_delete_key",) if cng else ("crypt_acquire_context",)
    marked = ("cert_set_certificate_context_property", "cert_control_store")
    request = (
        "journal:prepared",
        *created,
        "journal:key-created",
        "journal:requested",
        "send",
        "journal:issued",
        *("cert_add_certificate_context_to_store", "cert_control_store") * 2,
        "journal:installed",
        "journal:verified",
        "journal:verified",
        "confirm",
        "journal:confirmed",
    )
    end = ("journal:done",) if cng else ("journal:acceptance", "journal:done")
    return {
        "renew": (*request, *marked, *end),
        "obtain": (*request, *end),
        "revoke": ("revoke", "journal:rejection", *marked),
        "archive": marked,
        "restore": marked,
        "delete": ("cert_delete_certificate_from_store", "cert_control_store", *deleted),
    }
