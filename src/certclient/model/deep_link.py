"""Links `certclient:…` from a bank's page or mail: a verb and identifiers, nothing else.

    certclient:renew?profile=rei-shinkin&user=TKYM1408054
    certclient:renew?profile=rei-shinkin&user=TKYM1408054&serial=00c0ffee
    certclient:obtain?profile=rei-shinkin&user=TKYM1408054&ticket=9f3c
    certclient:open

Any web page can contain such a link. It can therefore only open a consent screen and never carries
an address, a path, an issue code or an answer.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field

from certclient.model.link_scheme import SCHEME

MAX_LENGTH = 300


class Verb(enum.Enum):
    """The screen to open."""

    OPEN = "open"
    RENEW = "renew"
    OBTAIN = "obtain"


@dataclass(frozen=True, slots=True)
class DeepLink:
    """A parsed link; fields that the link does not set are "".

    `serial`, in lower-case hex, is the certificate that the customer has logged in with. `ticket`
    is valid once and for minutes; it is a secret until then and never shown or logged.
    """

    verb: Verb
    profile_id: str = ""
    user_id: str = ""
    ticket: str = field(default="", repr=False)
    serial: str = ""

    @property
    def text(self) -> str:
        """The link in canonical form; `parse` accepts it."""
        names = {
            "profile": self.profile_id,
            "user": self.user_id,
            "serial": self.serial,
            "ticket": self.ticket,
        }
        query = "&".join(f"{name}={value}" for name, value in names.items() if value)
        return f"{SCHEME}{self.verb.value}" + (f"?{query}" if query else "")


class LinkError(ValueError):
    """Not a valid certclient link.

    The link's text is never shown or logged, as anyone may have written it.
    """


# Explicit ASCII ranges: `\d` and `\w` also match non-ASCII digits and letters.
_NAMES = {
    "profile": re.compile(r"[a-z0-9][a-z0-9-]{0,63}"),
    "user": re.compile(r"[A-Za-z0-9]{1,32}"),
    "serial": re.compile(r"(?:[0-9a-f]{2}){1,20}"),
    "ticket": re.compile(r"[A-Za-z0-9_-]{1,64}"),
}
_LINK = re.compile(r"certclient:(?P<verb>[a-z]{1,16})(?:\?(?P<query>[A-Za-z0-9_&=-]{1,280}))?")


def parse(text: str) -> DeepLink:
    """Parses a link. Raises LinkError for anything but the forms listed above."""
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
