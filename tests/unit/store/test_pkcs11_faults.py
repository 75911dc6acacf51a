"""A removed, full, write-protected or broken token: its own error code, and no partial objects."""

from __future__ import annotations

import sys
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
from certclient.store.pkcs11.key_templates import provisional_id
from support import pkcs11_faults as ckr
from support.nameless_keys import leave_nameless_key, nameless_halves
from support.pkcs11_faults import Faults
from support.pki import Lab, make_lab
from support.softhsm import MODULE, SoftHsm, SoftHsmToken, right_pin, token_folder

pytestmark = pytest.mark.reliability(
    "tokens", "removed, full, write-protected or failing during a call"
)

LABEL = "certclient 0001"
NAME = "電子証明書"
SPEC = KeySpec()
KEY_HALVES = (ObjectClass.PRIVATE_KEY, ObjectClass.PUBLIC_KEY)


@dataclass(frozen=True)
class TokenRig:
    """A token with a certificate in use, a spare key with an issued certificate, and faults."""

    token: SoftHsmToken
    faults: Faults
    lab: Lab
    key: KeyRef
    certificate: Certificate
    spare_key: KeyRef
    issued: Certificate

    def contents(self) -> set[tuple[str, bytes, str]]:
        """Class, CKA_ID and label of every object, read without certclient."""
        found = next(one for one in self.token.hsm.module().tokens())
        with found.open(user_pin=self.token.pin) as session:
            return {
                (str(kind), handle[Attribute.ID], handle[Attribute.LABEL])
                for kind in (*KEY_HALVES, ObjectClass.CERTIFICATE)
                for handle in list(session.get_objects({Attribute.CLASS: kind}))
            }

    def failure(self, operation: Callable[[StoreSession], object]) -> CertclientError:
        """Returns the error that `operation` raises in a session; then clears the faults."""
        with pytest.raises(CertclientError) as error:
            self._run(operation)
        return error.value

    def _run(self, operation: Callable[[StoreSession], object]) -> None:
        try:
            with self.token.store().open(right_pin) as session:
                operation(session)
        finally:
            self.faults.clear()


@dataclass(frozen=True)
class PreparedToken:
    """What a rig starts from, created once because key generation is slow."""

    token: SoftHsmToken
    lab: Lab
    key: KeyRef
    certificate: Certificate
    spare_key: KeyRef
    issued: Certificate


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> PreparedToken:
    with token_folder(tmp_path_factory.mktemp("prepared") / "softhsm") as softhsm:
        token = softhsm.new_token()
        lab = make_lab()
        with token.store().open(right_pin) as session:
            key = session.create_key(SPEC, "certclient 0000")
            certificate = lab.issue(session.signer(key).spki)
            session.install(key, certificate, NAME)
            spare_key = session.create_key(SPEC, "certclient 0009")
            issued = lab.issue(session.signer(spare_key).spki)
        return PreparedToken(token, lab, key, certificate, spare_key, issued)


@pytest.fixture
def rig(prepared: PreparedToken, softhsm: SoftHsm) -> Iterator[TokenRig]:
    token = softhsm.copy_of(prepared.token)
    with Faults(MODULE) as faults:
        yield TokenRig(
            token,
            faults,
            prepared.lab,
            prepared.key,
            prepared.certificate,
            prepared.spare_key,
            prepared.issued,
        )


Operation = Callable[[TokenRig, StoreSession], object]

OPERATIONS: dict[str, Operation] = {
    "create_key": lambda rig, session: session.create_key(SPEC, LABEL),
    "find_key": lambda rig, session: session.find_key("certclient 0000"),
    "sign": lambda rig, session: session.signer(rig.key).sign(
        b"x", SignatureAlgorithm.RSA_PSS_SHA256
    ),
    "install": lambda rig, session: session.install(rig.spare_key, rig.issued, NAME),
    "install_intermediates": lambda rig, session: session.install_intermediates(rig.lab.chain),
    "archive": lambda rig, session: session.archive(rig.certificate),
    "unarchive": lambda rig, session: session.unarchive(rig.certificate),
    "delete": lambda rig, session: session.delete(rig.certificate),
    "delete_key": lambda rig, session: session.delete_key(rig.spare_key),
    "self_test": lambda rig, session: session.self_test(rig.certificate),
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
def test_token_removed_during_a_call_is_reported_and_unchanged(
    rig: TokenRig, method: str, call: str
) -> None:
    before = rig.contents()
    rig.faults.watch(call)
    rig.faults.fail(call, ckr.CKR_DEVICE_REMOVED)
    error = rig.failure(lambda session: OPERATIONS[method](rig, session))
    assert error.code is ErrorCode.TOKEN_REMOVED
    assert error.data["token"] == rig.token.label
    assert rig.contents() == before


@pytest.mark.parametrize("method", sorted(OPERATIONS))
def test_every_method_reports_a_lost_session_as_removal(rig: TokenRig, method: str) -> None:
    with rig.token.store().open(right_pin) as session:
        rig.token.pull()
        rig.token.plug()
        with pytest.raises(CertclientError) as error:
            OPERATIONS[method](rig, session)
    assert error.value.code is ErrorCode.TOKEN_REMOVED


def test_store_opens_again_after_the_token_is_reinserted(rig: TokenRig) -> None:
    store = rig.token.store()
    with store.open(right_pin) as session:
        signer = session.signer(rig.key)
        rig.token.pull()
        with pytest.raises(CertclientError) as error:
            signer.sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)
        assert error.value.code is ErrorCode.TOKEN_REMOVED
    state = store.availability()
    assert isinstance(state, Unavailable)
    assert state.reason is ErrorCode.TOKEN_MISSING
    assert state.data["serial"] == rig.token.name.serial
    rig.token.plug()
    with store.open(right_pin) as session:
        session.self_test(rig.certificate)


