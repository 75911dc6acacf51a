"""What a plug-in implements, and what it is given (docs/ca-plugins.md).

A plug-in is a distribution with an entry point in the group `certclient.cas`. Its name is the
`ca.protocol` of a profile; it refers to a module or object that fits `CaPlugin`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from certclient.ca.client import CaAbilities, CaClient
from certclient.ca.transport import Transport
from certclient.model.ca_signatures import CaSignature
from certclient.model.certificate import Certificate

INTERFACE = 1
"""Incremented when a plug-in that was made for an earlier version can no longer work."""

Options = Mapping[str, str | bool | int | tuple[str, ...]]
"""The profile's `[ca.options]`."""


class OptionError(ValueError):
    """An option cannot be used. `key`: its name; `sentence`: why, for whoever wrote the profile."""

    def __init__(self, key: str, sentence: str) -> None:
        super().__init__(sentence)
        self.key = key
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class ClientInputs:
    """What a client is made of.

    `url`, `trust_anchors`, `signature_algorithms`: see `model.profile.CaSettings`. `options`: those
    that `check_options` has accepted. `transport`: the only way to the network; it knows proxies
    and verifies TLS by the profile's own roots, so that an answer over https is the bank's. `clock`
    returns aware UTC; `random_bytes` takes a length in bytes and is unpredictable.
    """

    url: str
    trust_anchors: tuple[Certificate, ...]
    signature_algorithms: frozenset[CaSignature]
    options: Options
    transport: Transport
    clock: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]


class CaPlugin(Protocol):
    """A module or an object with these four names.

    `interface`: INTERFACE of the version that it was made for. `abilities`: of all its clients.
    """

    interface: int
    abilities: CaAbilities

    def check_options(self, options: Options) -> None:
        """Raises OptionError for an unknown or missing option, or a value that cannot be used.

        Asks nobody: it runs whenever a profile is checked.
        """
        ...

    def client(self, inputs: ClientInputs) -> CaClient:
        """A client of the CA at `inputs.url`. Sends nothing yet."""
        ...
