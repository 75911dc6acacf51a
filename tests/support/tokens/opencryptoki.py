"""opencryptoki: its software token, and the slot daemon that all of its users share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from certclient.model.keys import KeyAlgorithm
from certclient.model.public_keys import KeyKind
from support.tokens.running import (
    LABEL,
    PIN,
    SO_PIN,
    RunningToken,
    Service,
    Stack,
    empty_folder_at,
    run,
)

_MODULE = Path("/usr/lib/x86_64-linux-gnu/opencryptoki/libopencryptoki.so.0")
_FIRST_SO_PIN = "87654321"
_SLOT = "3"
_CONFIGURATION = """version opencryptoki-3.1
slot 3
{
stdll = libpkcs11_sw.so
}
"""
_FOLDERS = tuple(
    Path(path)
    for path in (
        "/var/lib/opencryptoki/swtok/TOK_OBJ",
        "/run/opencryptoki",
        "/run/lock/opencryptoki/swtok",
    )
)


@contextmanager
def _running(folder: Path) -> Iterator[RunningToken]:
    for covered in ("/etc/opencryptoki", "/var/lib/opencryptoki", "/dev/shm"):
        empty_folder_at(Path(covered))
    Path("/etc/opencryptoki/opencryptoki.conf").write_text(_CONFIGURATION, encoding="ascii")
    for place in _FOLDERS:
        place.mkdir(parents=True)
    for top in (_FOLDERS[0].parents[1], _FOLDERS[1], _FOLDERS[2].parent):
        _give_to_group(top)
    daemon = Service(
        ("pkcsslotd", "-f"), folder / "pkcsslotd.log", Path("/run/pkcsslotd.socket").is_socket
    )
    with daemon.running():
        token = ("pkcsconf", "-c", _SLOT)
        run(*token, "-I", "-S", _FIRST_SO_PIN, answers=f"{LABEL}\n")
        run(*token, "-P", "-S", _FIRST_SO_PIN, "-n", SO_PIN)
        run(*token, "-u", "-S", SO_PIN, "-n", "0000")
        run(*token, "-p", "-U", "0000", "-n", PIN)
        # The software token of this version makes no EC keys.
        makes = frozenset(one for one in KeyAlgorithm if one.kind is KeyKind.RSA)
        yield RunningToken(_MODULE, makes=makes, stop=daemon.stop, start=daemon.start)


def _give_to_group(top: Path) -> None:
    """The rights that Debian's package gives; the library insists on its group."""
    for place in (top, *top.rglob("*")):
        shutil.chown(place, group="pkcs11")
        os.chmod(place, 0o770)


STACK = Stack(
    "opencryptoki", (_MODULE, Path("/usr/sbin/pkcsslotd"), Path("/usr/sbin/pkcsconf")), _running
)
