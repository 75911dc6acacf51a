"""The name of a token: RFC 7512's attributes, which are its `store_id`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, unquote

_SCHEME = "pkcs11:"


class TokenInfo(Protocol):
    """The part of a `pkcs11.Token` that names it."""

    @property
    def label(self) -> str: ...
    @property
    def manufacturer_id(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def serial(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class TokenName:
    """Identifies a token, as a rule independently of the slot it is plugged into.

    Manufacturer, model and serial number are enough for most tokens. `label` is given where they
    are not: some modules number all their tokens alike. `slot_id` is given where the label does
    not tell two tokens apart either; such a name is good while they stay where they are.
    """

    manufacturer: str
    model: str
    serial: str
    label: str = ""
    slot_id: int | None = None

    @classmethod
    def of(cls, token: TokenInfo) -> TokenName:
        """Reads manufacturer, model and serial number of `token`, the latter without padding."""
        serial = token.serial.decode("ascii", errors="backslashreplace").strip("\0 ")
        return cls(manufacturer=token.manufacturer_id, model=token.model, serial=serial)

    @classmethod
    def parse(cls, store_id: str) -> TokenName | None:
        """Reads a name from the `store_id` of a token; None for another store's."""
        if not store_id.startswith(_SCHEME):
            return None
        pairs = (part.partition("=") for part in store_id.removeprefix(_SCHEME).split(";"))
        values = {name: unquote(value) for name, _, value in pairs}
        if "serial" not in values:
            return None
        slot_id = values.get("slot-id", "")
        return cls(
            manufacturer=values.get("manufacturer", ""),
            model=values.get("model", ""),
            serial=values["serial"],
            label=values.get("token", ""),
            slot_id=int(slot_id) if slot_id.isdecimal() else None,
        )

    @property
    def uri(self) -> str:
        """A PKCS#11 URI (RFC 7512), the token's `store_id`."""
        values = {
            "token": self.label,
            "manufacturer": self.manufacturer,
            "model": self.model,
            "serial": self.serial,
            "slot-id": "" if self.slot_id is None else str(self.slot_id),
        }
        needed = {"manufacturer", "model", "serial"}
        return _SCHEME + ";".join(
            f"{name}={quote(value, safe='')}"
            for name, value in values.items()
            if value or name in needed
        )

    @property
    def device(self) -> TokenName:
        """This name without label and slot."""
        return TokenName(self.manufacturer, self.model, self.serial)

    @property
    def numbered(self) -> bool:
        """Whether the serial number says anything: some modules report none, or zeros."""
        return bool(self.serial.strip("0 "))

    def names(self, device: TokenName, label: str, slot_id: int | None = None) -> bool:
        """Whether this is a name of the token with these attributes (RFC 7512, 2.3: what a name
        leaves out matches anything). `slot_id`: None if it is not known."""
        return (
            self.device == device.device
            and self.label in ("", label)
            and (self.slot_id is None or slot_id is None or self.slot_id == slot_id)
        )


def same_store(one_id: str, other_id: str) -> bool:
    """Whether two `store_id`s, kept at different times, are of one store: a token may have been
    named with fewer attributes before."""
    one, other = TokenName.parse(one_id), TokenName.parse(other_id)
    if one is None or other is None:
        return one_id == other_id
    return one.names(other.device, other.label or one.label, other.slot_id)
