"""The file that says until when nobody has to be reminded, and what that rests on.

Imports next to nothing: `certclient remind` reads it at each logon before anything else is loaded.
Without a file, with a damaged one or with any doubt, the answer is "not known". The file holds
paths, times and the ids of tokens, no secret and nothing of a certificate.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import zlib
from collections.abc import Mapping

from certclient.platform.change_stamps import stamp_of

FORMAT = 1
LOOKED, UNTIL = "looked", "quiet_until"
"""The keys with the moments of the look and of the end of its answer (seconds since the epoch)."""

VALID_SECONDS = 20 * 3600
"""How long a look counts at most: less than the interval of the daily task, each of whose runs then
looks at the stores again."""

STEERING = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "CERTCLIENT_PRACTICE")
"""The environment variables that decide which stores are looked at."""

_MAX_BYTES = 1 << 20


def index_name(bank: str) -> str:
    """The name of the file in the user's data folder for all banks ("") or a chosen one."""
    return f"remind-{zlib.crc32(os.fsencode(bank)):08x}.json" if bank else "remind.json"


def steering(environment: Mapping[str, str]) -> dict[str, str]:
    """The `STEERING` variables that are set."""
    return {name: environment[name] for name in STEERING if name in environment}


def read_index(path: str) -> dict[str, object]:
    """The content of the file; {} if there is none or it is damaged. Never raises."""
    try:
        status = os.stat(path)
        # To open a pipe would wait; another user's file says nothing about this user's stores.
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_BYTES or _foreign(status):
            return {}
        with open(path, "rb") as file:
            found = json.loads(file.read(_MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def identity(
    bank: str, version: str, program: str, environment: Mapping[str, str]
) -> dict[str, object]:
    """What an index is for: the bank chosen (id or absolute path; "" for all), this program's
    version and path, the steering variables of `environment`."""
    return {
        "format": FORMAT,
        "bank": bank,
        "version": version,
        "program": program,
        "environment": steering(environment),
    }


def nothing_due(folder: str, mine: Mapping[str, object], now: float) -> bool:
    """Whether an index in the data folder proves that `certclient remind` has nothing to do at
    `now` (seconds since the epoch). `mine`: an `identity`. Never raises."""
    index = read_index(os.path.join(folder, index_name(str(mine["bank"]))))
    if any(index.get(name) != value for name, value in mine.items()):
        return False
    looked, until, places = (index.get(name) for name in (LOOKED, UNTIL, "places"))
    if not isinstance(looked, float) or not isinstance(until, float):
        return False
    if not isinstance(places, dict) or not places:
        return False
    # A look in the future: the clock was set back.
    if not looked <= now < min(until, looked + VALID_SECONDS):
        return False
    return all(stamp_of(place) == stamp for place, stamp in places.items())


def _foreign(status: os.stat_result) -> bool:
    return sys.platform != "win32" and status.st_uid != os.getuid()
