"""A USB token: the objects written to it, and private keys that cannot be extracted."""

from __future__ import annotations

import sys

import pkcs11
import pytest
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11 import exceptions as p11

from certclient.model import ber
from certclient.model.certificate import Certificate
from certclient.model.keys import KeyRef, KeySpec, SignatureAlgorithm
from certclient.model.public_keys import KeyKind
from certclient.store.base import no_pin
from certclient.store.pkcs11.certificate_writing import object_template
from certclient.store.pkcs11.objects import key_identifier
from support.nss import NssDatabase
from support.odd_certificates import OddCertificate
from support.pki import Lab, make_lab
from support.softhsm import MODULE, SoftHsm, SoftHsmToken, right_pin

LABEL = "certclient 0001"
NAME = "電子証明書"


@pytest.fixture(scope="module")
def lab() -> Lab:
    return make_lab()


def raw(token: SoftHsmToken) -> pkcs11.Session:
    """A session that bypasses certclient, as an attacker with the PIN would open it."""
    found = next(one for one in token.hsm.module().tokens() if one.label == token.label)
    return found.open(rw=True, user_pin=token.pin)


def only(session: pkcs11.Session, kind: ObjectClass) -> pkcs11.Object:
    (handle,) = list(session.get_objects({Attribute.CLASS: kind}))
    return handle


def test_private_key_only_signs_and_is_not_extractable(softhsm: SoftHsm) -> None:
    token = softhsm.new_token()
    with token.store().open(right_pin) as session:
        session.create_key(KeySpec(), LABEL)
    with raw(token) as session:
        private = only(session, ObjectClass.PRIVATE_KEY)
        expected = {
            Attribute.TOKEN: True,
            Attribute.PRIVATE: True,
            Attribute.SENSITIVE: True,
            Attribute.ALWAYS_SENSITIVE: True,
            Attribute.EXTRACTABLE: False,
            Attribute.NEVER_EXTRACTABLE: True,
            Attribute.LOCAL: True,
            Attribute.SIGN: True,
            Attribute.DECRYPT: False,
            Attribute.UNWRAP: False,
        }
        assert {name: private[name] for name in expected} == expected


def test_a_private_key_cannot_be_read(softhsm: SoftHsm) -> None:
    token = softhsm.new_token()
    with token.store().open(right_pin) as session:
        session.create_key(KeySpec(), LABEL)
    with raw(token) as session:
        private = only(session, ObjectClass.PRIVATE_KEY)
        for secret in (Attribute.PRIVATE_EXPONENT, Attribute.PRIME_1, Attribute.PRIME_2):
            with pytest.raises(p11.AttributeSensitive):
                private[secret]


def test_a_private_key_cannot_be_wrapped(softhsm: SoftHsm) -> None:
    token = softhsm.new_token()
    with token.store().open(right_pin) as session:
        session.create_key(KeySpec(), LABEL)
    with raw(token) as session:
        private = only(session, ObjectClass.PRIVATE_KEY)
        wrapper = session.generate_key(KeyType.AES, 256)
        assert isinstance(wrapper, pkcs11.WrapMixin)
        assert isinstance(private, pkcs11.Key)
        with pytest.raises(p11.KeyUnextractable):
            wrapper.wrap_key(private, mechanism=Mechanism.AES_KEY_WRAP_PAD)


def test_a_private_key_cannot_be_made_extractable_later(softhsm: SoftHsm) -> None:
    token = softhsm.new_token()
    with token.store().open(right_pin) as session:
        session.create_key(KeySpec(), LABEL)
    with raw(token) as session:
        private = only(session, ObjectClass.PRIVATE_KEY)
        for change in ((Attribute.EXTRACTABLE, True), (Attribute.SENSITIVE, False)):
            with pytest.raises(p11.AttributeReadOnly):
                private[change[0]] = change[1]


