"""The EST client (RFC 7030, RFC 8951): implements `ca.client.CaClient`.

EST knows no confirmation, revocation, withdrawal or question about a certificate, and its requests
hold none of a bank's secrets. `serverkeygen` is never used: a key never leaves its store.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime

from certclient.ca.answers import check_resource
from certclient.ca.chain import sorted_chain
from certclient.ca.client import (
    Answer,
    BankSecrets,
    CaAbilities,
    CertificateCredential,
    Credential,
    IssueCodeCredential,
    Issued,
    SignerStatus,
    Transaction,
    Waiting,
    not_offered,
)
from certclient.ca.est.addresses import operation_url
from certclient.ca.est.answers import ACCEPTED, check_granted, has_attributes, words
from certclient.ca.est.attributes import CsrAttribute, csr_attributes, request_content
from certclient.ca.est.certificates import certificates_in, encoded_body, malformed
from certclient.ca.est.login import code_refused, send_with_code
from certclient.ca.est.transaction import EstTransactionState, Operation
from certclient.ca.network_errors import with_address
from certclient.ca.path import PathError, validate_path
from certclient.ca.pkcs10 import (
    SUBJECT_ALT_NAME,
    certificate_request,
    request_algorithms,
    requested_key,
)
from certclient.ca.subjects import common_name
from certclient.ca.transport import HttpRequest, HttpResponse, TlsIdentity, Transport
from certclient.model.certificate import Certificate
from certclient.model.certificate_reading import CertificateReader
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import Signer
from certclient.model.profile import CaSettings
from certclient.model.revocation_reason import RevocationReason

_REQUEST_TYPE = "application/pkcs10"
_ANSWER_TYPE = "application/pkcs7-mime"
_ATTRIBUTES_TYPE = "application/csrattrs"
_NO_SECRETS = BankSecrets()
_ID_BYTES = 16
_DEFAULT_RETRY_AFTER = 60.0
"""Seconds: for a CA that omits Retry-After, which RFC 7030, 4.2.3 demands."""


class EstClient:
    """One CA over EST. Keeps no enrollment's state: all of it is in `Transaction`.

    `transport` verifies TLS by the profile's anchors, which alone shows whose an answer is.
    `clock` returns aware UTC; `random_bytes` takes a length in bytes and must be unpredictable.
    """

    def __init__(
        self,
        settings: CaSettings,
        transport: Transport,
        clock: Callable[[], datetime],
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._settings = settings
        self._transport = transport
        self._clock = clock
        self._random_bytes = random_bytes

    @property
    def abilities(self) -> CaAbilities:
        """See CaClient.abilities: none."""
        return CaAbilities()

    def prepare_obtain(self, credential: IssueCodeCredential, new_key: Signer) -> Transaction:
        """simpleenroll, for the user ID as Common Name. First asks for `cacerts` and `csrattrs`.

        Raises as CaClient.prepare_obtain, CA_REQUIREMENT for what the CA wants and this program
        cannot do, and the network errors.
        """
        if not credential.issue_code:
            raise CertclientError(ErrorCode.ISSUE_CODE_REQUIRED, user_id=credential.user_id)
        subject = common_name(credential.user_id)
        return self._prepare(Operation.ENROLL, subject, new_key, None)

    def prepare_renew(
        self,
        credential: CertificateCredential,
        new_key: Signer,
        secrets: BankSecrets = _NO_SECRETS,
    ) -> Transaction:
        """simplereenroll, with subject and subjectAltName of the current certificate (RFC 7030,
        4.2.2). Raises as `prepare_obtain`, and as `Transport.exchange` does where this computer
        cannot authenticate by TLS with the current key."""
        if secrets:
            raise not_offered("secrets")
        self.check_credential(credential)
        current = credential.certificate
        names = CertificateReader(current.der).extension(SUBJECT_ALT_NAME)
        return self._prepare(Operation.REENROLL, current.subject, new_key, names)

    def send(self, transaction: Transaction, credential: Credential) -> Answer:
        """See CaClient.send. A 401 after the code was sent is ISSUE_CODE_WRONG, and final."""
        state = EstTransactionState.of(transaction)
        request = HttpRequest(
            "POST",
            self._url(state.operation.value),
            encoded_body(state.request),
            content_type=_REQUEST_TYPE,
            accept=_ANSWER_TYPE,
            headers=(("Content-Transfer-Encoding", "base64"),),
        )
        response = self._authenticated(request, credential, state.ca_certificates)
        check_granted(response)
        if response.status == ACCEPTED:
            seconds = response.head.retry_after
            pause = _DEFAULT_RETRY_AFTER if seconds is None else float(seconds)
            return Waiting(transaction, pause, words(response))
        return self._issued(response, transaction, state)

    def poll(self, transaction: Transaction, credential: Credential) -> Answer:
        """See CaClient.poll. EST asks by the same request again (RFC 7030, 4.2.3)."""
        return self.send(transaction, credential)

    def withdraw(self, transaction: Transaction, credential: Credential) -> None:
        """See CaClient.withdraw. Raises CA_NOT_OFFERED."""
        raise not_offered("withdraw")

    def confirm(
        self, issued: Issued, credential: Credential, rejection: ErrorCode | None = None
    ) -> None:
        """See CaClient.confirm. EST requires none, and has no words for a rejection."""

    def signer_status(self, credential: CertificateCredential) -> SignerStatus:
        """See CaClient.signer_status. EST has no such query."""
        return SignerStatus.UNKNOWN

    def revoke(
        self,
        credential: CertificateCredential,
        certificate: Certificate,
        reason: RevocationReason = RevocationReason.NO_LONGER_USED,
    ) -> None:
        """See CaClient.revoke. Raises CA_NOT_OFFERED."""
        raise not_offered("revoke")

    def check_credential(self, credential: CertificateCredential) -> None:
        """See ChecksCredential.check_credential."""
        identity = TlsIdentity(credential.certificate, tuple(credential.chain), credential.signer)
        if not self._transport.can_authenticate(identity):
            # Such an exchange ends before it begins, and says why.
            self._exchange(HttpRequest("HEAD", self._url("cacerts"), identity=identity))

    def probe(self) -> Sequence[CertclientError]:
        """See CaClient.probe. Asks for `cacerts`, which every EST server has for everybody."""
        url = self._url("cacerts")
        try:
            return self._transport.probe(url)
        except CertclientError as error:
            raise with_address(error, url) from error

    def kept_open(self) -> AbstractContextManager[None]:
        """See KeepsConnection.kept_open."""
        return self._transport.kept_open()

    def interrupt(self) -> None:
        """See CaClient.interrupt."""
        self._transport.interrupt()

    def server_time(self) -> datetime | None:
        """See CaClient.server_time."""
        return self._transport.server_time()

    def _prepare(
        self, operation: Operation, subject: bytes, new_key: Signer, names: bytes | None
    ) -> Transaction:
        chain = tuple(one.der for one in self._ca_certificates())
        content = request_content(
            self._attributes(), new_key.spki, request_algorithms(new_key.spki), names
        )
        request = certificate_request(subject, new_key, content.extensions, content.algorithm)
        state = EstTransactionState(operation=operation, request=request, ca_certificates=chain)
        return Transaction(self._random_bytes(_ID_BYTES).hex(), state.encode())

    def _attributes(self) -> Sequence[CsrAttribute]:
        response = self._get("csrattrs", _ATTRIBUTES_TYPE)
        return csr_attributes(response.body) if has_attributes(response) else ()

    def _authenticated(
        self, request: HttpRequest, credential: Credential, ca_certificates: Sequence[bytes]
    ) -> HttpResponse:
        """`ca_certificates` (DER): a server may know the root only, and need those in between."""
        if isinstance(credential, IssueCodeCredential):
            return self._with_code(request, credential)
        known = [*credential.chain, *map(Certificate.read, ca_certificates)]
        chain = self._path(credential.certificate, known) or credential.chain
        identity = TlsIdentity(credential.certificate, tuple(chain), credential.signer)
        return self._exchange(replace(request, identity=identity))

    def _with_code(self, request: HttpRequest, credential: IssueCodeCredential) -> HttpResponse:
        if not credential.issue_code:
            raise CertclientError(ErrorCode.ISSUE_CODE_REQUIRED, user_id=credential.user_id)
        try:
            response = send_with_code(self._transport, request, credential, self._random_bytes)
        except CertclientError as error:
            raise with_address(error, request.url) from error
        if code_refused(response):
            message = words(response)
            raise CertclientError(
                ErrorCode.ISSUE_CODE_WRONG, user_id=credential.user_id, message=message
            )
        return response

    def _issued(
        self, response: HttpResponse, transaction: Transaction, state: EstTransactionState
    ) -> Issued:
        """The certificate for our key in the answer, wherever it stands in it.

        Without one, another customer's: why it is refused then, the caller's checks say.
        """
        received = certificates_in(response.body)
        spki = requested_key(state.request)
        ours = [one for one in received if one.spki == spki]
        leaves = [one for one in ours or received if not one.is_ca]
        if not leaves:
            raise malformed("no customer's certificate in the answer")
        leaf = max(leaves, key=lambda one: one.not_before) if ours else leaves[0]
        certificate = Certificate.from_der(leaf.der)
        known = [*received, *(Certificate.read(der) for der in state.ca_certificates)]
        return Issued(transaction, certificate, self._chain(certificate, known), confirmed=True)

    def _chain(
        self, certificate: Certificate, known: Sequence[Certificate]
    ) -> tuple[Certificate, ...]:
        """The CA certificates for `certificate`; asks again for `cacerts` if they lead nowhere, as
        after a change of the CA's key while the request waited."""
        if not self._path(certificate, known):
            known = [*known, *self._ca_certificates()]
        return sorted_chain(certificate, known)

    def _path(
        self, certificate: Certificate, known: Sequence[Certificate]
    ) -> Sequence[Certificate]:
        """From `certificate` to one of the profile's anchors; empty if there is no valid one."""
        anchors, allowed = self._settings.trust_anchors, self._settings.signature_algorithms
        moment = max(self._clock(), certificate.not_before)
        try:
            return validate_path(certificate, known, anchors, moment, allowed)
        except PathError:
            return ()

    def _ca_certificates(self) -> Sequence[Certificate]:
        """What `cacerts` has below the profile's anchors (RFC 7030, 4.1). Raises the network errors
        and CA_MALFORMED.

        Material for a path, and never trusted by itself: a root in it, or the certificates of a
        rollover (OldWithNew, NewWithOld), count as far as the anchors vouch for them.
        """
        response = self._get("cacerts", _ANSWER_TYPE)
        check_resource(response.head)
        found = certificates_in(response.body)
        return [one for one in found if one.is_ca and self._path(one, found)]

    def _get(self, operation: str, accept: str) -> HttpResponse:
        return self._exchange(HttpRequest("GET", self._url(operation), accept=accept))

    def _exchange(self, request: HttpRequest) -> HttpResponse:
        try:
            return self._transport.exchange(request)
        except CertclientError as error:
            raise with_address(error, request.url) from error

    def _url(self, operation: str) -> str:
        return operation_url(self._settings.url, operation)
