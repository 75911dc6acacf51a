"""A start request, passed from the command line or another instance to the windows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Start:
    """What the windows are opened for.

    `profile_name`: a profile's id or file, "" for every installed bank. `language`: "ja" or "en",
    "" if not requested. `link`: a `certclient:…` link as given, "" for none. `remind`: only show a
    reminder, if one is due.
    """

    profile_name: str = ""
    language: str = ""
    link: str = ""
    remind: bool = False
