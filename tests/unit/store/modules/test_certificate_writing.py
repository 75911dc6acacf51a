"""A token that is full or refuses a certificate says so, and nothing half-written stays on it."""

from __future__ import annotations

import pytest
from pkcs11 import Attribute, ObjectClass

from certclient.i18n.catalogue import Language, load
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeyRef, KeySpec
from certclient.store.pkcs11.certificate_writing import object_template
from support.pkcs11_shim import Shim
from support.pki import make_lab
from support.softhsm import PIN, SoftHsmToken, right_pin

LABEL = "certclient 0000000000000001"
NAME = "電子証明書"
SPEC = KeySpec()


def new_pair(token: SoftHsmToken) -> tuple[KeyRef, Certificate]:
    with token.store().open(right_pin) as session:
        key = session.create_key(SPEC, LABEL)
        return key, make_lab().issue(session.signer(key).spki)


def install(token: SoftHsmToken, key: KeyRef, certificate: Certificate) -> None:
    with token.store().open(right_pin) as session:
        session.install(key, certificate, NAME)


def refusal(token: SoftHsmToken, key: KeyRef, certificate: Certificate) -> CertclientError:
    with pytest.raises(CertclientError) as error:
        install(token, key, certificate)
    return error.value


def certificates_on(token: SoftHsmToken) -> list[bytes]:
    (found,) = token.hsm.module().tokens()
    with found.open() as session:
        objects = session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})
        return [bytes(one[Attribute.VALUE]) for one in list(objects)]


@pytest.mark.parametrize("way", ["write", "write-late", "write-half"])
@pytest.mark.parametrize(
    ("result", "certain"),
    [("0x05", False), ("0x06", False), ("0x31", True)],
    ids=["GENERAL_ERROR", "FUNCTION_FAILED", "DEVICE_MEMORY"],
)
def test_a_full_token_says_so_and_keeps_nothing(
    shim: Shim, way: str, result: str, certain: bool
) -> None:
    token = shim.hsm.new_token()
    key, certificate = new_pair(token)
    shim.play(f"{way}={result}")
    error = refusal(token, key, certificate)
    assert error.code is ErrorCode.TOKEN_FULL
    assert error.data.get("problem") == (None if certain else "probable")
    assert error.data["reason"].startswith("CKR_")
    assert certificates_on(token) == []
    assert token.store().certificates() == []


def test_a_full_token_names_a_certificate_that_cannot_be_read(shim: Shim) -> None:
    """By its label alone: it has no date."""
    token = shim.hsm.new_token()
    key, certificate = new_pair(token)
    (found,) = token.hsm.module().tokens()
    with found.open(rw=True, user_pin=PIN) as session:
        session.create_object(
            {**object_template(certificate, "damaged", b"7"), Attribute.VALUE: b"\x30\x03abc"}
        )
    shim.play("write=0x31")
    assert refusal(token, key, certificate).data["certificates"] == "damaged"


def test_a_full_token_names_what_may_be_deleted(shim: Shim) -> None:
    token = shim.hsm.new_token()
    key, old = new_pair(token)
    with token.store().open(right_pin) as session:
        session.install(key, old, NAME)
        session.archive(old)
        unused = session.create_key(SPEC, "certclient 00000000000000aa")
        key = session.create_key(SPEC, "certclient 0000000000000002")
        new = make_lab().issue(session.signer(key).spki)
    assert unused
    shim.play("write=0x31")
    error = refusal(token, key, new)
    assert old.common_name in error.data["archived"]
    assert f"{old.not_after_tokyo:%Y-%m-%d}" in error.data["archived"]
    assert "00000000000000aa" in error.data["keys"]
    for language in Language:
        details = load(language).error(error).details
        assert any(old.common_name in line for line in details)


def test_a_token_that_says_it_is_full_is_believed_before_a_key_is_made(shim: Shim) -> None:
    token = shim.hsm.new_token()
    shim.play("free=1000")
    with pytest.raises(CertclientError) as error, token.store().open(right_pin) as session:
        session.create_key(SPEC, LABEL)
    assert error.value.code is ErrorCode.TOKEN_FULL
    assert error.value.data["reason"] == "1000 bytes"
    assert shim.calls("C_GenerateKeyPair") == 0


def test_a_key_that_was_made_before_the_token_was_full_is_taken_up(shim: Shim) -> None:
    token = shim.hsm.new_token()
    key, _ = new_pair(token)
    shim.play("free=1000")
    with token.store().open(right_pin) as session:
        assert session.create_key(SPEC, LABEL) == key


def left_behind(token: SoftHsmToken, key: KeyRef, certificate: Certificate, part: bytes) -> None:
    """What a computer that stopped while it wrote leaves."""
    (found,) = token.hsm.module().tokens()
    with found.open(rw=True, user_pin=token.pin) as session:
        template = object_template(certificate, NAME, key.key_id)
        session.create_object({**template, Attribute.VALUE: part})


@pytest.mark.parametrize("part", ["half", "byte", "padded"])
def test_what_a_crash_left_half_written_is_replaced_by_the_whole(shim: Shim, part: str) -> None:
    token = shim.hsm.new_token()
    key, certificate = new_pair(token)
    half = certificate.der[: len(certificate.der) // 2]
    parts = {"half": half, "byte": certificate.der[:1], "padded": half + bytes(300)}
    left_behind(token, key, certificate, parts[part])
    install(token, key, certificate)
    assert certificates_on(token) == [certificate.der]


def test_what_a_crash_left_half_written_goes_with_a_rollback(shim: Shim) -> None:
    token = shim.hsm.new_token()
    key, certificate = new_pair(token)
    left_behind(token, key, certificate, certificate.der[:-40])
    with token.store().open(right_pin) as session:
        session.delete(certificate)
        session.delete_key(key)
        assert session.find_key(LABEL) is None
    assert certificates_on(token) == []


@pytest.mark.parametrize("result", ["0x13", "0x12", "0xD1", "0xD0", "0x10"])
def test_a_token_that_refuses_every_certificate_is_named_with_its_return_value(
    shim: Shim, result: str
) -> None:
    token = shim.hsm.new_token()
    key, certificate = new_pair(token)
    shim.play(f"write={result}")
    error = refusal(token, key, certificate)
    assert error.code is ErrorCode.TOKEN_FAILED
    assert error.data["token"] == token.label
    assert error.data["reason"].startswith("CKR_")
    assert error.data["problem"] == "certificate-refused"
    assert 1 < shim.calls("C_CreateObject") < 10


def test_a_token_that_refuses_some_attribute_gets_a_plainer_certificate(shim: Shim) -> None:
    token = shim.hsm.new_token()
    key, certificate = new_pair(token)
    shim.play(f"write-refuse={Attribute.PRIVATE.value}")
    install(token, key, certificate)
    assert certificates_on(token) == [certificate.der]
