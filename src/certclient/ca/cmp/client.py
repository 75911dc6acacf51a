"""The CMP client (RFC 9810, RFC 9483): implements `ca.client.CaClient`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from certclient.ca.chain import sorted_chain
from certclient.ca.client import (
    ALL_ABILITIES,
    Answer,
    BankSecrets,
    CaAbilities,
    CertificateCredential,
    Credential,
    IssueCodeCredential,
    Issued,
    RefusalReason,
    SignerStatus,
    Transaction,
    Waiting,
    refused_because,
)
from certclient.ca.cmp.confirmation import confirmation
from certclient.ca.cmp.requests import RequestFields, protect
from certclient.ca.cmp.responses import (
    ExpectedIds,
    check_whole,
    limited_text,
    read_response,
    refusal,
)
from certclient.ca.cmp.transaction import CmpTransactionState, transaction_octets
from certclient.ca.cmp.trust import Trust, readable
from certclient.ca.network_errors import with_address
from certclient.ca.subjects import common_name
from certclient.ca.transport import Transport
from certclient.cmp.bodies import (
    Body,
    CertificateConfirm,
    CertificateReply,
    CertificateRequest,
    CertResponse,
    ErrorMessage,
    GeneralKind,
    GeneralMessage,
    PkiConfirm,
    PollReply,
    PollRequest,
    RequestKind,
)
from certclient.cmp.crmf import CertRequest, CertTemplate
from certclient.cmp.mac import new_parameters
from certclient.cmp.messages import Message
from certclient.cmp.names import AlgorithmIdentifier, CertId
from certclient.cmp.revocation import Revocation, RevokeReply, RevokeRequest
from certclient.cmp.signatures import prove_possession
from certclient.cmp.status import Failure, PkiStatus, PkiStatusInfo
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import Signer
from certclient.model.profile import CaSettings, MacAlgorithm
from certclient.model.revocation_reason import RevocationReason
from certclient.model.secret import Secret

CONTENT_TYPE = "application/pkixcmp"

_NO_SECRETS = BankSecrets()
_REQUEST_ID = 0
_KEY_COMPROMISE, _CESSATION_OF_OPERATION = 1, 5
_CRL_REASONS = {
    RevocationReason.NO_LONGER_USED: _CESSATION_OF_OPERATION,
    RevocationReason.LOST: _KEY_COMPROMISE,
    RevocationReason.SUSPECTED: _KEY_COMPROMISE,
}
"""CRLReason (RFC 5280, 5.3.1): whoever has found a lost token may use its key."""

_NONCE_BYTES = 16
_WITHDRAWN = "The customer no longer wants this certificate."
_MAX_CHECK_AFTER = 30 * 24 * 3600
"""Seconds: the upper limit for a CA's checkAfter."""

_GRANTED = (PkiStatus.ACCEPTED, PkiStatus.GRANTED_WITH_MODS, PkiStatus.KEY_UPDATE_WARNING)
_CA_CERTS = AlgorithmIdentifier("1.3.6.1.5.5.7.4.17")
"""id-it-caCerts (RFC 9810, 5.3.19.14): a query that any CA may answer and that changes nothing."""

_NO_ANSWER = frozenset(
    {
        ErrorCode.CA_MALFORMED,
        ErrorCode.CA_PROTECTION_INVALID,
        ErrorCode.CA_TRANSACTION_MISMATCH,
    }
)
"""Errors for responses that were not accepted: they say nothing about the signer."""

_REVOKED = (
    PkiStatus.ACCEPTED,
    PkiStatus.GRANTED_WITH_MODS,
    PkiStatus.REVOCATION_WARNING,
    PkiStatus.REVOCATION_NOTIFICATION,
)


