"""The administrator's policy for a company's computers: values and their strict parsing.

`certclient.configuration.policy` finds the values (registry, file); docs/fleet.md describes each. A
value that cannot be parsed is an error, never ignored: it may be the one that forbids something.
"""

from __future__ import annotations

import enum
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import urlsplit

from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.faults import FaultError, Reason, fault_of, not_allowed, unknown_key
from certclient.model.hosts import read_authority
from certclient.model.profile import Profile
from certclient.model.profile_syntax import LAST_REMINDER, MAX_REMINDERS
from certclient.model.toml_text import Position, places

T = TypeVar("T")

Raw = str | int | tuple[str, ...]
"""A value as stored: REG_SZ, REG_DWORD, REG_MULTI_SZ, or the equivalent in a file."""


class ValueKind(enum.Enum):
    """The type of a stored value."""

    LIST = "list"
    """REG_MULTI_SZ, or REG_SZ separated by commas or spaces."""
    TEXT = "text"
    """REG_SZ."""
    SWITCH = "switch"
    """REG_DWORD, 0 or 1."""


PROFILE = "Profile"
DESTINATIONS = "Destinations"
REMINDER_DAYS = "ReminderDays"
PROXY = "Proxy"
UNATTENDED_RENEWAL = "UnattendedRenewal"
SPREAD_RENEWALS = "SpreadRenewals"
UPDATE_NOTICE = "UpdateNotice"
REVOCATION = "Revocation"
REMOVE_ARCHIVED = "RemoveArchived"

VALUES: Mapping[str, ValueKind] = {
    PROFILE: ValueKind.LIST,
    DESTINATIONS: ValueKind.LIST,
    REMINDER_DAYS: ValueKind.LIST,
    PROXY: ValueKind.TEXT,
    UNATTENDED_RENEWAL: ValueKind.SWITCH,
    SPREAD_RENEWALS: ValueKind.SWITCH,
    UPDATE_NOTICE: ValueKind.SWITCH,
    REVOCATION: ValueKind.SWITCH,
    REMOVE_ARCHIVED: ValueKind.SWITCH,
}
"""All known values. Any other name is an error."""

_PROFILE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_BETWEEN = re.compile(r"[,\s]+")


class ProxyMode(enum.Enum):
    """How connections find their proxy."""

    SYSTEM = "system"
    """As configured in Windows or in the environment."""
    NONE = "none"
    FIXED = "fixed"
    """The address in `ProxyChoice.address`."""


@dataclass(frozen=True, slots=True)
class ProxyChoice:
    """The configured proxy. `address` is `http://host:port` for FIXED, "" otherwise."""

    mode: ProxyMode
    address: str = ""

    def __str__(self) -> str:
        return self.address or self.mode.value


@dataclass(frozen=True, slots=True)
class Policy:
    """The administrator's settings; a field that is not set has its default.

    `profiles`: ids of the only permitted banks, () for all. `destinations`: the only permitted ones
    of the bank's destinations, () for all. `reminder_days`: days left, descending, in place of the
    bank's; () for the bank's. `proxy`: None for the system's. `unattended_renewal`: the company's
    consent to renewals without user interaction. `spread_renewals`: these are spread over days
    (`model.spreading`). `revocation`: users may revoke their own certificates. `remove_archived`:
    older archived certificates are deleted after a renewal. `sources`: where the settings were
    found.
    """

    profiles: tuple[str, ...] = ()
    destinations: tuple[Destination, ...] = ()
    reminder_days: tuple[int, ...] = ()
    proxy: ProxyChoice | None = None
    unattended_renewal: bool = False
    spread_renewals: bool = True
    update_notice: bool = True
    revocation: bool = True
    remove_archived: bool = False
    sources: tuple[str, ...] = ()


def invalid(source: str, name: str, fault: FaultError, **place: str) -> CertclientError:
    """POLICY_INVALID with data `source`, `name`, `reason` and what the reason's sentence needs.

    `name` is the value's name, "" for the whole source; `place`: `line` and `column` if known.
    """
    data = {"reason": fault.reason.value, **fault.data, **place}
    return CertclientError(ErrorCode.POLICY_INVALID, source=source, name=name, **data)


@dataclass(frozen=True, slots=True)
class StoredValue:
    """One stored value and its source, a registry key or a file.

    `position`: where it stands in the file, if known.
    """

    raw: Raw
    source: str
    position: Position | None = None

    def invalid(self, name: str, fault: FaultError) -> CertclientError:
        """POLICY_INVALID for this value of the name `name`."""
        return invalid(self.source, name, fault, **places(self.position))


def policy_from(stored: Mapping[str, StoredValue]) -> Policy:
    """Parses the values into a Policy.

    Raises CertclientError(POLICY_INVALID) for the first value with an unknown name, a wrong type or
    invalid content.
    """
    for name, value in stored.items():
        if name not in VALUES:
            raise value.invalid(name, unknown_key(name, VALUES))
    proxy = _text(stored, PROXY)
    return Policy(
        profiles=_checked(stored, PROFILE, _profile_ids),
        destinations=_checked(stored, DESTINATIONS, _destinations),
        reminder_days=_checked(stored, REMINDER_DAYS, _days),
        proxy=None if proxy is None else _proxy(stored[PROXY], proxy),
        unattended_renewal=_switch(stored, UNATTENDED_RENEWAL, default=False),
        spread_renewals=_switch(stored, SPREAD_RENEWALS, default=True),
        update_notice=_switch(stored, UPDATE_NOTICE, default=True),
        revocation=_switch(stored, REVOCATION, default=True),
        remove_archived=_switch(stored, REMOVE_ARCHIVED, default=False),
        sources=tuple(sorted({value.source for value in stored.values()})),
    )


