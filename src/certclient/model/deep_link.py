"""Links `certclient:…` from a bank's page or mail: a verb and names, and nothing else.

    certclient:renew?profile=rei-shinkin&user=TKYM1408054
    certclient:renew?profile=rei-shinkin&user=TKYM1408054&serial=00c0ffee
    certclient:obtain?profile=rei-shinkin&user=TKYM1408054&ticket=9f3c
    certclient:open

Whoever writes a web page chooses what is in a link. It can therefore only bring the customer to a
window that asks; it never carries an address, a path, a code or an answer.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field

SCHEME = "certclient:"
MAX_LENGTH = 300


class Verb(enum.Enum):
    """What is to be opened."""

    OPEN = "open"
    RENEW = "renew"
    OBTAIN = "obtain"


@dataclass(frozen=True, slots=True)
class DeepLink:
    """What a link asks for. A name that it does not give is "". `serial`, in lower-case hex, is the
    certificate that the customer has logged in with. `ticket` is good once and for minutes, but
    until then it is a secret: it is never shown or logged."""

    verb: Verb
    profile_id: str = ""
    user_id: str = ""
    ticket: str = field(default="", repr=False)
    serial: str = ""

    @property
    def text(self) -> str:
        """The link again, in the one way in which we write it."""
        names = {
            "profile": self.profile_id,
            "user": self.user_id,
            "serial": self.serial,
            "ticket": self.ticket,
        }
        query = "&".join(f"{name}={value}" for name, value in names.items() if value)
        return f"{SCHEME}{self.verb.value}" + (f"?{query}" if query else "")


class LinkError(ValueError):
    """The link is not one of ours. Its text is never shown or logged: anybody may have written
    it."""


# ASCII throughout: `\d` and `\w` know more digits and letters than a bank does.
_NAMES = {
    "profile": re.compile(r"[a-z0-9][a-z0-9-]{0,63}"),
    "user": re.compile(r"[A-Za-z0-9]{1,32}"),
    "serial": re.compile(r"(?:[0-9a-f]{2}){1,20}"),
    "ticket": re.compile(r"[A-Za-z0-9_-]{1,64}"),
}
_LINK = re.compile(r"certclient:(?P<verb>[a-z]{1,16})(?:\?(?P<query>[A-Za-z0-9_&=-]{1,280}))?")


def is_link(text: str) -> bool:
    """Whether `text` is meant as a link of ours, good or bad."""
    return text[: len(SCHEME)].lower() == SCHEME


def parse(text: str) -> DeepLink:
    """Reads a link. Raises LinkError for everything that is not exactly as described above."""
    match = _LINK.fullmatch(text) if len(text) <= MAX_LENGTH else None
    if match is None:
        raise LinkError
    verb = next((verb for verb in Verb if verb.value == match["verb"]), None)
    if verb is None:
        raise LinkError
    names = _names(match["query"] or "")
    return DeepLink(
        verb,
        profile_id=names.get("profile", ""),
        user_id=names.get("user", ""),
        ticket=names.get("ticket", ""),
        serial=names.get("serial", ""),
    )


def _names(query: str) -> dict[str, str]:
    names: dict[str, str] = {}
    for part in query.split("&") if query else ():
        name, equals, value = part.partition("=")
        pattern = _NAMES.get(name)
        if pattern is None or not equals or name in names or not pattern.fullmatch(value):
            raise LinkError
        names[name] = value
    return names