class CmpClient:
    """One CA over CMP. Keeps no transaction state: all of it is in `Transaction`.

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
        """See CaClient.abilities: everything."""
        return ALL_ABILITIES

    def prepare_obtain(self, credential: IssueCodeCredential, new_key: Signer) -> Transaction:
        """ir. Requests the user ID as Common Name; the CA supplies the rest of the subject.

        Raises ISSUE_CODE_REQUIRED for an empty code, and whatever `new_key.sign` raises.
        """
        template = CertTemplate(subject=common_name(credential.user_id), spki=new_key.spki)
        request = CertRequest(_REQUEST_ID, template)
        return self._prepare(RequestKind.IR, request, credential, new_key)

    def prepare_renew(
        self,
        credential: CertificateCredential,
        new_key: Signer,
        secrets: BankSecrets = _NO_SECRETS,
    ) -> Transaction:
        """kur (RFC 9483, 4.1.3). The bank's secrets are sent as CRMF controls.

        A request that contains them is in `volatile` only. Raises whatever the two keys' `sign`
        raises.
        """
        current = credential.certificate
        request = CertRequest(
            _REQUEST_ID,
            CertTemplate(subject=current.subject, spki=new_key.spki),
            old_cert_id=CertId(current.issuer, current.serial),
            registration_token=_revealed(secrets.registration_token),
            authenticator=_revealed(secrets.authenticator),
        )
        return self._prepare(RequestKind.KUR, request, credential, new_key)

    def send(self, transaction: Transaction, credential: Credential) -> Answer:
        """See CaClient.send. Sends the prepared bytes unchanged."""
        state = CmpTransactionState.of(transaction)
        request = transaction.volatile or state.request
        if not request:
            raise CertclientError(ErrorCode.BANK_SECRETS_REQUIRED)
        answer = self._exchange(request, transaction, credential, {state.nonce})
        return self._certificate_answer(answer, transaction, state)

    def poll(self, transaction: Transaction, credential: Credential) -> Answer:
        """See CaClient.poll.

        The final response may carry the nonce of the poll or, as a delayed response to the request,
        that of the request (RFC 9483, 4.4).
        """
        state = CmpTransactionState.of(transaction)
        request, nonce = self._follow_up(
            transaction, state, PollRequest((_REQUEST_ID,)), credential
        )
        answer = self._exchange(request, transaction, credential, {nonce, state.nonce})
        return self._certificate_answer(answer, transaction, state)

    def withdraw(self, transaction: Transaction, credential: Credential) -> None:
        """See CaClient.withdraw. An error message ends the transaction, and the CA must acknowledge
        it by pkiConf (RFC 9810, 5.3.21; RFC 9483, 3.6.1)."""
        state = CmpTransactionState.of(transaction)
        status = PkiStatusInfo(PkiStatus.REJECTION, (_WITHDRAWN,))
        request, nonce = self._follow_up(transaction, state, ErrorMessage(status), credential)
        answer = self._exchange(request, transaction, credential, {nonce})
        if not isinstance(answer.body, PkiConfirm):
            raise _unexpected(answer.body)

    def confirm(
        self, issued: Issued, credential: Credential, rejection: ErrorCode | None = None
    ) -> None:
        """See CaClient.confirm. Sends nothing if the CA has granted implicit confirmation."""
        if issued.confirmed:
            return
        state = CmpTransactionState.of(issued.transaction)
        body = CertificateConfirm((confirmation(issued.certificate, _REQUEST_ID, rejection),))
        request, nonce = self._follow_up(issued.transaction, state, body, credential)
        try:
            answer = self._exchange(request, issued.transaction, credential, {nonce})
        except CertclientError as error:
            if error.code is not ErrorCode.CA_REFUSED:
                raise
            confirmed = refused_because(error, RefusalReason.ALREADY_CONFIRMED)
            if confirmed and rejection is None:
                return
            raise CertclientError(ErrorCode.CA_CONFIRM_FAILED, **error.data) from error
        if not isinstance(answer.body, PkiConfirm):
            raise _unexpected(answer.body)

    def revoke(
        self,
        credential: CertificateCredential,
        certificate: Certificate,
        reason: RevocationReason = RevocationReason.NO_LONGER_USED,
    ) -> None:
        """rr (RFC 9483, 4.2). A certificate that is already revoked is not an error."""
        try:
            self._revoke(credential, certificate, _CRL_REASONS[reason])
        except CertclientError as error:
            # In place of an rp. Of another signer, it would say nothing about `certificate`.
            own = credential.certificate == certificate
            if not own or not refused_because(error, RefusalReason.CERTIFICATE_REVOKED):
                raise

    def _revoke(
        self, credential: CertificateCredential, certificate: Certificate, reason: int
    ) -> None:
        transaction_id, nonce = self._random_id(), self._random_id()
        details = Revocation(
            CertTemplate(serial=certificate.serial, issuer=certificate.issuer),
            reason,
        )
        fields = RequestFields(transaction_id, nonce, self._clock())
        request = protect(fields, RevokeRequest((details,)), credential, self._mac_parameters())
        answer = self._exchange(
            request.encode(), Transaction(transaction_id.hex(), b""), credential, {nonce}
        )
        if not isinstance(answer.body, RevokeReply) or len(answer.body.statuses) != 1:
            raise _unexpected(answer.body)
        status = answer.body.statuses[0]
        if status.status not in _REVOKED and Failure.CERT_REVOKED not in status.failures:
            raise refusal(status)

    def signer_status(self, credential: CertificateCredential) -> SignerStatus:
        """See CaClient.signer_status. Sends a genm (RFC 9483, 4.3.1) only for its signature.

        A CA that responds with a genp, whatever its content, has accepted the signer.
        """
        transaction_id, nonce = self._random_id(), self._random_id()
        question = GeneralMessage(GeneralKind.GENM, (_CA_CERTS,))
        fields = RequestFields(transaction_id, nonce, self._clock())
        request = protect(fields, question, credential, self._mac_parameters())
        transaction = Transaction(transaction_id.hex(), b"")
        try:
            answer = self._exchange(request.encode(), transaction, credential, {nonce})
        except CertclientError as error:
            return _signer_refused(error)
        is_genp = isinstance(answer.body, GeneralMessage) and answer.body.kind is GeneralKind.GENP
        return SignerStatus.ACCEPTED if is_genp else SignerStatus.UNKNOWN

    def probe(self) -> Sequence[CertclientError]:
        """See CaClient.probe."""
        try:
            return self._transport.probe(self._settings.url)
        except CertclientError as error:
            raise with_address(error, self._settings.url) from error

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
        self, kind: RequestKind, request: CertRequest, credential: Credential, new_key: Signer
    ) -> Transaction:
        transaction_id, nonce = self._random_id(), self._random_id()
        body = CertificateRequest(kind, (prove_possession(request, new_key),))
        fields = RequestFields(
            transaction_id,
            nonce,
            self._clock(),
            implicit_confirm=self._settings.implicit_confirm,
        )
        der = protect(fields, body, credential, self._mac_parameters()).encode()
        secret = request.authenticator is not None or request.registration_token is not None
        state = CmpTransactionState(kind=kind, request=None if secret else der, nonce=nonce)
        return Transaction(transaction_id.hex(), state.encode(), der if secret else b"")

    def _follow_up(
        self,
        transaction: Transaction,
        state: CmpTransactionState,
        body: Body,
        credential: Credential,
    ) -> tuple[bytes, bytes]:
        """A further message of the transaction as DER, and its senderNonce."""
        nonce = self._random_id()
        fields = RequestFields(
            transaction_octets(transaction),
            nonce,
            self._clock(),
            recip_nonce=state.server_nonce or None,
        )
        return protect(fields, body, credential, self._mac_parameters()).encode(), nonce

    def _exchange(
        self, request: bytes, transaction: Transaction, credential: Credential, nonces: set[bytes]
    ) -> Message:
        answer = self._post(request, credential)
        expected = ExpectedIds(transaction_octets(transaction), frozenset(nonces))
        return read_response(answer, credential, self._trust(credential), expected)

    def _post(self, request: bytes, credential: Credential) -> bytes:
        url = self._settings.url
        try:
            answer = self._transport.post(url, request, CONTENT_TYPE)
            check_whole(answer, url)
        except CertclientError as error:
            raise with_address(self._explained(error, credential), url) from error
        return answer

    def _explained(self, error: CertclientError, credential: Credential) -> CertclientError:
        """Servers that do not know PBMAC1 are known to fail (500) instead of refusing."""
        by_code = isinstance(credential, IssueCodeCredential)
        pbmac1 = by_code and self._settings.mac is MacAlgorithm.PBMAC1
        failed = error.code is ErrorCode.SERVER_ERROR and error.data.get("status") == "500"
        return (
            CertclientError(error.code, **error.data, problem="mac") if pbmac1 and failed else error
        )

    def _certificate_answer(
        self, answer: Message, transaction: Transaction, state: CmpTransactionState
    ) -> Answer:
        next_state = state.with_server_nonce(answer.header.sender_nonce)
        after = Transaction(transaction.transaction_id, next_state.encode())
        body = answer.body
        if isinstance(body, PollReply):
            return _poll_reply(body, after)
        if not isinstance(body, CertificateReply) or body.kind is not state.kind.reply:
            raise _unexpected(body)
        response = _only_response(body)
        status = response.status
        if status.status == PkiStatus.WAITING:
            # No checkAfter here: the first pollRep gives it (RFC 9483, 4.4).
            return Waiting(after, check_after=0.0, message=limited_text(status.text))
        if status.status not in _GRANTED:
            raise refusal(status)
        if response.certificate is None:
            raise CertclientError(ErrorCode.CA_MALFORMED, reason="no certificate in the answer")
        certificate = Certificate.from_der(response.certificate)
        received = readable([*body.ca_pubs, *answer.extra_certs])
        return Issued(
            after,
            certificate,
            sorted_chain(certificate, received),
            # Implicit confirmation counts only if we requested it.
            confirmed=self._settings.implicit_confirm and answer.header.implicit_confirm,
            message=limited_text(status.text),
        )

    def _trust(self, credential: Credential) -> Trust:
        known: Sequence[Certificate] = ()
        if isinstance(credential, CertificateCredential):
            known = credential.chain
        return Trust(
            self._settings.trust_anchors,
            known,
            self._clock(),
            self._settings.signature_algorithms,
            self._settings.issuers,
            self._settings.mac_floor,
        )

    def _mac_parameters(self) -> AlgorithmIdentifier:
        return new_parameters(self._settings.mac, self._random_bytes)

    def _random_id(self) -> bytes:
        """A transactionID or nonce: 128 bits (RFC 9483, 3.1)."""
        return self._random_bytes(_NONCE_BYTES)


def _revealed(secret: Secret | None) -> str | None:
    return secret.reveal() if secret else None


def _only_response(body: CertificateReply) -> CertResponse:
    found = [response for response in body.responses if response.cert_req_id == _REQUEST_ID]
    if len(found) != 1 or len(body.responses) != 1:
        raise CertclientError(ErrorCode.CA_MALFORMED, reason="not one answer to one request")
    return found[0]


def _poll_reply(body: PollReply, after: Transaction) -> Waiting:
    found = [entry for entry in body.entries if entry.cert_req_id == _REQUEST_ID]
    if not found:
        raise CertclientError(ErrorCode.CA_MALFORMED, reason="pollRep for another request")
    seconds = min(max(found[0].check_after, 0), _MAX_CHECK_AFTER)
    return Waiting(after, float(seconds), limited_text(found[0].reason))


def _signer_refused(error: CertclientError) -> SignerStatus:
    """The signer's status after an error to a signed query. Re-raises network errors."""
    if error.code in _NO_ANSWER:
        return SignerStatus.UNKNOWN
    if error.code is not ErrorCode.CA_REFUSED:
        raise error
    if refused_because(error, RefusalReason.CERTIFICATE_REVOKED):
        return SignerStatus.REVOKED
    if refused_because(error, RefusalReason.SIGNER_NOT_TRUSTED):
        return SignerStatus.NOT_TRUSTED
    return SignerStatus.UNKNOWN


def _unexpected(body: Body) -> CertclientError:
    return CertclientError(ErrorCode.CA_MALFORMED, reason=f"unexpected {type(body).__name__}")
