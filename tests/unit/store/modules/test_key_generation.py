"""Keys are made on tokens that refuse templates, never change a CKA_ID or make no PSS signatures; a
token that cannot make a safe, useful key says so before a certificate is asked for."""

from __future__ import annotations

import pkcs11
import pytest
from pkcs11 import Attribute, KeyType, ObjectClass

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeyAlgorithm, KeyRef, KeySpec, SignatureAlgorithm
from certclient.model.public_keys import Curve
from support.pkcs11_shim import Shim
from support.pki import make_lab
from support.softhsm import ScriptedPins, SoftHsmToken, right_pin

LABEL = "certclient 0000000000000001"
OTHER = "certclient 0000000000000002"
SPEC = KeySpec()
HALVES = (ObjectClass.PRIVATE_KEY, ObjectClass.PUBLIC_KEY)


def objects(token: SoftHsmToken) -> list[tuple[str, bytes, str]]:
    """Class, CKA_ID and label of every object, read without certclient."""
    (found,) = (one for one in token.hsm.module().tokens() if one.label == token.label)
    with found.open(user_pin=token.pin) as session:
        return objects_of(session)


def objects_of(session: pkcs11.Session) -> list[tuple[str, bytes, str]]:
    return [
        (kind.name, handle[Attribute.ID], handle[Attribute.LABEL])
        for kind in (*HALVES, ObjectClass.CERTIFICATE)
        for handle in list(session.get_objects({Attribute.CLASS: kind}))
    ]


def obtained(
    token: SoftHsmToken, label: str = LABEL, algorithm: KeyAlgorithm = SPEC.algorithm
) -> tuple[KeyRef, Certificate]:
    with token.store().open(right_pin) as session:
        key = session.create_key(KeySpec(algorithm), label)
        certificate = make_lab().issue(session.signer(key).spki)
        session.install(key, certificate, "電子証明書")
        session.self_test(certificate)
    return key, certificate


def failure(token: SoftHsmToken, spec: KeySpec = SPEC) -> CertclientError:
    with pytest.raises(CertclientError) as error, token.store().open(right_pin) as session:
        session.create_key(spec, LABEL)
    return error.value


@pytest.mark.parametrize(
    "refusal",
    ["0x05", "0x06", "0x12", "0x13", "0xD0", "0xD1", "0x10", "0x07", "0x30", "0x80000001"],
)
def test_a_token_that_refuses_false_usages_gets_a_plainer_template(
    shim: Shim, refusal: str
) -> None:
    token = shim.hsm.new_token()
    shim.play("refuse-false", f"refusal={refusal}")
    obtained(token)
    assert shim.calls("C_GenerateKeyPair") == 2


@pytest.mark.parametrize(
    "attribute",
    [
        Attribute.ENCRYPT,
        Attribute.DECRYPT,
        Attribute.WRAP,
        Attribute.UNWRAP,
        Attribute.DERIVE,
        Attribute.SIGN,
        Attribute.VERIFY,
        Attribute.ID,
        Attribute.PUBLIC_EXPONENT,
    ],
    ids=lambda one: one.name,
)
def test_an_attribute_that_a_token_refuses_is_left_out(shim: Shim, attribute: Attribute) -> None:
    token = shim.hsm.new_token()
    shim.play(f"refuse={attribute.value}")
    key, certificate = obtained(token)
    (stored,) = token.store().certificates()
    assert (stored.certificate, stored.key) == (certificate, key)


def test_the_template_that_a_token_accepts_is_remembered(shim: Shim) -> None:
    token = shim.hsm.new_token()
    shim.play(f"refuse={Attribute.VERIFY.value}")
    obtained(token)
    tries = shim.calls("C_GenerateKeyPair")
    with token.store().open(right_pin) as session:
        session.create_key(SPEC, OTHER)
    assert shim.calls("C_GenerateKeyPair") == tries + 1


