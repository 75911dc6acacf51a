"""What ships carries the signatures that contents.toml expects; anything else is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.small_build import copied, signer, stranger
from tools.installer.signatures import OURS, UNSIGNED, State, check_signatures, expected_signer
from tools.installer.signing import Signer, SigningError

EXPECTED = {
    OURS: ["certclient.exe"],
    "The Qt Company": ["Qt6*.dll", "PySide6/*"],
    UNSIGNED: ["pkcs11/_pkcs11.*.pyd"],
}


@pytest.mark.parametrize(
    ("name", "organisation"),
    [
        ("certclient.exe", OURS),
        ("app-1.0.0/Qt6Core.dll", "The Qt Company"),
        ("app-1.0.0/PySide6/plugins/platforms/qwindows.dll", "The Qt Company"),
        ("app-1.0.0/pkcs11/_pkcs11.cp312-win_amd64.pyd", UNSIGNED),
        ("app-1.0.0/pkcs11/other.pyd", ""),
        ("app-1.0.0/version.dll", ""),
        ("Qt6Core.exe", ""),
    ],
)
def test_who_has_to_have_signed_a_file(name: str, organisation: str) -> None:
    assert expected_signer(name, EXPECTED) == organisation


@pytest.fixture
def ours(tmp_path: Path) -> Signer:
    return signer(tmp_path / "ours")


@pytest.fixture
def payload(tmp_path: Path, ours: Signer) -> Path:
    """One program of ours and one library that its makers do not sign, as it should be."""
    folder = tmp_path / "payload"
    for name in ("certclient.exe", "app-1.0.0/msgspec/_core.cp312-win_amd64.pyd"):
        put(folder / name)
    ours.sign(folder / "certclient.exe")
    return folder


def put(path: Path) -> Path:
    """A program, not signed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    copied(path)
    return path


def change(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[0x600] ^= 1
    path.write_bytes(content)


def refusal(payload: Path, ours: Signer) -> str:
    with pytest.raises(SigningError) as caught:
        check_signatures(payload, ours)
    return str(caught.value)


def test_what_is_as_it_should_be_is_listed(payload: Path, ours: Signer) -> None:
    assert check_signatures(payload, ours) == [
        State("app-1.0.0/msgspec/_core.cp312-win_amd64.pyd", UNSIGNED),
        State("certclient.exe", OURS),
    ]


def test_a_file_that_nobody_knows_is_named(payload: Path, ours: Signer) -> None:
    put(payload / "app-1.0.0" / "version.dll")
    assert "version.dll: unsigned, expected: no such file" in refusal(payload, ours)


def test_a_program_under_the_name_of_a_text_is_looked_at_as_well(
    payload: Path, ours: Signer
) -> None:
    put(payload / "LICENSE.txt")
    assert "LICENSE.txt: unsigned, expected: no such file" in refusal(payload, ours)


def test_a_library_that_somebody_else_signed_is_named_with_them(
    payload: Path, ours: Signer, tmp_path: Path
) -> None:
    library = put(payload / "app-1.0.0" / "Qt6Core.dll")
    stranger(tmp_path / "stranger").sign(library)
    expected = "Qt6Core.dll: CN=certclient TEST signature, expected: The QT Company Oy"
    assert expected in refusal(payload, ours)


def test_a_library_that_has_lost_its_signature_is_named(payload: Path, ours: Signer) -> None:
    put(payload / "app-1.0.0" / "python312.dll")
    expected = "python312.dll: unsigned, expected: Python Software Foundation"
    assert expected in refusal(payload, ours)


def test_a_library_that_was_changed_after_it_was_signed_is_named(
    payload: Path, ours: Signer, tmp_path: Path
) -> None:
    library = put(payload / "app-1.0.0" / "Qt6Core.dll")
    stranger(tmp_path / "stranger").sign(library)
    change(library)
    assert "Qt6Core.dll: not whole: Qt6Core.dll was changed after" in refusal(payload, ours)


def test_a_library_that_is_signed_although_its_makers_do_not_is_named(
    payload: Path, ours: Signer, tmp_path: Path
) -> None:
    library = payload / "app-1.0.0" / "msgspec" / "_core.cp312-win_amd64.pyd"
    stranger(tmp_path / "stranger").sign(library)
    assert "signature, expected: unsigned" in refusal(payload, ours)


def test_a_program_of_ours_that_somebody_else_signed_is_named(
    payload: Path, ours: Signer, tmp_path: Path
) -> None:
    program = put(payload / "certclient.exe")
    stranger(tmp_path / "stranger").sign(program)
    said = refusal(payload, ours)
    assert "certclient.exe: not whole: " in said
    assert "Leaf hash match: failed" in said


def test_all_that_is_wrong_is_named_at_once(payload: Path, ours: Signer) -> None:
    change(payload / "certclient.exe")
    put(payload / "app-1.0.0" / "version.dll")
    said = refusal(payload, ours)
    assert "app-1.0.0/version.dll: " in said
    assert "certclient.exe: " in said