def test_absent_token_is_reported_as_missing(rig: TokenRig) -> None:
    rig.token.pull()
    with pytest.raises(CertclientError) as error:
        rig.token.store().certificates()
    assert error.value.code is ErrorCode.TOKEN_MISSING
    assert rig.failure(lambda session: None).code is ErrorCode.TOKEN_MISSING


@pytest.mark.parametrize(
    "result",
    [
        ckr.CKR_DEVICE_REMOVED,
        ckr.CKR_TOKEN_NOT_PRESENT,
        ckr.CKR_SESSION_HANDLE_INVALID,
        ckr.CKR_OBJECT_HANDLE_INVALID,
    ],
)
def test_every_removal_code_is_reported_as_removal(rig: TokenRig, result: int) -> None:
    rig.faults.fail("C_Sign", result)
    error = rig.failure(lambda session: OPERATIONS["sign"](rig, session))
    assert error.code is ErrorCode.TOKEN_REMOVED


AMBIGUOUS = [ckr.CKR_GENERAL_ERROR, ckr.CKR_DEVICE_ERROR, ckr.CKR_FUNCTION_FAILED]


@pytest.mark.parametrize("result", AMBIGUOUS)
def test_ambiguous_error_of_a_present_token_is_a_failure(rig: TokenRig, result: int) -> None:
    rig.faults.fail("C_Sign", result)
    error = rig.failure(lambda session: OPERATIONS["sign"](rig, session))
    assert error.code is ErrorCode.TOKEN_FAILED


@pytest.mark.parametrize("result", AMBIGUOUS)
def test_ambiguous_error_of_an_absent_token_is_a_removal(rig: TokenRig, result: int) -> None:
    rig.faults.fail("C_Sign", result)

    def pull_then_sign(session: StoreSession) -> None:
        signer = session.signer(rig.key)
        rig.faults.fail("C_GetTokenInfo", ckr.CKR_TOKEN_NOT_PRESENT)
        signer.sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)

    assert rig.failure(pull_then_sign).code is ErrorCode.TOKEN_REMOVED


FULL = [ckr.CKR_DEVICE_MEMORY, ckr.CKR_FUNCTION_FAILED]


@pytest.mark.parametrize("result", FULL)
@pytest.mark.parametrize("call", ["C_GenerateKeyPair", "C_SetAttributeValue"])
def test_full_token_keeps_no_partial_key(rig: TokenRig, call: str, result: int) -> None:
    before = rig.contents()
    rig.faults.fail(call, result)
    error = rig.failure(lambda session: session.create_key(SPEC, LABEL))
    assert error.code is ErrorCode.TOKEN_FULL
    assert rig.contents() == before


def test_key_pair_with_only_one_id_is_rolled_back(rig: TokenRig) -> None:
    before = rig.contents()
    rig.faults.fail("C_SetAttributeValue", ckr.CKR_DEVICE_MEMORY, after=1)
    assert rig.failure(lambda s: s.create_key(SPEC, LABEL)).code is ErrorCode.TOKEN_FULL
    assert rig.contents() == before


def test_key_from_a_failed_generation_is_rolled_back(rig: TokenRig) -> None:
    before = rig.contents()
    rig.faults.fail_after("C_GenerateKeyPair", ckr.CKR_DEVICE_MEMORY)
    assert rig.failure(lambda s: s.create_key(SPEC, LABEL)).code is ErrorCode.TOKEN_FULL
    assert rig.contents() == before


@pytest.mark.parametrize("result", FULL)
def test_full_token_keeps_no_partial_certificate(rig: TokenRig, result: int) -> None:
    before = rig.contents()
    rig.faults.fail_after("C_CreateObject", result)
    error = rig.failure(lambda session: OPERATIONS["install"](rig, session))
    assert error.code is ErrorCode.TOKEN_FULL
    assert rig.contents() == before