@pytest.mark.parametrize(
    "attribute",
    [Attribute.TOKEN, Attribute.SENSITIVE, Attribute.EXTRACTABLE],
    ids=lambda one: one.name,
)
def test_what_makes_a_key_safe_is_never_left_out(shim: Shim, attribute: Attribute) -> None:
    token = shim.hsm.new_token()
    shim.play(f"refuse={attribute.value}", "refusal=0xD1")
    error = failure(token)
    assert error.code is ErrorCode.KEY_UNSUPPORTED
    assert error.data["reason"] == "CKR_TEMPLATE_INCONSISTENT"
    assert objects(token) == []


def test_a_key_that_comes_out_extractable_is_deleted_and_refused(shim: Shim) -> None:
    token = shim.hsm.new_token()
    shim.play("extractable")
    error = failure(token)
    assert error.code is ErrorCode.KEY_UNSUPPORTED
    assert error.data["problem"] == "exportable"
    assert "CKA_EXTRACTABLE" in error.data["reason"]
    assert objects(token) == []


def test_an_extractable_key_of_an_interrupted_run_is_not_taken_up(shim: Shim) -> None:
    token = shim.hsm.new_token()
    with token.store().open(right_pin) as session:
        session.create_key(SPEC, LABEL)
    shim.play("extractable")
    assert failure(token).data["problem"] == "exportable"
    assert objects(token) == []


def test_a_token_that_is_gone_is_asked_once(shim: Shim) -> None:
    token = shim.hsm.new_token()
    shim.play("generate=0x32")
    assert failure(token).code is ErrorCode.TOKEN_REMOVED
    assert shim.calls("C_GenerateKeyPair") == 1


@pytest.mark.parametrize("behaviour", ["no-set", "set=0x54", "set=0x13", "set=0x05", "set=0x1B"])
def test_a_token_whose_ids_never_change_keeps_the_one_of_the_generation(
    shim: Shim, behaviour: str
) -> None:
    token = shim.hsm.new_token()
    shim.play(behaviour, "no-empty-id")
    key, certificate = obtained(token)
    assert key.key_id
    (stored,) = token.store().certificates()
    assert stored.key == key
    with token.store().open(right_pin) as session:
        assert session.find_key(LABEL) == key
        session.archive(certificate)
        assert [one.archived for one in token.store().certificates()] == [True]
        session.unarchive(certificate)
        assert [one.archived for one in token.store().certificates()] == [False]
        session.delete(certificate)
    assert objects(token) == []


def test_archiving_twice_on_such_a_token_leaves_one_certificate(shim: Shim) -> None:
    token = shim.hsm.new_token()
    shim.play("no-set")
    _, certificate = obtained(token)
    with token.store().open(right_pin) as session:
        for _ in range(2):
            session.archive(certificate)
        assert [one.archived for one in token.store().certificates()] == [True]


def test_a_certificate_that_cannot_be_archived_stays_as_it_was(shim: Shim) -> None:
    token = shim.hsm.new_token()
    _, certificate = obtained(token)
    before = objects(token)
    shim.play("no-set", "write=0x13")
    with pytest.raises(CertclientError), token.store().open(right_pin) as session:
        session.archive(certificate)
    assert objects(token) == before


def test_a_token_without_pss_serves_a_bank_that_does_not_need_it(shim: Shim) -> None:
    token = shim.hsm.new_token()
    shim.play("no-pss")
    obtained(token)


def test_a_token_without_pss_is_refused_before_a_key_is_made_if_the_bank_needs_it(
    shim: Shim,
) -> None:
    token = shim.hsm.new_token()
    shim.play("no-pss")
    error = failure(token, KeySpec(pss=True))
    assert error.code is ErrorCode.KEY_UNSUPPORTED
    assert error.data["problem"] == "no-pss"
    assert error.data["reason"] == "CKM_RSA_PKCS_PSS"
    assert shim.calls("C_GenerateKeyPair") == 0


