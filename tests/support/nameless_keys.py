"""What a real kill has left of a key in SoftHSM: files that were created and not written to yet."""

from __future__ import annotations

import shutil
from pathlib import Path

from pkcs11 import Attribute, ObjectClass

from certclient.store.pkcs11.search import search
from support.softhsm import SoftHsmToken

_REMAINS = Path(__file__).parents[1] / "unit" / "store" / "softhsm_remains"


def leave_nameless_key(token: SoftHsmToken) -> None:
    """Puts both halves into the token. Ends all sessions."""
    for number, file in enumerate(sorted(_REMAINS.iterdir())):
        name = f"00000000-0000-0000-0000-00000000000{number}"
        shutil.copy(file, token.folder / f"{name}.object")
        (token.folder / f"{name}.lock").touch()
    token.hsm.refresh()


def nameless_halves(token: SoftHsmToken) -> int:
    """How many halves of keys in the token have no name."""
    (found,) = token.hsm.module().tokens()
    kinds = (ObjectClass.PRIVATE_KEY, ObjectClass.PUBLIC_KEY)
    with found.open(user_pin=token.pin) as session:
        halves = [one for kind in kinds for one in search(session, {Attribute.CLASS: kind})]
        return len([half for half in halves if not half[Attribute.LABEL]])
