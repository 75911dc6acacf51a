"""Whether there is room for what a renewal writes, on this computer's disks and on a token."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from certclient.enrollment.full_check.values import Finding, Item
from certclient.enrollment.preflight import Check, Verdict
from certclient.model.errors import CertclientError, ErrorCode
from certclient.store.base import Described, Watched

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from certclient.platform.free_space import Room
    from certclient.store.base import CertificateStore

MEBIBYTE = 1 << 20
NEEDED_BYTES = 5 * MEBIBYTE
"""Below this, a renewal may stop: the journal, and a browser's database that is written anew."""
COMFORTABLE_BYTES = 100 * MEBIBYTE
"""Below this, the disk will soon be full."""
TOKEN_BYTES = 8192
"""Room for a key of RSA 2048 and its certificate beside the old ones, with some to spare."""


def space_finding(item: Item, room: Callable[[Path], Room]) -> Finding:
    """Whether enough can be written to `item.folder`, which need not exist yet.

    DISK_SPACE (data `path`, `free` in MiB, `need` in MiB); DATA_FOLDER if nothing can be written.
    """
    path = Path(item.folder)
    try:
        found = room(path)
    except OSError as error:
        return Finding(item, Verdict.FAILED, _not_writable(path, str(error)))
    if not found.writable:
        return Finding(item, Verdict.FAILED, _not_writable(found.path, ""))
    if found.free_bytes >= COMFORTABLE_BYTES and found.files_left:
        return Finding(item, Verdict.PASSED)
    full = CertclientError(
        ErrorCode.DISK_SPACE,
        path=str(found.path),
        free=str(found.free_bytes // MEBIBYTE),
        need=str(NEEDED_BYTES // MEBIBYTE),
    )
    enough = found.free_bytes >= NEEDED_BYTES and found.files_left
    return Finding(item, Verdict.WARNING if enough else Verdict.FAILED, full)


def _not_writable(path: Path, reason: str) -> CertclientError:
    data = {"reason": reason} if reason else {}
    return CertclientError(ErrorCode.DATA_FOLDER, path=str(path), **data)


def other_folders(data_folder: Path, stores: Sequence[CertificateStore]) -> Sequence[Path]:
    """The folders of databases that lie on another disk than `data_folder`."""
    known = {_device(data_folder)}
    folders: list[Path] = []
    for store in stores:
        for place in store.watched() if isinstance(store, Watched) else ():
            path = Path(place)
            if not path.is_absolute() or (device := _device(path.parent)) is None:
                continue  # a registry key, or a folder that is not there
            if device not in known:
                known.add(device)
                folders.append(path.parent)
    return folders


def _device(path: Path) -> int | None:
    """The number of the file system that holds `path` or its nearest folder that exists."""
    for one in (path, *path.parents):
        try:
            return one.stat().st_dev
        except OSError:
            continue
    return None


def token_space_finding(item: Item, store: Described) -> Finding:
    """Whether the token has room for one more key and certificate, as far as it tells."""
    try:
        described = store.describe()
    except CertclientError as error:
        return Finding(item, Verdict.FAILED, error)
    if described.write_protected:
        protected = CertclientError(ErrorCode.TOKEN_WRITE_PROTECTED, token=described.label)
        return Finding(item, Verdict.FAILED, protected)
    if described.free_memory is None:
        return Finding(item, Verdict.UNCHECKED)
    if described.free_memory >= TOKEN_BYTES:
        return Finding(item, Verdict.PASSED)
    low = CertclientError(ErrorCode.TOKEN_FULL, token=described.label, problem="low")
    return Finding(item, Verdict.WARNING, low)


def data_folder_item(folder: Path) -> Item:
    """The item for the free space where `folder` is."""
    return Item(Check.SPACE, folder=str(folder))