def restricted(profile: Profile, policy: Policy) -> Profile:
    """Restricts the bank's profile to what the policy permits; never extends it.

    Raises CertclientError: POLICY_FORBIDS (data `name`, `value`) for a bank that is not listed,
    POLICY_INVALID if no destination would be left.
    """
    if policy.profiles and profile.id not in policy.profiles:
        raise forbidden(PROFILE, profile.id)
    allowed = {destination.value for destination in policy.destinations} or {
        destination.value for destination in Destination
    }
    left = tuple(name for name in profile.destinations if name in allowed)
    if not left:
        fault = FaultError(Reason.NO_DESTINATION, bank=profile.id)
        raise invalid(", ".join(policy.sources), DESTINATIONS, fault)
    return replace(
        profile,
        destinations=left,
        excluded_destinations=tuple(name for name in profile.destinations if name not in allowed),
        reminder_days=policy.reminder_days or profile.reminder_days,
        own_revocation=policy.revocation,
        remove_archived=policy.remove_archived,
    )


def forbidden(name: str, value: str) -> CertclientError:
    """POLICY_FORBIDS: the policy value `name` does not permit `value`."""
    return CertclientError(ErrorCode.POLICY_FORBIDS, name=name, value=value)


# Parsing


def _wrong_type(raw: Raw) -> FaultError:
    found = {int: "integer", str: "text"}.get(type(raw), "list")
    return FaultError(Reason.WRONG_TYPE, expected="text", found=found)


def _switch(stored: Mapping[str, StoredValue], name: str, *, default: bool) -> bool:
    value = stored.get(name)
    if value is None:
        return default
    if not isinstance(value.raw, int):
        raise value.invalid(name, FaultError(Reason.SWITCH))
    if value.raw not in (0, 1):
        raise value.invalid(name, FaultError(Reason.SWITCH, found=str(value.raw)))
    return bool(value.raw)


def _text(stored: Mapping[str, StoredValue], name: str) -> str | None:
    value = stored.get(name)
    if value is None:
        return None
    if not isinstance(value.raw, str):
        raise value.invalid(name, _wrong_type(value.raw))
    return value.raw.strip()


def _items(value: StoredValue, name: str) -> list[str]:
    raw = value.raw
    if isinstance(raw, int):
        raise value.invalid(name, _wrong_type(raw))
    lines: Iterable[str] = (raw,) if isinstance(raw, str) else raw
    items = [item for line in lines for item in _BETWEEN.split(line) if item]
    if not items:
        raise value.invalid(name, FaultError(Reason.EMPTY))
    if repeated := [item for item, count in Counter(items).items() if count > 1]:
        raise value.invalid(name, FaultError(Reason.TWICE, found=repeated[0][:80]))
    return items


def _checked(
    stored: Mapping[str, StoredValue], name: str, read: Callable[[list[str]], tuple[T, ...]]
) -> tuple[T, ...]:
    value = stored.get(name)
    if value is None:
        return ()
    try:
        return read(_items(value, name))
    except ValueError as error:
        raise value.invalid(name, fault_of(error)) from error


def _profile_ids(items: list[str]) -> tuple[str, ...]:
    for item in items:
        if not _PROFILE_ID.fullmatch(item):
            raise FaultError(Reason.ID_FORM, found=item[:80])
    return tuple(items)


def _destinations(items: list[str]) -> tuple[Destination, ...]:
    known = {destination.value: destination for destination in Destination}
    for item in items:
        if item not in known:
            raise not_allowed(item[:80], known)
    return tuple(known[item] for item in items)


def _days(items: list[str]) -> tuple[int, ...]:
    days = tuple(_day(item) for item in items)
    if repeated := [day for day in days if days.count(day) > 1]:
        raise FaultError(Reason.TWICE, found=str(repeated[0]))
    if len(days) > MAX_REMINDERS:
        raise FaultError(Reason.TOO_MANY, most=str(MAX_REMINDERS))
    return tuple(sorted(days, reverse=True))


def _day(item: str) -> int:
    if not (item.isascii() and item.isdigit() and int(item[:4]) <= LAST_REMINDER) or len(item) > 3:
        limits = {"least": "0", "most": str(LAST_REMINDER)}
        raise FaultError(Reason.OUT_OF_RANGE, found=item[:80], **limits)
    return int(item)


def _proxy(value: StoredValue, text: str) -> ProxyChoice:
    for mode in (ProxyMode.SYSTEM, ProxyMode.NONE):
        if text.lower() == mode.value:
            return ProxyChoice(mode)
    try:
        return ProxyChoice(ProxyMode.FIXED, _address(text))
    except ValueError as error:
        raise value.invalid(PROXY, fault_of(error)) from error


def _address(text: str) -> str:
    """Normalises `host:port` or `http://host:port` to `http://host:port`. Raises FaultError."""
    address = text if "://" in text else f"http://{text}"
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise FaultError(Reason.PROXY_FORM)
    try:
        parts = urlsplit(address)
    except ValueError as error:  # a bracket that is not closed
        raise FaultError(Reason.PROXY_FORM) from error
    if "@" in parts.netloc:
        # Every user of the computer can read the policy.
        raise FaultError(Reason.PROXY_USER)
    rest = parts.path not in ("", "/") or parts.query or parts.fragment
    authority = read_authority(parts.netloc)
    if parts.scheme != "http" or authority is None or authority.port is None or rest:
        raise FaultError(Reason.PROXY_FORM)
    host = f"[{authority.host}]" if ":" in authority.host else authority.host
    return f"http://{host}:{authority.port}"
