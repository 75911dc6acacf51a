"""The tokens of a module that are present now, each under one name.

What a module reports is slots. A card with two PINs is in two of them, and beside a token there may
be an empty slot that looks like it; neither makes two tokens of one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import pkcs11
from pkcs11 import Attribute, ObjectClass, TokenFlag

from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import Available
from certclient.store.pkcs11.module import Module
from certclient.store.pkcs11.objects import attribute_mapper, readable
from certclient.store.pkcs11.search import search
from certclient.store.pkcs11.token import availability_from_flags
from certclient.store.token_name import TokenName


@dataclass(frozen=True, slots=True)
class PresentToken:
    """A token and the name that tells it from all others of its module."""

    token: pkcs11.Token
    name: TokenName


def present_tokens(module: Module) -> list[PresentToken]:
    """Returns the tokens in the order of their slots. Raises pkcs11.PKCS11Error."""
    groups: dict[TokenName, list[pkcs11.Token]] = {}
    for token in _initialised_first(module.tokens()):
        groups.setdefault(TokenName.of(token), []).append(token)
    return [one for device, tokens in groups.items() for one in _named(device, tokens)]


def find_token(module: Module, name: TokenName) -> pkcs11.Token | None:
    """Returns the token with this name, None if it is not present.

    Raises CertclientError(STORE_AMBIGUOUS) if several have it, pkcs11.PKCS11Error.
    """
    matching = [
        token
        for token in _initialised_first(module.tokens())
        if name.names(TokenName.of(token), token.label, token.slot.slot_id)
    ]
    found = _distinct(matching)
    if len(found) > 1:
        choices = ", ".join(one.name.uri for one in _named(name.device, found))
        raise CertclientError(ErrorCode.STORE_AMBIGUOUS, stores=choices)
    return found[0] if found else None


def _initialised_first(tokens: Iterable[pkcs11.Token]) -> list[pkcs11.Token]:
    """Leaves out the empty slots in which a module would make a further token: they bear the
    manufacturer, model and serial number of the token that is there."""
    every = list(tokens)
    initialised = [one for one in every if one.flags & TokenFlag.TOKEN_INITIALIZED]
    devices = {TokenName.of(one) for one in initialised}
    return [one for one in every if one in initialised or TokenName.of(one) not in devices]


def _named(device: TokenName, tokens: Sequence[pkcs11.Token]) -> list[PresentToken]:
    found = _distinct(tokens)
    if len(found) == 1 and device.numbered:
        return [PresentToken(found[0], device)]
    labels = Counter(token.label for token in found)
    return [
        PresentToken(
            token,
            replace(
                device,
                label=token.label,
                slot_id=token.slot.slot_id if labels[token.label] > 1 else None,
            ),
        )
        for token in found
    ]


def _distinct(tokens: Sequence[pkcs11.Token]) -> list[pkcs11.Token]:
    """Returns one of each group of slots with one token; of those, one that can be used."""
    if len(tokens) < 2:
        return list(tokens)
    groups: list[tuple[_Content, list[pkcs11.Token]]] = []
    for token in tokens:
        content = _Content.of(token)
        same = next((group for known, group in groups if content.is_same(known)), None)
        if same is None:
            groups.append((content, [token]))
        else:
            same.append(token)
    return [next(filter(_is_usable, group), group[0]) for _, group in groups]


def _is_usable(token: pkcs11.Token) -> bool:
    return isinstance(availability_from_flags(token), Available)


@dataclass(frozen=True, slots=True)
class _Content:
    """What is visible of a token without a PIN. `objects` is None if nothing can be read."""

    objects: frozenset[tuple[object, ...]] | None
    reader: str
    numbered: bool

    @classmethod
    def of(cls, token: pkcs11.Token) -> _Content:
        reader, numbered = token.slot.slot_description, TokenName.of(token).numbered
        try:
            session = token.open(attribute_mapper=attribute_mapper())
        except pkcs11.PKCS11Error:
            return cls(None, reader, numbered)
        try:
            found = frozenset(_public_objects(session))
        except pkcs11.PKCS11Error:
            return cls(None, reader, numbered)
        finally:
            with suppress(pkcs11.PKCS11Error):
                session.close()
        return cls(found, reader, numbered)

    def is_same(self, other: _Content) -> bool:
        """Whether both are the content of one token.

        Two empty tokens may be two; only a serial number and the one reader make them one.
        """
        if self.objects is None or self.objects != other.objects:
            return False
        return bool(self.objects) or (self.numbered and self.reader == other.reader)


def _public_objects(session: pkcs11.Session) -> Iterator[tuple[object, ...]]:
    """Not the private ones: each PIN of a card shows others."""
    for object_class in (ObjectClass.CERTIFICATE, ObjectClass.PUBLIC_KEY):
        template = {Attribute.CLASS: object_class, Attribute.PRIVATE: False}
        for handle in search(session, template):
            values = readable(handle, (Attribute.ID, Attribute.VALUE, Attribute.MODULUS))
            yield (object_class, *(values.get(name) for name in sorted(values)))
