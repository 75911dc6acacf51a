"""Tries a token with everything that certclient asks of it, with a key and certificates of its own.

Whatever happens, what was made is deleted at the end, and so is what an earlier run left behind.
"""

from __future__ import annotations

import enum
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import (
    PSS,
    KeyAlgorithm,
    KeyRef,
    KeySpec,
    SignatureAlgorithm,
    SignaturePurpose,
    own_label,
    signature_algorithms,
)
from certclient.model.public_keys import KeyKind
from certclient.qualification.report import Verdict
from certclient.store.base import (
    CertificateStore,
    Described,
    PinProvider,
    StoredCertificate,
    StoreSession,
)
from certclient.store.proof import prove_key

_NAME = "certclient token qualify"
"""Common Name of the certificates, by which a later run finds them."""
_LABELS = (own_label("0000000000000001"), own_label("0000000000000002"))
"""Of the two keys. No procedure has such a number: they are random."""
_VALID = timedelta(days=1)


class TokenCheck(enum.Enum):
    """What is tried, in this order; the value is the check's public name."""

    CLEAN = "clean"
    """Removes what an earlier run left behind."""
    LOG_IN = "log-in"
    CREATE_KEY = "create-key"
    FIND_KEY = "find-key"
    SIGN = "sign"
    SIGN_PSS = "sign-pss"
    INSTALL = "install"
    LIST = "list"
    SELF_TEST = "self-test"
    ARCHIVE = "archive"
    RESTORE = "restore"
    SECOND = "second"
    """A second key with its certificate: a renewal has the old and the new one on the token."""
    DELETE = "delete"
    NOTHING_LEFT = "nothing-left"


@dataclass(frozen=True, slots=True)
class TokenResult:
    """`error`: why it failed, as the program would report it; `seconds`: how long it took."""

    check: TokenCheck
    verdict: Verdict
    seconds: float = 0.0
    error: CertclientError | None = None


def token_passed(results: Sequence[TokenResult]) -> bool:
    """Whether nothing failed, and everything could be run."""
    good = (Verdict.PASSED, Verdict.NOT_APPLICABLE)
    return all(result.verdict in good for result in results)


@dataclass(frozen=True, slots=True)
class TokenTrial:
    """One run on the token `store`. `algorithm`: of the keys; `clock`: aware times.

    `monotonic`: seconds, for the durations; `random_bytes`: for challenges.
    """

    store: CertificateStore
    pin: PinProvider
    algorithm: KeyAlgorithm
    clock: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]
    monotonic: Callable[[], float] = time.monotonic
    issuer: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(65537, 2048), repr=False
    )

    def run(self, show: Callable[[TokenResult], None]) -> Sequence[TokenResult]:
        """Runs the checks and calls `show` with each result at once. Never raises CertclientError.

        After a failure the checks that build on it are NOT_RUN; cleaning up is tried all the same.
        """
        results: list[TokenResult] = []

        def note(result: TokenResult) -> None:
            results.append(result)
            show(result)

        try:
            with self.store.open(self.pin) as session:
                note(TokenResult(TokenCheck.LOG_IN, Verdict.PASSED))
                _Checks(self, session, note).carry_out()
        except CertclientError as error:
            note(TokenResult(TokenCheck.LOG_IN, Verdict.FAILED, error=error))
        for check in TokenCheck:
            if check not in {result.check for result in results}:
                note(TokenResult(check, Verdict.NOT_RUN))
        return results

    def certificate_for(self, spki: bytes) -> Certificate:
        """Issues a certificate for the key on the token, from a CA in memory."""
        now = self.clock()
        key = load_der_public_key(spki)
        if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
            raise CertclientError(ErrorCode.KEY_UNSUPPORTED)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _NAME)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key)
            .serial_number(int.from_bytes(self.random_bytes(16)) >> 1)
            .not_valid_before(now)
            .not_valid_after(now + _VALID)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        )
        signed = builder.sign(self.issuer, hashes.SHA256())
        return Certificate.read(signed.public_bytes(Encoding.DER))

    def claims_pss(self) -> bool:
        """Whether the token lists RSA-PSS, which TLS 1.3 needs of an RSA key and TLS 1.2 does not;
        no EC key makes it."""
        if self.algorithm.kind is KeyKind.EC:
            return False
        if not isinstance(self.store, Described):
            return True
        mechanisms = self.store.describe().mechanisms
        return any(one.present for one in mechanisms if one.name == "CKM_RSA_PKCS_PSS")

    def ours(self) -> list[StoredCertificate]:
        """The certificates of this run and of earlier ones. Raises CertclientError."""
        return [one for one in self.store.certificates() if one.certificate.common_name == _NAME]


