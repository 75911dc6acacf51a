"""The PIN of a session, for keys that want it again for each signature (CKA_ALWAYS_AUTHENTICATE).

PKCS#11 v2.20, 10.9: such a key signs only after a C_Login with CKU_CONTEXT_SPECIFIC. The PIN is the
one that the token's user has given for this procedure; it is in memory while the session is open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from certclient.model.secret import Secret


@dataclass(slots=True)
class SignaturePin:
    """`ask`: asks the user (`previous_incorrect`); raises PIN_REQUIRED or PIN_INCORRECT if there is
    no answer. `end_signature`: ends one that was begun and cannot be made. `known`: the PIN of the
    login, if there was one; whoever opened the session clears it at the end."""

    ask: Callable[[bool], Secret]
    end_signature: Callable[[], None]
    known: list[Secret] = field(repr=False)

    def take(self) -> Secret:
        """Returns the PIN for one signature."""
        if not self.known:
            self.known.append(self.ask(False))
        return self.known[-1]

    def refused(self) -> None:
        """Call it when the token has refused the PIN: the user is asked, it is not sent again."""
        self.known.clear()
        self.known.append(self.ask(True))
