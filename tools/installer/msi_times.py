"""Sets the times in an MSI's summary information, which wixl takes from the clock.

The summary information is a property set ([MS-OLEPS], 2.21) in the compound file.
"""

from __future__ import annotations

import struct
from pathlib import Path

_FORMAT_ID = bytes.fromhex("E0859FF2F94F6810AB9108002B27B3D9")
"""FMTID_SummaryInformation in its stored byte order."""

_OFFSET_BEHIND_ID = 16
_SET_HEADER = 48
"""Bytes from the beginning of the property set to its only section."""

_CREATED, _SAVED = 12, 13
_VT_FILETIME = 0x40
_EPOCH_AS_FILETIME = 116_444_736_000_000_000
"""1970 in units of 100 ns since 1601."""


class TimesError(Exception):
    """The file does not have the layout that wixl writes."""


def set_times(msi: Path, epoch: int) -> None:
    """Writes `epoch` (seconds since 1970) as the time of creation and of the last change.

    Raises TimesError, with the file unchanged, if the times are not at the expected place.
    """
    content = bytearray(msi.read_bytes())
    moment = struct.pack("<IQ", _VT_FILETIME, _EPOCH_AS_FILETIME + epoch * 10_000_000)
    for place in _times(content):
        content[place : place + len(moment)] = moment
    msi.write_bytes(content)


def _times(content: bytearray) -> list[int]:
    """Offsets of the two typed values."""
    identifier = content.find(_FORMAT_ID)
    if identifier < 0 or content.find(_FORMAT_ID, identifier + 1) >= 0:
        raise TimesError("no summary information, or more than one")
    (offset,) = struct.unpack_from("<I", content, identifier + _OFFSET_BEHIND_ID)
    section = identifier - (_SET_HEADER - _OFFSET_BEHIND_ID - 4) + offset
    _, count = struct.unpack_from("<II", content, section)
    if offset != _SET_HEADER or count > 100:
        raise TimesError("the summary information is laid out differently")
    properties = dict(struct.iter_unpack("<II", content[section + 8 : section + 8 + 8 * count]))
    places = [section + properties.get(name, 0) for name in (_CREATED, _SAVED)]
    for place in places:
        if struct.unpack_from("<I", content, place) != (_VT_FILETIME,):
            raise TimesError("the summary information has no times")
    return places