def test_key_and_certificate_have_the_id_that_other_software_expects(
    softhsm: SoftHsm, lab: Lab
) -> None:
    token = softhsm.new_token()
    with token.store().open(right_pin) as session:
        key = session.create_key(KeySpec(), LABEL)
        certificate = lab.issue(session.signer(key).spki)
        session.install(key, certificate, NAME)
    assert key.key_id == key_identifier(certificate.spki)
    with raw(token) as session:
        for kind in (ObjectClass.PRIVATE_KEY, ObjectClass.PUBLIC_KEY, ObjectClass.CERTIFICATE):
            assert only(session, kind)[Attribute.ID] == key.key_id
        written = only(session, ObjectClass.CERTIFICATE)
        assert written[Attribute.SUBJECT] == certificate.subject
        assert written[Attribute.ISSUER] == certificate.issuer
        assert int.from_bytes(written[Attribute.SERIAL_NUMBER][2:], "big") == certificate.serial


def test_certificate_is_listed_without_a_pin(softhsm: SoftHsm, lab: Lab) -> None:
    """Browsers show it in their certificate chooser before they request the PIN."""
    token = softhsm.new_token()
    with token.store().open(right_pin) as session:
        key = session.create_key(KeySpec(), LABEL)
        session.install(key, lab.issue(session.signer(key).spki), NAME)
    (stored,) = token.store().certificates()
    assert (stored.key, stored.friendly_name) == (key, NAME)


def test_label_in_a_legacy_encoding_does_not_break_the_list(softhsm: SoftHsm, lab: Lab) -> None:
    """Middleware from the Internet Explorer era wrote Shift_JIS."""
    token = softhsm.new_token()
    with token.store().open(right_pin) as session:
        key = session.create_key(KeySpec(), LABEL)
        session.install(key, lab.issue(session.signer(key).spki), "shift-jis-here")
    for file in token.folder.glob("*.object"):
        content = file.read_bytes()
        old = "電子証明書テ".encode("shift_jis") + b"  "
        file.write_bytes(content.replace(b"shift-jis-here", old))
    softhsm.refresh()
    (stored,) = token.store().certificates()
    assert "\N{REPLACEMENT CHARACTER}" in stored.friendly_name


def test_token_is_identified_by_serial_number_and_not_by_slot(softhsm: SoftHsm) -> None:
    first, second = softhsm.new_token("first"), softhsm.new_token("second")
    with second.store().open(right_pin) as session:
        session.create_key(KeySpec(), LABEL)
    first.pull()
    with second.store().open(right_pin) as session:
        assert session.find_key(LABEL) is not None
    first.plug()
    with first.store().open(right_pin) as session:
        assert session.find_key(LABEL) is None


def test_old_key_on_a_token_signs_while_the_new_key_is_created_on_the_pc(
    softhsm: SoftHsm, nss: NssDatabase, lab: Lab
) -> None:
    token = softhsm.new_token()
    with token.store().open(right_pin) as old:
        old_signer = old.signer(old.create_key(KeySpec(), LABEL))
        with nss.store().open(no_pin) as new:
            key = new.create_key(KeySpec(), LABEL)
            signer = new.signer(key)
            for one in (old_signer, signer):
                assert one.sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)
            new.install(key, lab.issue(signer.spki), NAME)
        assert old_signer.sign(b"confirm", SignatureAlgorithm.RSA_PKCS1_SHA256)


def test_browsers_stop_offering_an_archived_certificate_on_a_token(
    softhsm: SoftHsm, nss: NssDatabase, lab: Lab
) -> None:
    """With the token's module added as a user would, NSS marks what it offers with `u`."""
    token = softhsm.new_token("USB")
    with token.store().open(right_pin) as session:
        key = session.create_key(KeySpec(), LABEL)
        certificate = lab.issue(session.signer(key).spki)
        session.install(key, certificate, "bank")
        nss.create()
        nss.add_module("usb", MODULE)
        assert trust_flags(nss, token) == "u,u,u"
        session.archive(certificate)
        assert trust_flags(nss, token) == ",,"
        session.unarchive(certificate)
        assert trust_flags(nss, token) == "u,u,u"


def trust_flags(nss: NssDatabase, token: SoftHsmToken) -> str:
    pin_file = nss.directory / "pin"
    pin_file.write_text(token.pin)
    listing = nss.certutil("-L", "-h", token.label, "-f", str(pin_file))
    (line,) = [line for line in listing.splitlines() if line.startswith("USB:bank")]
    return line.removeprefix("USB:bank").strip()