def test_token_with_free_memory_is_not_reported_as_full(rig: TokenRig) -> None:
    rig.faults.free_memory(1_000_000)
    rig.faults.fail("C_CreateObject", ckr.CKR_FUNCTION_FAILED)
    error = rig.failure(lambda session: OPERATIONS["install"](rig, session))
    assert error.code is ErrorCode.TOKEN_FAILED


def test_full_token_skips_the_intermediate(rig: TokenRig) -> None:
    before = rig.contents()
    rig.faults.fail("C_CreateObject", ckr.CKR_DEVICE_MEMORY)
    with rig.token.store().open(right_pin) as session:
        session.install_intermediates(rig.lab.chain)
    rig.faults.clear()
    assert rig.contents() == before


def test_key_without_id_after_token_removal_is_completed_later(rig: TokenRig) -> None:
    """Removed between key generation and setting the ID: no rollback, only the label is left, and a
    provisional ID."""
    for call in ("C_SetAttributeValue", "C_DestroyObject"):
        rig.faults.fail(call, ckr.CKR_DEVICE_REMOVED)
    error = rig.failure(lambda session: session.create_key(SPEC, LABEL))
    assert error.code is ErrorCode.TOKEN_REMOVED
    left = {identifier for _, identifier, label in rig.contents() if label == LABEL}
    assert left == {provisional_id(LABEL)}
    with rig.token.store().open(right_pin) as session:
        key = session.find_key(LABEL)
        assert key is not None
        assert session.signer(key).sign(b"x", SignatureAlgorithm.RSA_PKCS1_SHA256)
    named = {identifier for _, identifier, label in rig.contents() if label == LABEL}
    assert named == {key.key_id}


@pytest.mark.parametrize("lost", KEY_HALVES)
def test_half_a_key_pair_is_deleted_when_found(rig: TokenRig, lost: ObjectClass) -> None:
    before = rig.contents()
    with rig.token.store().open(right_pin) as session:
        session.create_key(SPEC, LABEL)
    _destroy(rig.token, lost, LABEL)
    with rig.token.store().open(right_pin) as session:
        assert session.find_key(LABEL) is None
    assert rig.contents() == before


def test_key_in_use_is_kept_even_without_its_public_key(rig: TokenRig) -> None:
    """Some tokens keep no public key objects."""
    _destroy(rig.token, ObjectClass.PUBLIC_KEY, "certclient 0000")
    with rig.token.store().open(right_pin) as session:
        assert session.find_key("certclient 0000") == rig.key
        session.self_test(rig.certificate)
    (stored,) = rig.token.store().certificates()
    assert stored.key == rig.key


def _destroy(token: SoftHsmToken, kind: ObjectClass, label: str) -> None:
    found = next(one for one in token.hsm.module().tokens())
    with found.open(rw=True, user_pin=token.pin) as session:
        (handle,) = session.get_objects({Attribute.CLASS: kind, Attribute.LABEL: label})
        handle.destroy()


def test_write_protection_is_reported_on_opening(rig: TokenRig) -> None:
    rig.faults.fail("C_OpenSession", ckr.CKR_TOKEN_WRITE_PROTECTED)
    error = rig.failure(lambda session: None)
    assert error.code is ErrorCode.TOKEN_WRITE_PROTECTED


@pytest.mark.parametrize("method", ["create_key", "install", "archive", "delete", "delete_key"])
def test_write_protection_is_reported_on_writing(rig: TokenRig, method: str) -> None:
    before = rig.contents()
    for call in (
        "C_GenerateKeyPair",
        "C_CreateObject",
        "C_SetAttributeValue",
        "C_DestroyObject",
    ):
        rig.faults.fail(call, ckr.CKR_TOKEN_WRITE_PROTECTED)
    error = rig.failure(lambda session: OPERATIONS[method](rig, session))
    assert error.code is ErrorCode.TOKEN_WRITE_PROTECTED
    assert rig.contents() == before


def test_uninitialised_token_is_reported(rig: TokenRig) -> None:
    rig.faults.token_flags(remove=TokenFlag.TOKEN_INITIALIZED)
    state = rig.token.store().availability()
    assert isinstance(state, Unavailable)
    assert state.reason is ErrorCode.TOKEN_NOT_INITIALISED


def test_unrecognised_card_is_reported_as_uninitialised(rig: TokenRig) -> None:
    rig.faults.fail("C_OpenSession", ckr.CKR_TOKEN_NOT_RECOGNIZED)
    with pytest.raises(CertclientError) as error:
        rig.token.store().certificates()
    assert error.value.code is ErrorCode.TOKEN_NOT_INITIALISED


