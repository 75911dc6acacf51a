"""What the program was started for, from one front door to the other."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Start:
    """What the windows are opened for. `profile_name` is a profile's id or file, "" for every bank
    that is set up; `language` is "ja" or "en", "" where nobody asked for one; `link` is a link
    `certclient:…` as it was given, "" for none; `remind`: only to remind, if it is time."""

    profile_name: str = ""
    language: str = ""
    link: str = ""
    remind: bool = False