def test_two_tokens_at_the_same_time(softhsm: SoftHsm) -> None:
    first, second = softhsm.new_token("first"), softhsm.new_token("second")
    with first.store().open(right_pin) as one:
        with second.store().open(right_pin) as two:
            two.create_key(KeySpec(), LABEL)
        assert one.create_key(KeySpec(), LABEL)


@pytest.mark.parametrize(
    ("key_type", "parameters", "algorithm"),
    [
        (KeyType.EC, "06082a8648ce3d030107", "301306072a8648ce3d020106082a8648ce3d030107"),
        pytest.param(
            *(KeyType.EC_EDWARDS, "06032b6570", "300506032b6570"),
            marks=pytest.mark.skipif(
                sys.platform == "win32", reason="SoftHSM there has no EdDSA: runs on Linux"
            ),
        ),
    ],
)
@pytest.mark.parametrize("public_half", ["visible", "gone"])
def test_a_key_that_is_not_rsa_is_found_as_far_as_the_token_shows_it(
    softhsm: SoftHsm, key_type: KeyType, parameters: str, algorithm: str, public_half: str
) -> None:
    """By its public half or its CKA_ID; without a visible half, the PIN alone can tell."""
    token = softhsm.new_token()
    with raw(token) as session:
        domain = session.create_domain_parameters(
            key_type, {Attribute.EC_PARAMS: bytes.fromhex(parameters)}, local=True
        )
        public, _private = domain.generate_keypair(id=b"\x07", store=True, label="x")
        point = ber.read(public[Attribute.EC_POINT])
        assert point is not None
        bits = ber.encoded(ber.BIT_STRING, b"\x00" + point.content)
        spki = ber.encoded(ber.SEQUENCE, bytes.fromhex(algorithm) + bits)
        certificate = Certificate.read(OddCertificate(spki=spki).der)
        session.create_object(object_template(certificate, "x", b"\x07"))
        if public_half == "gone":
            public.destroy()
    (stored,) = token.store().certificates()
    assert stored.key == KeyRef(stored.store_id, b"\x07")
    assert stored.key_hidden is (public_half == "gone")
    assert stored.certificate.key_kind is not KeyKind.RSA


@pytest.mark.parametrize(
    ("key_type", "parameters"),
    [
        (KeyType.EC, "06052b81040023"),  # P-521
        pytest.param(
            *(KeyType.EC_EDWARDS, "06032b6570"),
            marks=pytest.mark.skipif(
                sys.platform == "win32", reason="SoftHSM there has no EdDSA: runs on Linux"
            ),
        ),
    ],
)
def test_a_key_of_another_kind_goes_with_its_certificate(
    softhsm: SoftHsm, key_type: KeyType, parameters: str
) -> None:
    """An RSA key with the same CKA_ID is another one, and stays."""
    token = softhsm.new_token()
    with raw(token) as session:
        domain = session.create_domain_parameters(
            key_type, {Attribute.EC_PARAMS: bytes.fromhex(parameters)}, local=True
        )
        public, _private = domain.generate_keypair(id=b"\x07", store=True, label="x")
        certificate = Certificate.read(OddCertificate(spki=spki_of_object(public)).der)
        session.create_object(object_template(certificate, "x", b"\x07"))
        session.generate_keypair(KeyType.RSA, 2048, id=b"\x07", store=True, label="y")
    with token.store().open(right_pin) as opened:
        opened.delete(certificate)
    with raw(token) as session:
        left = [
            one[Attribute.LABEL]
            for kind in (ObjectClass.PRIVATE_KEY, ObjectClass.PUBLIC_KEY, ObjectClass.CERTIFICATE)
            for one in list(session.get_objects({Attribute.CLASS: kind}))
        ]
    assert left == ["y", "y"]


def spki_of_object(public: pkcs11.PublicKey) -> bytes:
    """The SubjectPublicKeyInfo of an EC or Edwards public key object."""
    parameters = public[Attribute.EC_PARAMS]
    edwards = parameters == bytes.fromhex("06032b6570")
    algorithm = parameters if edwards else bytes.fromhex("06072a8648ce3d0201") + parameters
    point = ber.read(public[Attribute.EC_POINT])
    assert point is not None
    bits = ber.encoded(ber.BIT_STRING, b"\x00" + point.content)
    return ber.encoded(ber.SEQUENCE, ber.encoded(ber.SEQUENCE, algorithm) + bits)
