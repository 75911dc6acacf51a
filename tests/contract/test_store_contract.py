"""The contract of every certificate store (`store.base`), as scenarios of a customer."""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from certclient.model.certificate import Certificate
from certclient.model.destination import Destination
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import (
    KeyAlgorithm,
    KeyRef,
    KeySpec,
    SignatureAlgorithm,
    SignaturePurpose,
    Signer,
    signature_algorithms,
)
from certclient.platform.change_stamps import stamp_of
from certclient.store.base import (
    Available,
    CertificateStore,
    ChangeStamped,
    StoredCertificate,
    StoreSession,
    Watched,
)
from contract.stores import StoreCase
from support.odd_certificates import ODDITIES
from support.pki import Lab, customer_name, ec_key, rsa_key, spki_of
from support.tokens.running import Limit

LABEL = "certclient 0001"
NAME = "信用金庫 電子証明書"
RSA = KeyAlgorithm.RSA_2048
SPEC = KeySpec(RSA)
OURS = "certclient 0123456789abcdef"


def open_session(case: StoreCase) -> AbstractContextManager[StoreSession]:
    return case.store.open(case.pin)


def enroll(
    session: StoreSession, lab: Lab, label: str = LABEL, algorithm: KeyAlgorithm = RSA
) -> tuple[KeyRef, Certificate]:
    """Creates a key in the store and installs its certificate."""
    key = session.create_key(KeySpec(algorithm), label)
    certificate = lab.issue(session.signer(key).spki)
    session.install(key, certificate, NAME)
    return key, certificate


def only(store: CertificateStore) -> StoredCertificate:
    (stored,) = store.certificates()
    return stored


def error_code(error: pytest.ExceptionInfo[CertclientError]) -> ErrorCode:
    return error.value.code


def test_fresh_store_is_available_and_empty(case: StoreCase) -> None:
    assert isinstance(case.store.availability(), Available)
    assert list(case.store.certificates()) == []
    assert case.store.destination is case.destination
    assert case.store.label


def test_store_has_the_same_id_after_a_restart(case: StoreCase) -> None:
    assert case.reopen().store_id == case.store.store_id


def test_change_stamp_differs_after_each_change_and_not_after_reading(
    case: StoreCase, lab: Lab
) -> None:
    """A token has none: nothing but its content says that it was written to."""
    store = case.store
    if case.destination is Destination.USB:
        assert not isinstance(store, (ChangeStamped, Watched))
        return
    assert isinstance(store, ChangeStamped)
    assert isinstance(store, Watched)

    def stamp() -> tuple[Hashable, Hashable]:
        return store.change_stamp(), tuple(map(stamp_of, store.watched()))

    stamps = [stamp()]
    with open_session(case) as session:
        _key, certificate = enroll(session, lab)
    stamps.append(stamp())
    with open_session(case) as session:
        session.archive(certificate)
    stamps.append(stamp())
    with open_session(case) as session:
        session.unarchive(certificate)
    stamps.append(stamp())
    with open_session(case) as session:
        session.delete(certificate)
    stamps.append(stamp())
    for kind in zip(*stamps, strict=True):
        assert len(set(kind)) == len(kind)
    store.availability()
    store.certificates()
    store.unused_keys()
    assert stamp() == stamps[-1]


@pytest.mark.parametrize("algorithm", [KeyAlgorithm.RSA_2048, KeyAlgorithm.RSA_3072])
def test_key_has_the_requested_length(case: StoreCase, algorithm: KeyAlgorithm) -> None:
    case.skip_unless_made(algorithm)
    with open_session(case) as session:
        key = session.create_key(KeySpec(algorithm), LABEL)
        public_key = load_der_public_key(session.signer(key).spki)
    assert isinstance(public_key, rsa.RSAPublicKey)
    assert (public_key.key_size, public_key.public_numbers().e) == (algorithm.bits, 65537)


EC = [KeyAlgorithm.EC_P256, KeyAlgorithm.EC_P384]


