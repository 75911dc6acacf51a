"""A build with an old CPython or OpenSSL fails unless somebody has assessed this very release."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tools.installer.ages import AgeError, check_ages, oldest, releases
from tools.installer.settings import read_settings

LIMITS = {"CPython": date(2026, 6, 1), "OpenSSL": date(2026, 6, 1)}
NEW_PYTHON = b"x\0tags/v3.14.2\0v3.14.2\0Jul  1 2026\0 10:00:00\0"
OLD_PYTHON = b"x\0tags/v3.12.9\0fdb8142\0Feb  4 2025\0"
NEW_OPENSSL, OLD_OPENSSL = b"OpenSSL 4.0.3 29 Sep 2026\0", b"\0OpenSSL 3.0.15 3 Sep 2024\0"


def program(
    folder: Path, python: bytes = NEW_PYTHON, ours: bytes = NEW_OPENSSL, wheel: bytes = NEW_OPENSSL
) -> Path:
    """The program's libraries, as far as they tell their age."""
    rust = folder / "cryptography" / "hazmat" / "bindings" / "_rust.pyd"
    rust.parent.mkdir(parents=True)
    rust.write_bytes(wheel)
    (folder / "python312.dll").write_bytes(python)
    (folder / "python3.dll").write_bytes(b"only leads to the other")
    (folder / "libcrypto-3.dll").write_bytes(ours)
    return folder


def test_a_program_of_new_releases_may_be_built(tmp_path: Path) -> None:
    check_ages(program(tmp_path), (), LIMITS)
    assert [(one.name, one.released) for one in releases(tmp_path)] == [
        ("CPython 3.14.2", date(2026, 7, 1)),
        ("OpenSSL 4.0.3", date(2026, 9, 29)),
        ("OpenSSL 4.0.3", date(2026, 9, 29)),
    ]


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"python": OLD_PYTHON}, "CPython 3.12.9"),
        ({"ours": OLD_OPENSSL}, "OpenSSL 3.0.15"),
        ({"wheel": OLD_OPENSSL}, "OpenSSL 3.0.15"),
    ],
)
def test_each_old_release_fails_the_build_until_it_is_known(
    tmp_path: Path, files: dict[str, bytes], name: str
) -> None:
    contents = program(tmp_path, **files)
    with pytest.raises(AgeError, match=f"{name} .*contents.known_old") as failed:
        check_ages(contents, ("OpenSSL 3.0.14", "CPython 3.12.8"), LIMITS)
    assert "2026-06-01" in str(failed.value)
    check_ages(contents, (name,), LIMITS)


@pytest.mark.parametrize("name", ["python", "ours", "wheel"])
def test_a_library_that_does_not_tell_its_age_fails_the_build(tmp_path: Path, name: str) -> None:
    with pytest.raises(AgeError, match="does not tell"):
        check_ages(program(tmp_path, **{name: b"nothing"}), (), LIMITS)


def test_limits_and_known_releases_of_this_project() -> None:
    assert set(oldest()) == {"CPython", "OpenSSL"}
    assert read_settings().contents.known_old, "the build says which old releases were assessed"
