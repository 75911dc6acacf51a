"""PINs from standard input (`--pin-stdin`): a line for each token, or one line for all by name."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from certclient.cli.terminal import Terminal
from certclient.model.secret import Secret
from certclient.model.wiping import overwrite
from certclient.store.base import AttemptsLeft, PinRequest


@dataclass(slots=True)
class PinLines:
    """Gives each store its PIN once. A wrong PIN is never given again in this run.

    A first line that is a JSON object has the PINs by the tokens' names (label or store id). Other
    lines are for the stores in the order in which they are first needed. `misread`: the line looks
    like such an object and is none (a PIN without quotation marks, say). It is not tried as a PIN,
    which would cost an attempt.
    """

    terminal: Terminal
    _given: dict[str, Secret | None] = field(default_factory=dict, repr=False)
    _by_name: dict[str, Secret] | None = field(default=None, repr=False)
    misread: bool = False
    _begun: bool = False

    def take(self, request: PinRequest) -> Secret | None:
        """Returns the PIN for the store of `request`, None if there is none, or it was wrong.

        Nor is one given to a token with one attempt left: a script must not lock it, a user at the
        terminal may.
        """
        if request.previous_incorrect:
            self._given[request.store_id] = None
        elif request.store_id not in self._given:
            final = request.attempts is AttemptsLeft.FINAL
            self._given[request.store_id] = None if final else self._read(request)
        return self._given[request.store_id]

    def forget(self) -> None:
        """Overwrites all PINs; a later request gets none."""
        for pin in (*self._given.values(), *(self._by_name or {}).values()):
            if pin is not None:
                pin.wipe()
        self._given = dict.fromkeys(self._given)
        self._by_name = None if self._by_name is None else {}

    def _read(self, request: PinRequest) -> Secret | None:
        if self._by_name is not None:
            return self._named(request)
        # cmd.exe pipes the blank of `echo 1234 |`, too.
        line = stripped(self.terminal.line() or "")
        if not self._begun:
            self._begun = True
            if line.startswith("{") and line.endswith("}"):
                pins = _pins_by_name(line)
                overwrite(line)
                self._by_name, self.misread = pins or {}, pins is None
                return self._named(request)
        return Secret.typed(line) if line else None

    def _named(self, request: PinRequest) -> Secret | None:
        pins = self._by_name or {}
        return next((pins[name] for name in _names(request) if name in pins), None)


def _names(request: PinRequest) -> tuple[str, str]:
    return request.label.casefold(), request.store_id.casefold()


def stripped(line: str) -> str:
    """`line` without blanks around it; it is overwritten."""
    bare = line.strip()
    if bare is not line:
        overwrite(line, holders=2)
    return bare


def _pins_by_name(line: str) -> dict[str, Secret] | None:
    """None if the line is no JSON object with texts alone."""
    try:
        pins = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(pins, dict) or not all(isinstance(pin, str) for pin in pins.values()):
        return None
    found = {name.strip().casefold(): Secret.typed(pin) for name, pin in pins.items() if pin}
    while pins:
        overwrite(pins.popitem()[1])
    return found