@pytest.mark.parametrize("algorithm", EC)
def test_an_ec_key_signs_for_its_certificate_and_goes_with_it(
    case: StoreCase, lab: Lab, algorithm: KeyAlgorithm
) -> None:
    case.skip_unless_made(algorithm)
    with open_session(case) as session:
        key, certificate = enroll(session, lab, OURS, algorithm)
        signer = session.signer(key)
        (scheme,) = signature_algorithms(signer.spki, SignaturePurpose.LOGIN)
        _verify(signer, signer.sign(b"message", scheme), b"message", scheme)
        with pytest.raises(CertclientError) as error:
            signer.sign(b"message", SignatureAlgorithm.RSA_PKCS1_SHA256)
        assert error_code(error) is ErrorCode.KEY_UNSUPPORTED
    assert KeyAlgorithm.of(certificate.spki) is algorithm
    stored = only(case.reopen())
    assert (stored.certificate, stored.key, stored.archived) == (certificate, key, False)
    with open_session(case) as session:
        session.self_test(certificate)
        session.archive(certificate)
        assert only(case.store).archived
        session.unarchive(certificate)
        session.self_test(certificate)
    assert list(case.store.unused_keys()) == []
    with open_session(case) as session:
        session.delete(certificate)
        assert session.find_key(OURS) is None
    assert (list(case.store.certificates()), list(case.store.unused_keys())) == ([], [])


def test_an_ec_key_without_a_certificate_is_found_and_deleted(case: StoreCase, lab: Lab) -> None:
    algorithm = EC[0]
    case.skip_unless_made(algorithm)
    with open_session(case) as session:
        _, other = enroll(session, lab, algorithm=algorithm)
        key = session.create_key(KeySpec(algorithm), OURS)
    assert list(case.reopen().unused_keys()) == [OURS]
    with open_session(case) as session:
        assert session.create_key(KeySpec(algorithm), OURS) == key
        assert session.find_key(OURS) == key
        session.delete_key(key)
        assert session.find_key(OURS) is None
        session.self_test(other)
    assert list(case.reopen().unused_keys()) == []


@pytest.mark.parametrize("kinds", [(RSA, EC[0]), (EC[1], RSA)])
def test_a_key_is_renewed_into_one_of_another_kind(
    case: StoreCase, lab: Lab, kinds: tuple[KeyAlgorithm, KeyAlgorithm]
) -> None:
    for kind in kinds:
        case.skip_unless_made(kind)
    with open_session(case) as session:
        old_key, old = enroll(session, lab, algorithm=kinds[0])
        new_key, new = enroll(session, lab, "certclient 0002", kinds[1])
        session.archive(old)
        session.self_test(new)
    listed = {stored.certificate: stored.key for stored in case.reopen().certificates()}
    assert listed == {old: old_key, new: new_key}
    with open_session(case) as session:
        session.delete(old)
        assert session.find_key(LABEL) is None
        session.self_test(new)


def _verify(signer: Signer, signature: bytes, data: bytes, algorithm: SignatureAlgorithm) -> None:
    """Raises InvalidSignature unless `cryptography` agrees with the store."""
    digest = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}[
        algorithm.value[-3:]
    ]
    public_key = load_der_public_key(signer.spki)
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        public_key.verify(signature, data, ec.ECDSA(digest))
        return
    assert isinstance(public_key, rsa.RSAPublicKey)
    scheme: padding.AsymmetricPadding = padding.PKCS1v15()
    if "pss" in algorithm.value:
        scheme = padding.PSS(padding.MGF1(digest), digest.digest_size)
    public_key.verify(signature, data, scheme, digest)


def test_a_key_signs_with_every_algorithm(case: StoreCase) -> None:
    data = b"message" * 1000
    with open_session(case) as session:
        signer = session.signer(session.create_key(SPEC, LABEL))
        signatures = {algorithm: signer.sign(data, algorithm) for algorithm in case.algorithms}
    assert len(signatures) >= 3
    for algorithm, signature in signatures.items():
        _verify(signer, signature, data, algorithm)


def test_a_key_is_found_by_its_label_after_a_restart(case: StoreCase) -> None:
    with open_session(case) as session:
        key = session.create_key(SPEC, LABEL)
    with case.reopen().open(case.pin) as session:
        assert session.find_key(LABEL) == key
        assert session.find_key("certclient 0002") is None
        assert session.signer(key).sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)


def test_creating_a_key_with_the_same_label_again_returns_the_same_key(case: StoreCase) -> None:
    with open_session(case) as session:
        assert session.create_key(SPEC, LABEL) == session.create_key(SPEC, LABEL)


