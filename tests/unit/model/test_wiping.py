"""Secrets are overwritten where they lay, and nothing else is."""

from __future__ import annotations

import pytest

from certclient.model.secret import Secret
from certclient.model.wiping import overwrite

CONSTANT = "a constant of this module"


def made(text: str) -> str:
    """The text in a string of its own."""
    return "".join(list(text))


@pytest.mark.parametrize("text", ["71839264", "暗証１２３", "é1x", "1😀2"])
def test_own_text_is_overwritten(text: str) -> None:
    own = made(text)
    overwrite(own)
    assert own != text
    assert set(own) == {"\0"}


def test_own_octets_are_overwritten() -> None:
    own, buffer = bytes([65, 66, 67]), bytearray(b"ABC")
    overwrite(own, buffer)
    assert (own, buffer) == (bytes(3), bytearray(3))


def test_constants_and_what_somebody_keeps_stay() -> None:
    own, kept = CONSTANT, made("kept")
    holder = [kept]
    overwrite(own, kept, "x", "", None)
    assert set(CONSTANT) != {"\0"}, "not compared with its literal, which would be the same object"
    assert holder == ["kept"]


def test_taken_secret_leaves_no_text_behind() -> None:
    typed = made("71839264")
    secret = Secret.taken(typed)
    assert set(typed) == {"\0"}
    with secret.revealed() as text:
        assert text == "71839264"
    assert set(text) == {"\0"}
    assert secret.reveal() == "71839264"


def test_wiped_secret_is_never_used_as_an_empty_one() -> None:
    secret = Secret("71839264")
    secret.wipe()
    assert not secret
    for use in (secret.reveal, secret.copied):
        with pytest.raises(RuntimeError):
            use()


def test_octets_of_a_peer_are_taken_over_and_overwritten() -> None:
    octets = bytearray("１２".encode())
    assert Secret.of_bytes(octets).reveal() == "１２"
    assert not any(octets)


def test_same_secrets() -> None:
    assert Secret("71").same_as(Secret(made("71")))
    assert not Secret("71").same_as(Secret("72"))