@pytest.mark.parametrize("behaviour", ["pss-fails=0x70", "pss-fails=0x05", "pss-wrong"])
@pytest.mark.parametrize("needed", [True, False], ids=["needed", "claimed"])
def test_a_token_whose_pss_is_a_claim_is_refused_by_a_trial(
    shim: Shim, behaviour: str, needed: bool
) -> None:
    """A browser would believe the claim, and the login would fail."""
    token = shim.hsm.new_token()
    shim.play(behaviour)
    error = failure(token, KeySpec(pss=needed))
    assert error.code is ErrorCode.KEY_UNSUPPORTED
    assert error.data["problem"] == "no-pss"
    assert objects(token) == []


EC = [KeyAlgorithm.EC_P256, KeyAlgorithm.EC_P384]


@pytest.mark.parametrize("behaviour", ["no-ec", "no-ecdsa", "ec-bits=256"])
def test_a_token_without_ec_is_refused_before_a_key_is_made(shim: Shim, behaviour: str) -> None:
    token = shim.hsm.new_token()
    shim.play(behaviour)
    error = failure(token, KeySpec(KeyAlgorithm.EC_P384))
    assert error.code is ErrorCode.KEY_UNSUPPORTED
    assert error.data["problem"] == "no-ec"
    assert shim.calls("C_GenerateKeyPair") == 0
    obtained(token)


@pytest.mark.parametrize("refusal", ["0x140", "0x130", "0x62", "0x70"])
def test_a_token_whose_ec_keys_are_a_claim_is_refused(shim: Shim, refusal: str) -> None:
    """CKR_CURVE_NOT_SUPPORTED and the like: no other template is tried."""
    token = shim.hsm.new_token()
    shim.play(f"generate={refusal}")
    error = failure(token, KeySpec(KeyAlgorithm.EC_P384))
    assert error.code is ErrorCode.KEY_UNSUPPORTED
    assert error.data["problem"] == "no-ec"
    assert shim.calls("C_GenerateKeyPair") == 1
    assert objects(token) == []


def test_a_token_for_shorter_rsa_keys_is_refused_before_a_key_is_made(shim: Shim) -> None:
    token = shim.hsm.new_token()
    shim.play("rsa-bits=2048")
    error = failure(token, KeySpec(KeyAlgorithm.RSA_4096))
    assert error.code is ErrorCode.KEY_UNSUPPORTED
    assert error.data["problem"] == "no-size"
    assert shim.calls("C_GenerateKeyPair") == 0
    obtained(token)


@pytest.mark.parametrize("algorithm", EC)
@pytest.mark.parametrize("behaviour", ["raw-point", "refuse-false", "no-set", "no-empty-id"])
def test_ec_keys_of_tokens_that_differ(shim: Shim, behaviour: str, algorithm: KeyAlgorithm) -> None:
    token = shim.hsm.new_token()
    shim.play(behaviour)
    _, certificate = obtained(token, algorithm=algorithm)
    assert KeyAlgorithm.of(certificate.spki) is algorithm
    (stored,) = token.store().certificates()
    assert stored.key is not None
    with token.store().open(right_pin) as session:
        session.self_test(certificate)
        session.delete(certificate)
    assert objects(token) == []


def test_a_key_is_not_deleted_for_another_with_the_same_id(shim: Shim) -> None:
    """Private halves of EC keys do not show their public key."""
    token = shim.hsm.new_token()
    _, certificate = obtained(token, algorithm=KeyAlgorithm.EC_P256)
    (found,) = (one for one in token.hsm.module().tokens() if one.label == token.label)
    with found.open(rw=True, user_pin=token.pin) as session:
        (key_id,) = {one[1] for one in objects_of(session)}
        curve = {Attribute.EC_PARAMS: Curve.P256.value}
        parameters = session.create_domain_parameters(KeyType.EC, curve, local=True)
        parameters.generate_keypair(id=key_id, label="another program's", store=True)
    with token.store().open(right_pin) as session_:
        session_.delete(certificate)
    left = [label for kind, _, label in objects(token) if kind == "PRIVATE_KEY"]
    assert "another program's" in left