def test_two_procedures_get_two_keys(case: StoreCase) -> None:
    with open_session(case) as session:
        first = session.create_key(SPEC, LABEL)
        second = session.create_key(SPEC, "certclient 0002")
        assert session.signer(first).spki != session.signer(second).spki
        assert session.find_key(LABEL) == first


def test_an_unknown_key_cannot_sign(case: StoreCase) -> None:
    with open_session(case) as session:
        for key_id in (b"", b"\0" * 20):
            with pytest.raises(CertclientError) as error:
                session.signer(KeyRef(case.store.store_id, key_id))
            assert error_code(error) is ErrorCode.KEY_NOT_FOUND


def test_an_installed_certificate_is_listed_with_its_key(case: StoreCase, lab: Lab) -> None:
    with open_session(case) as session:
        key, certificate = enroll(session, lab)
    assert only(case.reopen()) == StoredCertificate(
        certificate, case.store.store_id, NAME, key, archived=False
    )


def test_installing_again_changes_nothing(case: StoreCase, lab: Lab) -> None:
    with open_session(case) as session:
        key, certificate = enroll(session, lab)
        session.install(key, certificate, "another name")
        assert only(case.store).friendly_name == NAME


def test_a_certificate_for_another_key_is_not_installed(case: StoreCase, lab: Lab) -> None:
    foreign = lab.issue(spki_of(rsa_key(1)))
    with open_session(case) as session:
        key = session.create_key(SPEC, LABEL)
        with pytest.raises(CertclientError) as error:
            session.install(key, foreign, NAME)
    assert error_code(error) is ErrorCode.ISSUED_KEY_MISMATCH
    assert list(case.store.certificates()) == []


def test_a_certificate_is_not_installed_without_its_key(case: StoreCase, lab: Lab) -> None:
    foreign = lab.issue(spki_of(rsa_key(1)))
    with open_session(case) as session, pytest.raises(CertclientError) as error:
        session.install(KeyRef(case.store.store_id, b"\1" * 20), foreign, NAME)
    assert error_code(error) is ErrorCode.KEY_NOT_FOUND
    assert list(case.store.certificates()) == []


def test_two_user_ids_may_have_the_same_friendly_name(case: StoreCase, lab: Lab) -> None:
    with open_session(case) as session:
        for number in ("0001", "0002"):
            key = session.create_key(SPEC, f"certclient {number}")
            subject = customer_name(f"TKYM{number}")
            session.install(key, lab.issue(session.signer(key).spki, subject), NAME)
    names = [stored.friendly_name for stored in case.store.certificates()]
    assert len(names) == 2
    assert all(name.startswith(NAME) for name in names)


def test_intermediates_are_installed_but_not_listed(case: StoreCase, lab: Lab) -> None:
    chain = (*lab.chain, lab.root.certificate)
    with open_session(case) as session:
        session.install_intermediates(chain)
        _, certificate = enroll(session, lab)
        session.install_intermediates(chain)
    assert only(case.store).certificate == certificate


def test_self_test_passes_for_an_installed_certificate(case: StoreCase, lab: Lab) -> None:
    with open_session(case) as session:
        _, certificate = enroll(session, lab)
        session.self_test(certificate)


def test_self_test_reports_a_missing_certificate_or_key(case: StoreCase, lab: Lab) -> None:
    unknown = lab.issue(spki_of(rsa_key(1)))
    with open_session(case) as session:
        with pytest.raises(CertclientError) as error:
            session.self_test(unknown)
        assert error_code(error) is ErrorCode.CERTIFICATE_NOT_FOUND
    case.add_foreign([unknown])
    with open_session(case) as session:
        with pytest.raises(CertclientError) as error:
            session.self_test(unknown)
        assert error_code(error) is ErrorCode.KEY_NOT_FOUND


def test_an_archived_certificate_is_marked_and_keeps_its_key(case: StoreCase, lab: Lab) -> None:
    with open_session(case) as session:
        key, certificate = enroll(session, lab)
        session.archive(certificate)
        session.archive(certificate)
    stored = only(case.reopen())
    assert (stored.archived, stored.key, stored.friendly_name) == (True, key, NAME)
    with open_session(case) as session:
        session.self_test(certificate)
        assert session.find_key(LABEL) == key


