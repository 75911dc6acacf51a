"""The EST server of the practice bank: one HTTP request in, one response out."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping

from certclient.cmp.status import Failure
from certclient.model.certificate import Certificate
from certclient.model.profile import LocalizedText
from certclient_practice.bank.authentication import (
    Requester,
    holder_of,
    requester_by_certificate,
    requester_by_code,
)
from certclient_practice.bank.bank import Bank, Repositories
from certclient_practice.bank.csr import SignedRequest, read_csr
from certclient_practice.bank.enrollment import (
    EnrollmentResult,
    EnrollmentService,
    RequestedCertificate,
)
from certclient_practice.bank.names import PROFILE_ID
from certclient_practice.bank.refusal import RefusedError
from certclient_practice.bank.subjects import name_parts
from certclient_practice.est.http_authentication import (
    ChallengeNeededError,
    HttpAuthentication,
    HttpCredential,
)
from certclient_practice.est.messages import (
    CERTS_ONLY,
    CSR_ATTRIBUTES,
    PKCS7,
    PKCS10,
    EstRequest,
    EstResponse,
    certs_only,
    decoded,
    encoded,
    told,
)
from certclient_practice.repositories.database import savepoint
from certclient_practice.repositories.records import Confirmation, TransactionRecord

PATH = ".well-known/est"
LABELS = (PROFILE_ID,)
"""The CA's labels (RFC 7030, 3.2.2); requests may as well come without one."""
MAX_BODY = 16 * 1024
"""Octets; a PKCS#10 with an RSA key of 4096 bits has about 2,300 in base64."""

CACERTS, CSRATTRS = "cacerts", "csrattrs"
ENROLL, REENROLL = "simpleenroll", "simplereenroll"
NOT_IMPLEMENTED = ("fullcmc", "serverkeygen")

_METHODS: Mapping[str, tuple[str, ...]] = {
    CACERTS: ("GET", "HEAD"),
    CSRATTRS: ("GET", "HEAD"),
    ENROLL: ("POST",),
    REENROLL: ("POST",),
}
_STATUS: Mapping[Failure, int] = {
    Failure.BAD_MESSAGE_CHECK: 401,
    Failure.NOT_AUTHORIZED: 403,
    Failure.WRONG_INTEGRITY: 403,
    Failure.CERT_REVOKED: 403,
    Failure.SIGNER_NOT_TRUSTED: 403,
}
"""The other refusals are 400: repeating the request as it is cannot help."""

_WAITING = LocalizedText(
    ja="電子証明書の発行手続き中です。", en="The certificate is being prepared."
)
_UNKNOWN = LocalizedText(ja="この要求先はありません。", en="There is no such EST operation.")
_UNSUPPORTED = LocalizedText(
    ja="この要求には対応していません。", en="This operation is not supported."
)
_METHOD = LocalizedText(
    ja="この要求の方法（HTTPメソッド）が正しくありません。", en="The HTTP method is wrong."
)
_TYPE = LocalizedText(
    ja="申請の形式（Content-Type）はapplication/pkcs10でなければなりません。",
    en="The Content-Type must be application/pkcs10.",
)
_TOO_LONG = LocalizedText(ja="申請が長すぎます。", en="The request is too long.")
_SIGN_IN = LocalizedText(
    ja="利用者IDと発行コードが必要です。", en="The user ID and the issue code are needed."
)

_log = logging.getLogger(__name__)