@dataclass(frozen=True, slots=True)
class _Checks:
    trial: TokenTrial
    session: StoreSession
    note: Callable[[TokenResult], None]
    made: list[tuple[KeyRef, Certificate]] = field(default_factory=list)

    def carry_out(self) -> None:
        self._try(TokenCheck.CLEAN, self._delete_ours)
        try:
            for check, work in self._in_order():
                if check is TokenCheck.SIGN_PSS and not self._claims_pss():
                    self.note(TokenResult(check, Verdict.NOT_APPLICABLE))
                elif not self._try(check, work):
                    break
        finally:
            self._clean_up()

    def _claims_pss(self) -> bool:
        try:
            return self.trial.claims_pss()
        except CertclientError:
            # The signature shows what the description could not.
            return True

    def _in_order(self) -> Iterator[tuple[TokenCheck, Callable[[], None]]]:
        yield TokenCheck.CREATE_KEY, lambda: self._create(_LABELS[0])
        yield TokenCheck.FIND_KEY, self._find
        yield TokenCheck.SIGN, lambda: self._sign(SignaturePurpose.REQUEST)
        yield TokenCheck.SIGN_PSS, lambda: self._sign(SignaturePurpose.LOGIN, PSS)
        yield TokenCheck.INSTALL, self._install
        yield TokenCheck.LIST, lambda: self._expect(archived=False)
        yield TokenCheck.SELF_TEST, lambda: self.session.self_test(self._certificate)
        yield TokenCheck.ARCHIVE, self._archive
        yield TokenCheck.RESTORE, self._restore
        yield TokenCheck.SECOND, self._second

    def _try(self, check: TokenCheck, work: Callable[[], None]) -> bool:
        begun = self.trial.monotonic()
        error = None
        try:
            work()
        except CertclientError as problem:
            error = problem
        verdict = Verdict.FAILED if error else Verdict.PASSED
        self.note(TokenResult(check, verdict, self.trial.monotonic() - begun, error))
        return error is None

    def _clean_up(self) -> None:
        if self._try(TokenCheck.DELETE, self._delete_ours):
            self._try(TokenCheck.NOTHING_LEFT, self._require_nothing_left)

    # The checks

    @property
    def _certificate(self) -> Certificate:
        return self.made[0][1]

    def _create(self, label: str) -> None:
        key = self.session.create_key(KeySpec(self.trial.algorithm), label)
        certificate = self.trial.certificate_for(self.session.signer(key).spki)
        self.made.append((key, certificate))

    def _find(self) -> None:
        if self.session.find_key(_LABELS[0]) != self.made[0][0]:
            raise CertclientError(ErrorCode.KEY_NOT_FOUND)

    def _sign(
        self, purpose: SignaturePurpose, only: Collection[SignatureAlgorithm] | None = None
    ) -> None:
        signer = self.session.signer(self.made[0][0])
        wanted = signature_algorithms(signer.spki, purpose)
        algorithms = [one for one in wanted if only is None or one in only]
        prove_key(signer, signer.spki, self.trial.random_bytes, algorithms)

    def _install(self) -> None:
        key, certificate = self.made[-1]
        self.session.install(key, certificate, _NAME)

    def _expect(self, *, archived: bool) -> None:
        found = [one for one in self.trial.ours() if one.certificate == self._certificate]
        if not found or found[0].key is None or found[0].archived is not archived:
            raise CertclientError(ErrorCode.CERTIFICATE_NOT_FOUND)

    def _archive(self) -> None:
        self.session.archive(self._certificate)
        self._expect(archived=True)

    def _restore(self) -> None:
        self.session.unarchive(self._certificate)
        self._expect(archived=False)

    def _second(self) -> None:
        self._create(_LABELS[1])
        self._install()
        if len(self.trial.ours()) != len(_LABELS):
            raise CertclientError(ErrorCode.CERTIFICATE_NOT_FOUND)

    def _delete_ours(self) -> None:
        """Certificates with their keys first, then keys that never got one."""
        for stored in self.trial.ours():
            self.session.delete(stored.certificate)
        for label in _LABELS:
            key = self.session.find_key(label)
            if key is not None:
                with suppress(CertclientError):
                    self.session.delete_key(key)

    def _require_nothing_left(self) -> None:
        if self.trial.ours() or any(self.session.find_key(label) for label in _LABELS):
            raise CertclientError(ErrorCode.TOKEN_FAILED, reason=_NAME)
