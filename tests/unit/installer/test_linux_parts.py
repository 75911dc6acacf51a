"""A customers' package has the program's libraries, and none of the practice bank alone."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from pathlib import Path

from packaging.requirements import Requirement

from tools.installer.linux.parts import (
    LOCK,
    direct_requirements,
    lock_file,
    locked_requirements,
    practice_modules,
)


def pinned(lock: str) -> AbstractSet[str]:
    lines = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]
    return {Requirement(line.rstrip(" \\")).name for line in lines}


def test_rehearsal_package_has_the_whole_lock() -> None:
    assert locked_requirements(practice_bank=True) == LOCK.read_text(encoding="utf-8")


def test_customers_package_lacks_what_the_practice_bank_alone_needs() -> None:
    everything, customers = (
        pinned(locked_requirements(practice_bank=one)) for one in (True, False)
    )
    assert everything - customers >= {"flask", "cheroot", "jinja2", "werkzeug", "markupsafe"}
    # cheroot and keyring both need jaraco's; keyring is the program's.
    assert {"cryptography", "click", "jaraco-functools", "pyside6-essentials"} <= customers


def test_kept_lines_have_their_hashes(tmp_path: Path) -> None:
    lines = lock_file(tmp_path, practice_bank=False).read_text(encoding="utf-8").splitlines()
    starts = [number for number, line in enumerate(lines) if not line.startswith(" ")]
    assert all(lines[number + 1].startswith("    --hash=sha256:") for number in starts)


def test_direct_requirements_keep_markers_and_comments() -> None:
    text = '# kept\nclick\njeepney; sys_platform == "linux" # kept\nflask\n'
    kept = direct_requirements(practice_bank=False, text=text)
    assert kept == ["# kept", "click", 'jeepney; sys_platform == "linux" # kept']
    assert "flask" in practice_modules()
