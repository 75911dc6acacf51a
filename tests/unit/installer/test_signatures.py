"""Shipped files carry the signatures that contents.toml expects; every deviation is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.small_build import copied, signer, unknown_signer
from tools.installer.signatures import (
    OURS,
    UNSIGNED,
    SignatureState,
    check_signatures,
    expected_signer,
)
from tools.installer.signing import CodeSigner, SigningError

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
def test_expected_signer_of_a_file(name: str, organisation: str) -> None:
    assert expected_signer(name, EXPECTED) == organisation


@pytest.fixture
def ours(tmp_path: Path) -> CodeSigner:
    return signer(tmp_path / "ours")


@pytest.fixture
def payload(tmp_path: Path, ours: CodeSigner) -> Path:
    """A valid payload: our signed program and one library that its vendor does not sign."""
    folder = tmp_path / "payload"
    for name in ("certclient.exe", "app-1.0.0/msgspec/_core.cp312-win_amd64.pyd"):
        put(folder / name)
    ours.sign(folder / "certclient.exe")
    return folder


def put(path: Path) -> Path:
    """Creates an unsigned program at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    copied(path)
    return path


def change(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[0x600] ^= 1
    path.write_bytes(content)


def refusal(payload: Path, ours: CodeSigner) -> str:
    with pytest.raises(SigningError) as caught:
        check_signatures(payload, ours)
    return str(caught.value)


def test_valid_payload_is_listed(payload: Path, ours: CodeSigner) -> None:
    assert check_signatures(payload, ours) == [
        SignatureState("app-1.0.0/msgspec/_core.cp312-win_amd64.pyd", UNSIGNED),
        SignatureState("certclient.exe", OURS),
    ]


def test_unexpected_file_is_reported(payload: Path, ours: CodeSigner) -> None:
    put(payload / "app-1.0.0" / "version.dll")
    assert "version.dll: unsigned, expected: no such file" in refusal(payload, ours)


def test_program_with_a_text_file_extension_is_checked(payload: Path, ours: CodeSigner) -> None:
    put(payload / "LICENSE.txt")
    assert "LICENSE.txt: unsigned, expected: no such file" in refusal(payload, ours)


def test_library_with_a_wrong_signer_is_reported_with_that_signer(
    payload: Path, ours: CodeSigner, tmp_path: Path
) -> None:
    library = put(payload / "app-1.0.0" / "Qt6Core.dll")
    unknown_signer(tmp_path / "stranger").sign(library)
    expected = "Qt6Core.dll: CN=certclient TEST signature, expected: The QT Company Oy"
    assert expected in refusal(payload, ours)


def test_library_without_its_signature_is_reported(payload: Path, ours: CodeSigner) -> None:
    put(payload / "app-1.0.0" / "python312.dll")
    expected = "python312.dll: unsigned, expected: Python Software Foundation"
    assert expected in refusal(payload, ours)


def test_library_changed_after_signing_is_reported(
    payload: Path, ours: CodeSigner, tmp_path: Path
) -> None:
    library = put(payload / "app-1.0.0" / "Qt6Core.dll")
    unknown_signer(tmp_path / "stranger").sign(library)
    change(library)
    assert "Qt6Core.dll: not whole: Qt6Core.dll was changed after" in refusal(payload, ours)


def test_unexpectedly_signed_library_is_reported(
    payload: Path, ours: CodeSigner, tmp_path: Path
) -> None:
    library = payload / "app-1.0.0" / "msgspec" / "_core.cp312-win_amd64.pyd"
    unknown_signer(tmp_path / "stranger").sign(library)
    assert "signature, expected: unsigned" in refusal(payload, ours)


def test_own_program_with_a_wrong_signer_is_reported(
    payload: Path, ours: CodeSigner, tmp_path: Path
) -> None:
    program = put(payload / "certclient.exe")
    unknown_signer(tmp_path / "stranger").sign(program)
    message = refusal(payload, ours)
    assert "certclient.exe: not whole: " in message
    assert "Leaf hash match: failed" in message


def test_all_deviations_are_reported_together(payload: Path, ours: CodeSigner) -> None:
    change(payload / "certclient.exe")
    put(payload / "app-1.0.0" / "version.dll")
    message = refusal(payload, ours)
    assert "app-1.0.0/version.dll: " in message
    assert "certclient.exe: " in message
