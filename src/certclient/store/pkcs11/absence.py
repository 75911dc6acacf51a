"""Why a module shows no token: no reader, no card in it, or an unknown card."""

from __future__ import annotations

import pkcs11
from pkcs11 import exceptions as p11

from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.pkcs11.ckr import ckr_name
from certclient.store.pkcs11.module import Module
from certclient.store.token_absence import Absence


def token_absence(module: Module) -> CertclientError | None:
    """Returns the TOKEN_MISSING of a module without a token, data `problem` and `reader`.

    None if it has a token after all, though not one that is set up. Raises pkcs11.PKCS11Error.
    """
    slots = module.library.get_slots()
    if not slots:
        return _missing(module, Absence.NO_READER, "")
    empty: list[pkcs11.Slot] = []
    for slot in slots:
        try:
            slot.get_token()
        except (p11.TokenNotPresent, p11.DeviceRemoved, p11.SlotIDInvalid):
            empty.append(slot)
        except pkcs11.PKCS11Error as error:
            reader = slot.slot_description
            return _missing(module, Absence.UNKNOWN_CARD, reader, reason=ckr_name(error))
        else:
            return None
    return _missing(module, Absence.NO_CARD, empty[0].slot_description)


def _missing(module: Module, absence: Absence, reader: str, **data: str) -> CertclientError:
    return CertclientError(
        ErrorCode.TOKEN_MISSING,
        problem=absence.value,
        reader=reader,
        path=str(module.path),
        **data,
    )
