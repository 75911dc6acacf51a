"""A token that is pulled, full, locked or broken: each its own code, and nothing half-written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pkcs11
import pytest
from pkcs11 import Attribute, ObjectClass, TokenFlag

from certclient.enrollment.preflight import Verdict, key_result
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeyRef, KeySpec, SignatureAlgorithm
from certclient.store.base import StoreSession, Unavailable
from support import pkcs11_faults as ckr
from support.pkcs11_faults import Faults
from support.pki import Lab, make_lab
from support.softhsm import MODULE, SoftHsm, SoftHsmToken, right_pin, token_folder

LABEL = "certclient 0001"
NAME = "電子証明書"
SPEC = KeySpec(2048)
KEY_HALVES = (ObjectClass.PRIVATE_KEY, ObjectClass.PUBLIC_KEY)


@dataclass(frozen=True)
class Desk:
    """A token with a certificate in use, a spare key with an issued certificate, and faults."""

    token: SoftHsmToken
    faults: Faults
    lab: Lab
    key: KeyRef
    certificate: Certificate
    spare_key: KeyRef
    issued: Certificate

    def contents(self) -> set[tuple[str, bytes, str]]:
        """Class, CKA_ID and label of every object, seen without certclient."""
        found = next(one for one in self.token.hsm.module().tokens())
        with found.open(user_pin=self.token.pin) as session:
            return {
                (str(kind), handle[Attribute.ID], handle[Attribute.LABEL])
                for kind in (*KEY_HALVES, ObjectClass.CERTIFICATE)
                for handle in list(session.get_objects({Attribute.CLASS: kind}))
            }

    def failure(self, work: Callable[[StoreSession], object]) -> CertclientError:
        """The error of `work` in a session; the faults are over afterwards."""
        with pytest.raises(CertclientError) as error:
            self._do(work)
        return error.value

    def _do(self, work: Callable[[StoreSession], object]) -> None:
        try:
            with self.token.store().open(right_pin) as session:
                work(session)
        finally:
            self.faults.clear()


@dataclass(frozen=True)
class Prepared:
    """What a desk begins with, made once: generating keys takes longest."""

    token: SoftHsmToken
    lab: Lab
    key: KeyRef
    certificate: Certificate
    spare_key: KeyRef
    issued: Certificate


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    with token_folder(tmp_path_factory.mktemp("prepared") / "softhsm") as softhsm:
        token = softhsm.new_token()
        lab = make_lab()
        with token.store().open(right_pin) as session:
            key = session.create_key(SPEC, "certclient 0000")
            certificate = lab.issue(session.signer(key).spki)
            session.install(key, certificate, NAME)
            spare_key = session.create_key(SPEC, "certclient 0009")
            issued = lab.issue(session.signer(spare_key).spki)
        return Prepared(token, lab, key, certificate, spare_key, issued)


@pytest.fixture
def desk(prepared: Prepared, softhsm: SoftHsm) -> Iterator[Desk]:
    token = softhsm.copy_of(prepared.token)
    with Faults(MODULE) as faults:
        yield Desk(
            token,
            faults,
            prepared.lab,
            prepared.key,
            prepared.certificate,
            prepared.spare_key,
            prepared.issued,
        )


Work = Callable[[Desk, StoreSession], object]

WORK: dict[str, Work] = {
    "create_key": lambda desk, session: session.create_key(SPEC, LABEL),
    "find_key": lambda desk, session: session.find_key("certclient 0000"),
    "sign": lambda desk, session: session.signer(desk.key).sign(
        b"x", SignatureAlgorithm.RSA_PSS_SHA256
    ),
    "install": lambda desk, session: session.install(desk.spare_key, desk.issued, NAME),
    "install_intermediates": lambda desk, session: session.install_intermediates(desk.lab.chain),
    "archive": lambda desk, session: session.archive(desk.certificate),
    "unarchive": lambda desk, session: session.unarchive(desk.certificate),
    "delete": lambda desk, session: session.delete(desk.certificate),
    "delete_key": lambda desk, session: session.delete_key(desk.spare_key),
    "self_test": lambda desk, session: session.self_test(desk.certificate),
}

CALLS: dict[str, tuple[str, ...]] = {
    "create_key": (
        "C_FindObjectsInit",
        "C_FindObjects",
        "C_GenerateKeyPair",
        "C_SetAttributeValue",
    ),
    "find_key": ("C_FindObjectsInit", "C_FindObjects", "C_GetAttributeValue"),
    "sign": ("C_FindObjectsInit", "C_FindObjects", "C_GetAttributeValue", "C_SignInit", "C_Sign"),
    "install": ("C_FindObjectsInit", "C_FindObjects", "C_GetAttributeValue", "C_CreateObject"),
    "install_intermediates": ("C_FindObjectsInit", "C_FindObjects", "C_CreateObject"),
    "archive": ("C_FindObjectsInit", "C_FindObjects", "C_SetAttributeValue"),
    "unarchive": (
        "C_FindObjectsInit",
        "C_FindObjects",
    ),
    "delete": ("C_FindObjectsInit", "C_FindObjects", "C_DestroyObject"),
    "delete_key": ("C_FindObjectsInit", "C_FindObjects", "C_DestroyObject"),
    "self_test": ("C_FindObjectsInit", "C_FindObjects", "C_Sign"),
}

EACH_CALL = [(method, call) for method, calls in CALLS.items() for call in calls]


@pytest.mark.parametrize(("method", "call"), EACH_CALL)
def test_a_token_pulled_during_any_call(desk: Desk, method: str, call: str) -> None:
    before = desk.contents()
    desk.faults.watch(call)
    desk.faults.fail(call, ckr.CKR_DEVICE_REMOVED)
    error = desk.failure(lambda session: WORK[method](desk, session))
    assert error.code is ErrorCode.TOKEN_REMOVED
    assert error.data["token"] == desk.token.label
    assert desk.contents() == before


@pytest.mark.parametrize("method", sorted(WORK))
def test_every_method_notices_a_session_that_died(desk: Desk, method: str) -> None:
    with desk.token.store().open(right_pin) as session:
        desk.token.pull()
        desk.token.plug()
        with pytest.raises(CertclientError) as error:
            WORK[method](desk, session)
    assert error.value.code is ErrorCode.TOKEN_REMOVED


def test_after_pulling_and_plugging_the_next_opening_works(desk: Desk) -> None:
    store = desk.token.store()
    with store.open(right_pin) as session:
        signer = session.signer(desk.key)
        desk.token.pull()
        with pytest.raises(CertclientError) as error:
            signer.sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)
        assert error.value.code is ErrorCode.TOKEN_REMOVED
    state = store.availability()
    assert isinstance(state, Unavailable)
    assert state.reason is ErrorCode.TOKEN_MISSING
    assert state.data["serial"] == desk.token.name.serial
    desk.token.plug()
    with store.open(right_pin) as session:
        session.self_test(desk.certificate)


def test_a_token_that_is_not_there(desk: Desk) -> None:
    desk.token.pull()
    with pytest.raises(CertclientError) as error:
        desk.token.store().certificates()
    assert error.value.code is ErrorCode.TOKEN_MISSING
    assert desk.failure(lambda session: None).code is ErrorCode.TOKEN_MISSING


@pytest.mark.parametrize(
    "result",
    [
        ckr.CKR_DEVICE_REMOVED,
        ckr.CKR_TOKEN_NOT_PRESENT,
        ckr.CKR_SESSION_HANDLE_INVALID,
        ckr.CKR_OBJECT_HANDLE_INVALID,
    ],
)
def test_the_many_ways_to_say_that_the_token_is_gone(desk: Desk, result: int) -> None:
    desk.faults.fail("C_Sign", result)
    error = desk.failure(lambda session: WORK["sign"](desk, session))
    assert error.code is ErrorCode.TOKEN_REMOVED


VAGUE = [ckr.CKR_GENERAL_ERROR, ckr.CKR_DEVICE_ERROR, ckr.CKR_FUNCTION_FAILED]


@pytest.mark.parametrize("result", VAGUE)
def test_a_vague_error_of_a_token_that_is_there(desk: Desk, result: int) -> None:
    desk.faults.fail("C_Sign", result)
    error = desk.failure(lambda session: WORK["sign"](desk, session))
    assert error.code is ErrorCode.TOKEN_FAILED


@pytest.mark.parametrize("result", VAGUE)
def test_a_vague_error_of_a_token_that_is_gone(desk: Desk, result: int) -> None:
    desk.faults.fail("C_Sign", result)

    def pull_then_sign(session: StoreSession) -> None:
        signer = session.signer(desk.key)
        desk.faults.fail("C_GetTokenInfo", ckr.CKR_TOKEN_NOT_PRESENT)
        signer.sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)

    assert desk.failure(pull_then_sign).code is ErrorCode.TOKEN_REMOVED


FULL = [ckr.CKR_DEVICE_MEMORY, ckr.CKR_FUNCTION_FAILED]


@pytest.mark.parametrize("result", FULL)
@pytest.mark.parametrize("call", ["C_GenerateKeyPair", "C_SetAttributeValue"])
def test_a_full_token_keeps_no_half_made_key(desk: Desk, call: str, result: int) -> None:
    before = desk.contents()
    desk.faults.fail(call, result)
    error = desk.failure(lambda session: session.create_key(SPEC, LABEL))
    assert error.code is ErrorCode.TOKEN_FULL
    assert desk.contents() == before


def test_a_key_that_got_only_one_id_is_taken_back(desk: Desk) -> None:
    before = desk.contents()
    desk.faults.fail("C_SetAttributeValue", ckr.CKR_DEVICE_MEMORY, after=1)
    assert desk.failure(lambda s: s.create_key(SPEC, LABEL)).code is ErrorCode.TOKEN_FULL
    assert desk.contents() == before


def test_a_key_made_by_a_call_that_failed_is_taken_back(desk: Desk) -> None:
    before = desk.contents()
    desk.faults.fail_after("C_GenerateKeyPair", ckr.CKR_DEVICE_MEMORY)
    assert desk.failure(lambda s: s.create_key(SPEC, LABEL)).code is ErrorCode.TOKEN_FULL
    assert desk.contents() == before


@pytest.mark.parametrize("result", FULL)
def test_a_full_token_keeps_no_half_written_certificate(desk: Desk, result: int) -> None:
    before = desk.contents()
    desk.faults.fail_after("C_CreateObject", result)
    error = desk.failure(lambda session: WORK["install"](desk, session))
    assert error.code is ErrorCode.TOKEN_FULL
    assert desk.contents() == before


def test_a_token_with_plenty_of_room_is_not_called_full(desk: Desk) -> None:
    desk.faults.free_memory(1_000_000)
    desk.faults.fail("C_CreateObject", ckr.CKR_FUNCTION_FAILED)
    error = desk.failure(lambda session: WORK["install"](desk, session))
    assert error.code is ErrorCode.TOKEN_FAILED


def test_a_full_token_does_without_the_intermediate(desk: Desk) -> None:
    before = desk.contents()
    desk.faults.fail("C_CreateObject", ckr.CKR_DEVICE_MEMORY)
    with desk.token.store().open(right_pin) as session:
        session.install_intermediates(desk.lab.chain)
    desk.faults.clear()
    assert desk.contents() == before


def test_a_token_pulled_before_the_key_could_be_named_is_completed_later(desk: Desk) -> None:
    """Between generation and the ID: nothing could be taken back, the label is what is left."""
    for call in ("C_SetAttributeValue", "C_DestroyObject"):
        desk.faults.fail(call, ckr.CKR_DEVICE_REMOVED)
    error = desk.failure(lambda session: session.create_key(SPEC, LABEL))
    assert error.code is ErrorCode.TOKEN_REMOVED
    left = {identifier for _, identifier, label in desk.contents() if label == LABEL}
    assert left == {b""}
    with desk.token.store().open(right_pin) as session:
        key = session.find_key(LABEL)
        assert key is not None
        assert session.signer(key).sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)
    named = {identifier for _, identifier, label in desk.contents() if label == LABEL}
    assert named == {key.key_id}


@pytest.mark.parametrize("lost", KEY_HALVES)
def test_half_a_key_pair_is_removed_when_it_is_found(desk: Desk, lost: ObjectClass) -> None:
    before = desk.contents()
    with desk.token.store().open(right_pin) as session:
        session.create_key(SPEC, LABEL)
    _destroy(desk.token, lost, LABEL)
    with desk.token.store().open(right_pin) as session:
        assert session.find_key(LABEL) is None
    assert desk.contents() == before


def test_a_key_in_use_is_kept_even_without_its_public_half(desk: Desk) -> None:
    """Some tokens keep no public key objects."""
    _destroy(desk.token, ObjectClass.PUBLIC_KEY, "certclient 0000")
    with desk.token.store().open(right_pin) as session:
        assert session.find_key("certclient 0000") == desk.key
        session.self_test(desk.certificate)
    (stored,) = desk.token.store().certificates()
    assert stored.key == desk.key


def _destroy(token: SoftHsmToken, kind: ObjectClass, label: str) -> None:
    found = next(one for one in token.hsm.module().tokens())
    with found.open(rw=True, user_pin=token.pin) as session:
        (handle,) = session.get_objects({Attribute.CLASS: kind, Attribute.LABEL: label})
        handle.destroy()


def test_a_write_protected_token_is_named_at_opening(desk: Desk) -> None:
    desk.faults.fail("C_OpenSession", ckr.CKR_TOKEN_WRITE_PROTECTED)
    error = desk.failure(lambda session: None)
    assert error.code is ErrorCode.TOKEN_WRITE_PROTECTED


@pytest.mark.parametrize("method", ["create_key", "install", "archive", "delete", "delete_key"])
def test_a_write_protected_token_is_named_at_writing(desk: Desk, method: str) -> None:
    before = desk.contents()
    for call in (
        "C_GenerateKeyPair",
        "C_CreateObject",
        "C_SetAttributeValue",
        "C_DestroyObject",
    ):
        desk.faults.fail(call, ckr.CKR_TOKEN_WRITE_PROTECTED)
    error = desk.failure(lambda session: WORK[method](desk, session))
    assert error.code is ErrorCode.TOKEN_WRITE_PROTECTED
    assert desk.contents() == before


def test_a_token_fresh_from_the_factory(desk: Desk) -> None:
    desk.faults.token_flags(remove=TokenFlag.TOKEN_INITIALIZED)
    state = desk.token.store().availability()
    assert isinstance(state, Unavailable)
    assert state.reason is ErrorCode.TOKEN_NOT_INITIALISED


def test_a_card_of_another_kind_cannot_be_read(desk: Desk) -> None:
    desk.faults.fail("C_OpenSession", ckr.CKR_TOKEN_NOT_RECOGNIZED)
    with pytest.raises(CertclientError) as error:
        desk.token.store().certificates()
    assert error.value.code is ErrorCode.TOKEN_NOT_INITIALISED


def test_a_token_that_cannot_make_such_a_key(desk: Desk) -> None:
    before = desk.contents()
    desk.faults.fail("C_GenerateKeyPair", ckr.CKR_MECHANISM_INVALID)
    error = desk.failure(lambda session: session.create_key(SPEC, LABEL))
    assert error.code is ErrorCode.KEY_UNSUPPORTED
    assert desk.contents() == before


def test_a_token_without_pss_fails_the_self_test(desk: Desk) -> None:
    """TLS 1.3 would not work: better said now than at the next login."""
    desk.faults.fail("C_SignInit", ckr.CKR_MECHANISM_INVALID, after=1)
    error = desk.failure(lambda session: session.self_test(desk.certificate))
    assert error.code is ErrorCode.KEY_SELF_TEST_FAILED
    assert error.data["algorithm"] == SignatureAlgorithm.RSA_PSS_SHA256.value


def test_a_present_key_that_does_not_sign_is_told_before_a_renewal(desk: Desk) -> None:
    with desk.token.store().open(right_pin) as session:
        desk.faults.fail("C_SignInit", ckr.CKR_MECHANISM_INVALID)
        result = key_result(session, desk.certificate)
    assert result.verdict is Verdict.FAILED
    assert result.error is not None
    assert result.error.code is ErrorCode.KEY_DEAD


def test_an_error_at_the_end_does_not_cover_the_first(desk: Desk) -> None:
    desk.faults.fail("C_CloseAllSessions", ckr.CKR_GENERAL_ERROR)
    desk.faults.fail("C_Sign", ckr.CKR_DEVICE_REMOVED)
    with (
        pytest.raises(CertclientError) as error,
        desk.token.store().open(right_pin) as session,
    ):
        WORK["sign"](desk, session)
    assert error.value.code is ErrorCode.TOKEN_REMOVED
    assert isinstance(error.value.__cause__, pkcs11.PKCS11Error)


def test_a_reader_that_fails_while_looking_is_no_crash(desk: Desk) -> None:
    desk.faults.fail("C_GetSlotList", ckr.CKR_GENERAL_ERROR)
    state = desk.token.store().availability()
    assert isinstance(state, Unavailable)
    assert state.reason is ErrorCode.TOKEN_REMOVED


def test_a_key_that_is_still_there_is_not_said_to_be_deleted(desk: Desk) -> None:
    """NSS on a full disk: C_DestroyObject says CKR_OK and deletes nothing."""
    desk.faults.fail("C_DestroyObject", ckr.CKR_OK)
    error = desk.failure(lambda session: session.delete_key(desk.spare_key))
    assert error.code is ErrorCode.TOKEN_FAILED


def test_a_certificate_that_is_still_there_is_not_said_to_be_deleted(desk: Desk) -> None:
    desk.faults.fail("C_DestroyObject", ckr.CKR_OK)
    error = desk.failure(lambda session: session.delete(desk.certificate))
    assert error.code is ErrorCode.TOKEN_FAILED