class EstResponder:
    """Answers EST requests for `bank`; no input raises. Thread-safe.

    The effects of a request are one database transaction. A request that is repeated with the same
    credential gets the same certificate, as long as that is valid.
    """

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._service = EnrollmentService(bank)
        self._http = HttpAuthentication(bank.wire_clock)

    def handle(self, request: EstRequest) -> EstResponse:
        """Returns the response to one request below `/.well-known/est/`."""
        operation = _operation(request.path)
        if operation in NOT_IMPLEMENTED:
            return told(501, _UNSUPPORTED)
        methods = _METHODS.get(operation)
        if methods is None:
            return told(404, _UNKNOWN)
        if request.method not in methods:
            return told(405, _METHOD, ("Allow", ", ".join(methods)))
        if operation == CACERTS:
            return self._ca_certificates()
        if operation == CSRATTRS:
            attributes = self._bank.policy.csr_attributes
            return encoded(attributes, CSR_ATTRIBUTES) if attributes else EstResponse(204)
        return self._enroll(request, operation)

    def _ca_certificates(self) -> EstResponse:
        ca = self._bank.ca
        return certs_only([*ca.issuing, ca.root, *ca.cross], PKCS7)

    def _enroll(self, request: EstRequest, operation: str) -> EstResponse:
        schemes = self._bank.policy.http_schemes
        try:
            # First of all, as some clients send no body until they are asked for a password.
            credential = self._http.credential(request, schemes) if operation == ENROLL else None
        except ChallengeNeededError as error:
            return told(401, _SIGN_IN, *self._http.challenges(schemes, stale=error.stale))
        if request.media_type != PKCS10:
            return told(415, _TYPE)
        if len(request.body) > MAX_BODY:
            return told(413, _TOO_LONG)
        try:
            result = self._answer(request, operation, credential)
        except RefusedError as refusal:
            return self._refused(operation, refusal)
        if result.certificate is None:
            wait = ("Retry-After", str(self._bank.policy.check_after))
            return told(202, _WAITING, wait)
        user_id, serial = result.transaction.user_id, result.certificate.serial_hex
        _log.info("EST %s of %s: certificate %s", operation, user_id, serial)
        return certs_only([result.certificate], CERTS_ONLY)

    def _refused(self, operation: str, refusal: RefusedError) -> EstResponse:
        _log.info("EST %s refused: %s", operation, refusal)
        status = _STATUS.get(refusal.failure, 400)
        challenges = self._http.challenges(self._bank.policy.http_schemes) if status == 401 else ()
        return told(status, refusal.messages, *challenges)

    def _answer(
        self, request: EstRequest, operation: str, credential: HttpCredential | None
    ) -> EnrollmentResult:
        """Authenticates and enrolls. Wrong codes stay counted although the request is refused."""
        der = decoded(request.body)
        with self._bank.repositories() as repositories:
            refusal: RefusedError
            try:
                requester, transaction_id = self._authenticated(
                    repositories, request.certificate, credential, operation, der
                )
                with savepoint(repositories.connection):
                    return self._process(repositories, requester, operation, transaction_id, der)
            except RefusedError as error:
                refusal = error
        raise refusal

    def _authenticated(
        self,
        repositories: Repositories,
        certificate: bytes | None,
        credential: HttpCredential | None,
        operation: str,
        der: bytes,
    ) -> tuple[Requester, bytes]:
        """Returns the customer, and the transaction's ID for this very request."""
        if credential is not None:
            code = repositories.codes.latest(credential.user_id)
            name = f"code:{code.id}" if code is not None else ""
            known = _transaction(repositories, name, operation, der)
            opened_with = code if known is not None else None
            requester = requester_by_code(
                self._bank, repositories, credential.user_id, opened_with, credential.proves
            )
            return requester, _transaction_id(requester.name, operation, der)
        if certificate is None:
            raise RefusedError.wrong_endpoint()
        record, customer = holder_of(self._bank, repositories, Certificate.read(certificate))
        name = f"signature:{record.certificate.fingerprint}"
        known = _transaction(repositories, name, operation, der)
        requester = requester_by_certificate(record, customer, known, self._bank.clock())
        return requester, _transaction_id(requester.name, operation, der)

    def _process(
        self,
        repositories: Repositories,
        requester: Requester,
        operation: str,
        transaction_id: bytes,
        der: bytes,
    ) -> EnrollmentResult:
        csr = read_csr(der)
        _check_identity(requester, csr)
        if requester.signer is not None:
            repositories.register.first_used(requester.signer, self._bank.clock())
        transaction = repositories.transactions.find(transaction_id)
        if transaction is not None:
            return self._service.proceed(repositories, requester, transaction)
        renews = operation == REENROLL
        requested = RequestedCertificate(operation, renews, csr.spki, csr.subject)
        return self._service.begin(
            repositories, requester, requested, transaction_id, Confirmation.BY_USE
        )


def _check_identity(requester: Requester, csr: SignedRequest) -> None:
    """Checks what the bank demands of a PKCS#10 request by EST. Raises RefusedError.

    A renewal has the certificate's own subject and subjectAltName (RFC 7030, 4.2.2), which no
    certificate of this bank has. There is no room for PIN and one-time password, and the bank
    cannot verify that a challengePassword links the request to the TLS connection (RFC 7030, 3.5).
    """
    if csr.alternative_names:
        raise RefusedError.wrong_subject()
    if csr.challenge:
        raise RefusedError.unsupported()
    signer, customer = requester.signer, requester.customer
    if signer is None:
        return
    if name_parts(csr.subject) != name_parts(signer.certificate.subject):
        raise RefusedError.subject_changed()
    if customer.asks_pin or customer.asks_one_time_password:
        raise RefusedError.secret_not_by_est()


def _operation(path: str) -> str:
    """Returns the operation of a path such as `cacerts` or `practice/cacerts`; "" for others."""
    label, slash, operation = path.rpartition("/")
    return operation if not slash or label in LABELS else ""


def _transaction_id(requester: str, operation: str, der: bytes) -> bytes:
    """The same for the same request by the same credential: EST has no transactionID."""
    return hashlib.sha256(f"EST {operation} {requester} ".encode() + der).digest()


def _transaction(
    repositories: Repositories, requester: str, operation: str, der: bytes
) -> TransactionRecord | None:
    return repositories.transactions.find(_transaction_id(requester, operation, der))
