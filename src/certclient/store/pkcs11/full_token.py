"""Full tokens: detected before a key is made, if the token reports its free memory; the error lists
what is on it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import pkcs11

from certclient.model.certificate import DATES
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import procedure_of
from certclient.store.pkcs11 import keypairs
from certclient.store.pkcs11.ckr import ckr_name
from certclient.store.pkcs11.errors import ROOM_FOR_ONE_OBJECT, TokenProbe, error_code, is_certain
from certclient.store.pkcs11.objects import CertificateObject, certificates, keys

_MOST_NAMED = 10


def require_room(probe: TokenProbe) -> None:
    """Raises TOKEN_FULL if the token says that a key and a certificate do not fit."""
    free = probe.free_memory()
    if free is not None and free < ROOM_FOR_ONE_OBJECT:
        raise CertclientError(ErrorCode.TOKEN_FULL, token=probe.label, reason=f"{free} bytes")


def as_full_token(
    error: pkcs11.PKCS11Error | CertclientError, probe: TokenProbe, session: pkcs11.Session
) -> CertclientError | None:
    """Returns the TOKEN_FULL that `error`, raised while writing, stands for, else None.

    Data: `reason`; `problem` if that is only probable; `archived`, `keys` and `certificates`: what
    is on the token, as far as it can be read.
    """
    if probe.database:
        return None
    if isinstance(error, CertclientError):
        if error.code is not ErrorCode.TOKEN_FULL:
            return None
        data = dict(error.data)
    else:
        if error_code(error, probe, writing=True) is not ErrorCode.TOKEN_FULL:
            return None
        data = {"token": probe.label, "reason": ckr_name(error)}
        if not is_certain(error, probe):
            data["problem"] = "probable"
    with suppress(pkcs11.PKCS11Error):
        data |= _contents(session)
    return CertclientError(ErrorCode.TOKEN_FULL, **data)


def _contents(session: pkcs11.Session) -> dict[str, str]:
    found = certificates(session)
    used = {one.certificate.spki for one in found}
    own = {
        name
        for one in keypairs.CLASSES
        for half in keys(session, one)
        if half.spki not in used and (name := procedure_of(half.label)) is not None
    }
    texts = {
        "archived": _list(_named(one) for one in found if one.archived),
        "keys": _list(sorted(own)),
        "certificates": _list(_named(one) for one in found if not one.archived),
    }
    return {name: text for name, text in texts.items() if text}


def _named(found: CertificateObject) -> str:
    certificate = found.certificate
    name = certificate.common_name or certificate.serial_hex or found.label
    if certificate.unreadable & DATES:
        return name or found.key_id.hex() or "?"
    return f"{name} ({certificate.not_after_tokyo:%Y-%m-%d})"


def _list(names: Iterable[str]) -> str:
    every = list(names)
    more = ", …" if len(every) > _MOST_NAMED else ""
    return ", ".join(every[:_MOST_NAMED]) + more