def test_unarchiving_restores_the_certificate(case: StoreCase, lab: Lab) -> None:
    with open_session(case) as session:
        _, certificate = enroll(session, lab)
        before = only(case.store)
        session.archive(certificate)
        session.unarchive(certificate)
        session.unarchive(certificate)
        assert only(case.store) == before


def test_unknown_certificate_cannot_be_archived(case: StoreCase, lab: Lab) -> None:
    unknown = lab.issue(spki_of(rsa_key(1)))
    with open_session(case) as session:
        for method in (session.archive, session.unarchive):
            with pytest.raises(CertclientError) as error:
                method(unknown)
            assert error_code(error) is ErrorCode.CERTIFICATE_NOT_FOUND


@pytest.mark.parametrize("archived", [False, True])
def test_deleting_removes_certificate_and_key(case: StoreCase, lab: Lab, archived: bool) -> None:
    with open_session(case) as session:
        _, certificate = enroll(session, lab)
        if archived:
            session.archive(certificate)
        session.delete(certificate)
        session.delete(certificate)
        assert session.find_key(LABEL) is None
    assert list(case.reopen().certificates()) == []


def test_deleting_completes_an_interrupted_deletion(case: StoreCase, lab: Lab) -> None:
    with open_session(case) as session:
        key = session.create_key(SPEC, LABEL)
        session.delete(lab.issue(session.signer(key).spki))
        assert session.find_key(LABEL) is None


def test_deletion_keeps_similar_certificates(case: StoreCase, lab: Lab) -> None:
    """Last year's and this year's certificate: only serial number and key differ."""
    with open_session(case) as session:
        _, old = enroll(session, lab)
        new_key, new = enroll(session, lab, "certclient 0002")
        session.delete(old)
        assert (only(case.store).certificate, only(case.store).key) == (new, new_key)
        session.self_test(new)


def test_deletion_keeps_the_same_serial_number_with_another_key(case: StoreCase, lab: Lab) -> None:
    with open_session(case) as session:
        _, certificate = enroll(session, lab)
        twin = lab.intermediate.issue(spki_of(rsa_key(1)), serial=certificate.serial)
        session.delete(twin)
        assert only(case.store).certificate == certificate
        session.self_test(certificate)


@pytest.mark.parametrize("archived", [False, True])
def test_a_key_stays_while_another_certificate_uses_it(
    case: StoreCase, lab: Lab, archived: bool
) -> None:
    case.skip_if(Limit.ONE_CERTIFICATE_PER_KEY)
    with open_session(case) as session:
        key, first = enroll(session, lab)
        second = lab.issue(first.spki)
        session.install(key, second, NAME)
        if archived:
            session.archive(second)
        session.delete(first)
        assert only(case.store).certificate == second
        session.self_test(second)
        session.delete(second)
        assert session.find_key(LABEL) is None


def test_an_unused_key_can_be_deleted(case: StoreCase) -> None:
    with open_session(case) as session:
        key = session.create_key(SPEC, LABEL)
        session.delete_key(key)
        session.delete_key(key)
        assert session.find_key(LABEL) is None


def test_own_key_without_certificate_is_listed_without_a_pin(case: StoreCase) -> None:
    assert list(case.store.unused_keys()) == []
    with open_session(case) as session:
        session.create_key(SPEC, OURS)
    assert list(case.reopen().unused_keys()) == [OURS]
    with open_session(case) as session:
        assert list(case.store.unused_keys()) == [OURS]
        key = session.find_key(OURS)
        assert key is not None
        session.delete_key(key)
    assert list(case.reopen().unused_keys()) == []


@pytest.mark.parametrize("archived", [False, True])
def test_a_key_with_a_certificate_is_not_unused(case: StoreCase, lab: Lab, archived: bool) -> None:
    with open_session(case) as session:
        _, certificate = enroll(session, lab, OURS)
        if archived:
            session.archive(certificate)
    assert list(case.reopen().unused_keys()) == []


def test_key_with_a_certificate_from_other_software_is_not_unused(
    case: StoreCase, lab: Lab
) -> None:
    with open_session(case) as session:
        key = session.create_key(SPEC, OURS)
        certificate = lab.issue(session.signer(key).spki)
    case.add_foreign([certificate])
    assert list(case.store.unused_keys()) == []


