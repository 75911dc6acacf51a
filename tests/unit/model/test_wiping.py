"""Secrets are overwritten where they lay, and nothing else is."""

from __future__ import annotations

import ctypes
import importlib.util
import subprocess
import sys
import warnings

import pytest

from certclient.model import wiping
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


def test_interned_text_stays_although_nobody_counts_its_table() -> None:
    own = sys.intern(made("a name that is interned"))
    overwrite(own)
    assert own == "a name that is interned"
    assert sys.intern(made("a name that is interned")) is own


class Text(str):
    """Its characters lie elsewhere."""

    __slots__ = ()


class Octets(bytes):
    """May hold anything else behind its octets."""


def test_objects_of_subclasses_stay() -> None:
    text, octets = Text(made("71839264")), Octets(b"71839264")
    overwrite(text, octets)
    assert (text, octets) == ("71839264", b"71839264")


def test_text_of_which_python_keeps_a_copy_in_utf_8_stays() -> None:
    """Its two copies would differ from then on."""
    own = made("暗証１２３")
    in_utf_8 = ctypes.pythonapi.PyUnicode_AsUTF8
    in_utf_8.restype, in_utf_8.argtypes = ctypes.c_char_p, [ctypes.py_object]
    assert in_utf_8(own) == "暗証１２３".encode()
    overwrite(own)
    assert own == "暗証１２３"


OLD_API = pytest.mark.skipif(
    sys.version_info >= (3, 12), reason="PEP 623: 3.12 has no such strings any more"
)


@OLD_API
@pytest.mark.parametrize("text", ["71839264", "暗証１２３"])
def test_text_made_by_the_old_interface_stays(text: str) -> None:
    """Its characters lie elsewhere: what lies where they would be is not its own."""
    new, place = ctypes.pythonapi.PyUnicode_FromUnicode, ctypes.pythonapi.PyUnicode_AsUnicode
    new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_ssize_t]
    place.restype, place.argtypes = ctypes.c_void_p, [ctypes.py_object]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        own = new(None, len(text))
        ctypes.memmove(place(own), ctypes.create_unicode_buffer(text), 4 * len(text))
    overwrite(own)
    assert own == text


_GROWN = r"""
import ctypes, warnings
warnings.simplefilter("ignore")
ctypes.pythonapi.PyUnicode_AsUnicode(ctypes.py_object(""))
from certclient.model.wiping import overwrite
own = "".join(["7183", "9264"])
overwrite(own)
assert own == "\0" * 8, ascii(own)
"""


@OLD_API
def test_header_is_not_measured_at_the_empty_text_which_all_share() -> None:
    subprocess.run([sys.executable, "-c", _GROWN], check=True)


def test_nothing_is_done_where_references_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 14, 0, "final", 0))
    spec = importlib.util.spec_from_file_location("wiping_of_3_14", wiping.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    own = made("71839264")
    module.overwrite(own)
    assert own == "71839264"


def test_taken_secret_leaves_no_text_behind() -> None:
    typed = made("71839264")
    secret = Secret.taken(typed)
    assert set(typed) == {"\0"}
    with secret.revealed() as text:
        assert text == "71839264"
    assert set(text) == {"\0"}
    assert secret.reveal() == "71839264"


@pytest.mark.parametrize("text", ["71839264", "７１８３", "暗証"])
def test_typed_secret_leaves_no_text_behind(text: str) -> None:
    typed = made(text)
    Secret.typed(typed)
    assert set(typed) == {"\0"}


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


def test_a_wiped_secret_is_the_same_as_none() -> None:
    wiped, other = Secret("71"), Secret("72")
    for one in (wiped, other):
        one.wipe()
    zeros = Secret("\0\0")
    assert not any(wiped.same_as(one) for one in (wiped, other, zeros))
    assert not zeros.same_as(wiped)
