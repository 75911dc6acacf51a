"""Commands run like a user whom file modes concern: root without the right to ignore them."""

from __future__ import annotations

import ctypes
import os

_RIGHTS = "-dac_override,-dac_read_search"
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2
"""From <linux/capability.h>."""
_VERSION_3 = 0x20080522
_PR_CAPBSET_DROP = 24


def unprivileged() -> list[str]:
    """The words before a command; none if this user is not root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--bounding-set", _RIGHTS, "--inh-caps", _RIGHTS]


def give_up_rights() -> None:
    """Does the same to this process and to those that it will start (capset(2), prctl(2)).

    Raises OSError.
    """
    if os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(_VERSION_3, 0)
    # Effective, permitted and inheritable capabilities, 32 bits each, then their further 32 bits.
    sets = (ctypes.c_uint32 * 6)()
    failed = libc.capget(header, sets)
    for right in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
        failed = failed or libc.prctl(_PR_CAPBSET_DROP, right, 0, 0, 0)
        for index in range(3):
            sets[index] &= ~(1 << right)
    if failed or libc.capset(header, sets):
        raise OSError(ctypes.get_errno(), "the rights to ignore file modes cannot be given up")