@pytest.mark.parametrize(
    "label", ["certclient", "certclient 0123", "my certclient key", "last year"]
)
def test_key_without_a_label_of_ours_is_not_listed_as_unused(case: StoreCase, label: str) -> None:
    with open_session(case) as session:
        session.create_key(SPEC, label)
        session.create_key(SPEC, OURS)
    assert list(case.store.unused_keys()) == [OURS]


@pytest.mark.parametrize("archived", [False, True])
def test_a_used_key_is_not_deleted(case: StoreCase, lab: Lab, archived: bool) -> None:
    with open_session(case) as session:
        key, certificate = enroll(session, lab)
        if archived:
            session.archive(certificate)
        with pytest.raises(CertclientError) as error:
            session.delete_key(key)
        assert error_code(error) is ErrorCode.LAST_VALID_CERTIFICATE
        session.self_test(certificate)


def test_key_with_a_certificate_from_other_software_is_not_deleted(
    case: StoreCase, lab: Lab
) -> None:
    with open_session(case) as session:
        key = session.create_key(SPEC, LABEL)
        certificate = lab.issue(session.signer(key).spki)
    case.add_foreign([certificate])
    assert only(case.store).key == key
    with open_session(case) as session:
        with pytest.raises(CertclientError) as error:
            session.delete_key(key)
        assert error_code(error) is ErrorCode.LAST_VALID_CERTIFICATE
        session.install(key, certificate, NAME)
        session.self_test(certificate)


def test_renewal_works_in_one_session(case: StoreCase, lab: Lab) -> None:
    """The old key signs while the new one is created; then the old certificate is archived."""
    with open_session(case) as session:
        old_key, old = enroll(session, lab)
    with open_session(case) as session:
        old_signer = session.signer(old_key)
        _, new = enroll(session, lab, "certclient 0002")
        assert old_signer.sign(b"confirm", SignatureAlgorithm.RSA_PKCS1_SHA256)
        session.archive(old)
        listed = {stored.certificate: stored.archived for stored in case.store.certificates()}
    assert listed == {old: True, new: False}


def test_error_in_a_session_leaves_the_store_usable(case: StoreCase) -> None:
    def fail_in_session() -> None:
        with open_session(case) as session:
            session.create_key(SPEC, LABEL)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_in_session()
    with open_session(case) as session:
        assert session.find_key(LABEL) is not None


def test_second_session_at_the_same_time_raises(case: StoreCase) -> None:
    with open_session(case) as session:
        with pytest.raises(RuntimeError), case.reopen().open(case.pin):
            pass
        assert session.create_key(SPEC, LABEL)


def test_hundreds_of_foreign_certificates_do_not_interfere(case: StoreCase, lab: Lab) -> None:
    case.skip_if(Limit.FEW_OBJECTS)
    spki = spki_of(ec_key())
    foreign = [lab.issue(spki, customer_name(f"ABCD{number:04}")) for number in range(200)]
    case.add_foreign(foreign)
    with open_session(case) as session:
        key, certificate = enroll(session, lab)
        listed = case.store.certificates()
        session.self_test(certificate)
    assert len(listed) == 201
    with_key = [stored for stored in listed if stored.key is not None]
    assert [(stored.certificate, stored.key) for stored in with_key] == [(certificate, key)]


@pytest.mark.parametrize(
    "oddity",
    [
        "TLS feature 6",
        "cA FALSE written out",
        "Shift_JIS in an e-mail address",
        "T61String in Latin-1",
        "an ampersand in a PrintableString",
        "an extension of ours twice",
        "serial 0",
    ],
)
def test_an_odd_certificate_is_listed_with_its_key_and_can_be_put_away_and_deleted(
    case: StoreCase, oddity: str
) -> None:
    with open_session(case) as session:
        key = session.create_key(SPEC, LABEL)
        odd = Certificate.read(replace(ODDITIES[oddity], spki=session.signer(key).spki).der)
        session.install(key, odd, NAME)
    assert only(case.store).certificate == odd
    assert only(case.store).key == key
    with open_session(case) as session:
        session.self_test(odd)
        session.archive(odd)
    assert only(case.store).archived
    with open_session(case) as session:
        session.delete(odd)
    assert list(case.store.certificates()) == []