def test_a_token_that_cannot_sign_requests_is_refused_before_a_key_is_made(shim: Shim) -> None:
    token = shim.hsm.new_token()
    shim.play("no-pkcs1")
    error = failure(token)
    assert error.code is ErrorCode.KEY_UNSUPPORTED
    assert error.data["problem"] == "no-signature"
    assert shim.calls("C_GenerateKeyPair") == 0


@pytest.mark.parametrize("behaviour", ["always-auth", "always-auth-silent"])
def test_a_key_that_wants_the_pin_for_each_signature_gets_that_of_the_login(
    shim: Shim, behaviour: str
) -> None:
    token = shim.hsm.new_token()
    shim.play(behaviour)
    _, certificate = obtained(token)
    pins = ScriptedPins(token.pin)
    with token.store().open(pins) as session:
        session.self_test(certificate)
        (stored,) = token.store().certificates()
        assert stored.key is not None
        signer = session.signer(stored.key)
        for _ in range(3):
            assert signer.sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)
    assert len(pins.requests) == 1
    assert shim.calls("C_Login context-specific") >= 5


def test_a_pin_that_a_key_refuses_is_asked_for_and_never_sent_again(shim: Shim) -> None:
    """A PIN of its own for signatures, or one that was changed in between."""
    token = shim.hsm.new_token()
    key, _ = obtained(token)
    shim.play("always-auth", "sign-pin=8642")
    pins = ScriptedPins(token.pin, "8642")
    with token.store().open(pins) as session:
        signer = session.signer(key)
        assert signer.sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)
        assert signer.sign(b"y", SignatureAlgorithm.RSA_PKCS1_SHA256)
    assert [request.previous_incorrect for request in pins.requests] == [False, True]
    assert shim.calls("C_Login context-specific") == 3


def test_a_user_who_gives_no_other_pin_ends_the_signature(shim: Shim) -> None:
    token = shim.hsm.new_token()
    key, _ = obtained(token)
    shim.play("always-auth", "sign-pin=8642")
    with (
        pytest.raises(CertclientError) as error,
        token.store().open(ScriptedPins(token.pin)) as session,
    ):
        session.signer(key).sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)
    assert error.value.code is ErrorCode.PIN_INCORRECT
    assert shim.calls("C_Login context-specific") == 1


def test_a_module_that_deletes_the_public_half_itself_is_no_error(shim: Shim) -> None:
    token = shim.hsm.new_token()
    _, certificate = obtained(token)
    shim.play("with-public")
    with token.store().open(right_pin) as session:
        session.delete(certificate)
        key = session.create_key(SPEC, OTHER)
        session.delete_key(key)
    assert objects(token) == []


def test_objects_that_a_module_adds_by_itself_go_with_the_key(shim: Shim) -> None:
    """Some modules make a public key for each certificate, with a CKA_ID and label of their own."""
    token = shim.hsm.new_token()
    _, certificate = obtained(token)
    (found,) = token.hsm.module().tokens()
    with found.open(rw=True, user_pin=token.pin) as session:
        (public,) = session.get_objects({Attribute.CLASS: ObjectClass.PUBLIC_KEY})
        public.copy({Attribute.ID: b"\x45", Attribute.LABEL: "Certificate"})
    assert token.store().unused_keys() == []
    with token.store().open(right_pin) as opened:
        opened.delete(certificate)
    assert objects(token) == []


def test_the_return_value_of_a_vendor_keeps_its_number(shim: Shim) -> None:
    token = shim.hsm.new_token()
    shim.play("generate=0x80000a01")
    error = failure(token)
    assert error.code is ErrorCode.TOKEN_FAILED
    assert error.data == {"token": token.label, "reason": "CKR 0x80000a01"}