def test_unsupported_key_generation_is_reported(rig: TokenRig) -> None:
    before = rig.contents()
    rig.faults.fail("C_GenerateKeyPair", ckr.CKR_MECHANISM_INVALID)
    error = rig.failure(lambda session: session.create_key(SPEC, LABEL))
    assert error.code is ErrorCode.KEY_UNSUPPORTED
    assert rig.contents() == before


def test_a_token_without_pss_fails_the_self_test(rig: TokenRig) -> None:
    """TLS 1.3 needs PSS: reported now instead of at the next login."""
    rig.faults.fail("C_SignInit", ckr.CKR_MECHANISM_INVALID, after=1)
    error = rig.failure(lambda session: session.self_test(rig.certificate))
    assert error.code is ErrorCode.KEY_SELF_TEST_FAILED
    assert error.data["algorithm"] == SignatureAlgorithm.RSA_PSS_SHA256.value


def test_key_that_cannot_sign_is_reported_before_a_renewal(rig: TokenRig) -> None:
    with rig.token.store().open(right_pin) as session:
        rig.faults.fail("C_SignInit", ckr.CKR_MECHANISM_INVALID)
        result = key_result(session, rig.certificate)
    assert result.verdict is Verdict.FAILED
    assert result.error is not None
    assert result.error.code is ErrorCode.KEY_DEAD


def test_error_on_closing_does_not_mask_the_first_error(rig: TokenRig) -> None:
    rig.faults.fail("C_CloseAllSessions", ckr.CKR_GENERAL_ERROR)
    rig.faults.fail("C_Sign", ckr.CKR_DEVICE_REMOVED)
    with (
        pytest.raises(CertclientError) as error,
        rig.token.store().open(right_pin) as session,
    ):
        OPERATIONS["sign"](rig, session)
    assert error.value.code is ErrorCode.TOKEN_REMOVED
    assert isinstance(error.value.__cause__, pkcs11.PKCS11Error)


def test_reader_failure_makes_the_store_unavailable(rig: TokenRig) -> None:
    rig.faults.fail("C_GetSlotList", ckr.CKR_GENERAL_ERROR)
    state = rig.token.store().availability()
    assert isinstance(state, Unavailable)
    assert state.reason is ErrorCode.TOKEN_REMOVED


def test_key_deletion_without_effect_is_an_error(rig: TokenRig) -> None:
    """NSS on a full disk: C_DestroyObject returns CKR_OK and deletes nothing."""
    rig.faults.fail("C_DestroyObject", ckr.CKR_OK)
    error = rig.failure(lambda session: session.delete_key(rig.spare_key))
    assert error.code is ErrorCode.TOKEN_FAILED


def test_certificate_deletion_without_effect_is_an_error(rig: TokenRig) -> None:
    rig.faults.fail("C_DestroyObject", ckr.CKR_OK)
    error = rig.failure(lambda session: session.delete(rig.certificate))
    assert error.code is ErrorCode.TOKEN_FAILED


def test_half_a_key_that_stays_on_a_full_disk_keeps_the_work_open(rig: TokenRig) -> None:
    """Else the procedure would end, and only the customer could remove what stayed."""
    (found,) = rig.token.hsm.module().tokens()
    with found.open(rw=True, user_pin=rig.token.pin) as directly:
        template = {Attribute.CLASS: ObjectClass.PUBLIC_KEY, Attribute.LABEL: "certclient 0009"}
        for public in list(directly.get_objects(template)):
            public.destroy()
    rig.faults.fail("C_DestroyObject", ckr.CKR_OK)
    error = rig.failure(lambda session: session.find_key("certclient 0009"))
    assert error.code is ErrorCode.TOKEN_FAILED
    with rig.token.store().open(right_pin) as session:
        assert session.find_key("certclient 0009") is None
    assert not any(label == "certclient 0009" for _, _, label in rig.contents())


@pytest.mark.skipif(sys.platform == "win32", reason="the files are those of a SoftHSM on Linux")
def test_what_a_killed_generation_leaves_without_a_name_is_removed(softhsm: SoftHsm) -> None:
    """Files that a real kill has left: SoftHSM had created them and not written to them yet.

    Another program's look the same while it makes a key, so that they stay unless it was ours.
    """
    token = softhsm.new_token()
    with token.store().open(right_pin) as session:
        kept = session.create_key(SPEC, LABEL)
    leave_nameless_key(token)
    assert nameless_halves(token) == 2
    with token.store().open(right_pin) as session:
        assert session.find_key("certclient 0002") is None
        assert session.find_key(LABEL, interrupted=True) == kept
    assert nameless_halves(token) == 2
    with token.store().open(right_pin) as session:
        assert session.find_key("certclient 0002", interrupted=True) is None
        assert session.find_key(LABEL) == kept
    assert nameless_halves(token) == 0
