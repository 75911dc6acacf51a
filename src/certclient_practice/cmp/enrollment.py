"""ir, cr, p10cr, kur and pollReq: CMP's words for an enrollment."""

from __future__ import annotations

from certclient.cmp.bodies import CertificateReply, CertResponse, PollEntry, PollReply, PollRequest
from certclient.cmp.messages import Header
from certclient.cmp.status import Failure, PkiStatus, PkiStatusInfo
from certclient.model.certificate import Certificate
from certclient_practice.bank.authentication import Requester
from certclient_practice.bank.bank import Bank, Repositories
from certclient_practice.bank.enrollment import (
    EnrollmentResult,
    EnrollmentService,
    RequestedCertificate,
)
from certclient_practice.bank.refusal import RefusedError
from certclient_practice.cmp.replies import Reply, rejection
from certclient_practice.cmp.request import reply_id, reply_kind
from certclient_practice.repositories.records import Confirmation, TransactionRecord

MODIFIED_TEXTS = (
    "登録内容に合わせて電子証明書を発行しました。",
    "The certificate was issued with what is on file.",
)
WAITING_TEXTS = ("電子証明書の発行手続き中です。", "The certificate is being prepared.")


class EnrollmentHandler:
    """Translates between CMP and the bank's decision. Every refusal is a RefusedError."""

    def __init__(self, bank: Bank, service: EnrollmentService) -> None:
        self._bank = bank
        self._service = service

    def begin(
        self,
        repositories: Repositories,
        requester: Requester,
        header: Header,
        requested: RequestedCertificate,
    ) -> Reply:
        """Opens a transaction and issues the certificate, or replies that it will take time."""
        implicit = header.implicit_confirm and self._bank.policy.allow_implicit_confirm
        confirmation = Confirmation.IMPLICIT if implicit else Confirmation.AWAITED
        transaction_id = header.transaction_id or b""
        result = self._service.begin(
            repositories, requester, requested, transaction_id, confirmation
        )
        if result.certificate is None:
            return Reply(_certificate_reply(requested.kind, PkiStatus.WAITING, WAITING_TEXTS))
        return _issued(result, result.certificate)

    def poll(
        self,
        repositories: Repositories,
        requester: Requester,
        transaction: TransactionRecord,
        request: PollRequest,
    ) -> Reply:
        """Replies to pollReq with pollRep or, once ready, the certificate (RFC 9810, 5.3.22).

        If the reply to an earlier poll was lost, the certificate is sent again: this poll has a new
        nonce, so the stored response does not apply.
        """
        number = reply_id(transaction.kind)
        if request.cert_req_ids != (number,):
            raise RefusedError.no_transaction()
        try:
            result = self._service.proceed(repositories, requester, transaction)
        except RefusedError as refusal:
            if refusal.failure is not Failure.BAD_CERT_TEMPLATE:
                raise
            # About the request, not about the poll: in the delayed response (RFC 9483, 3.6.2, 4.4).
            response = CertResponse(number, rejection(refusal))
            return Reply(CertificateReply(reply_kind(transaction.kind), (response,)))
        if result.certificate is None:
            entry = PollEntry(number, self._bank.policy.check_after, WAITING_TEXTS)
            return Reply(PollReply((entry,)))
        return _issued(result, result.certificate)


def _issued(result: EnrollmentResult, certificate: Certificate) -> Reply:
    transaction = result.transaction
    granted = PkiStatus.GRANTED_WITH_MODS if transaction.modified else PkiStatus.ACCEPTED
    texts = MODIFIED_TEXTS if transaction.modified else ()
    body = _certificate_reply(transaction.kind, granted, texts, certificate)
    implicit = transaction.confirmation is Confirmation.IMPLICIT
    return Reply(body, implicit_confirm=implicit, requires_confirmation=not implicit)


def _certificate_reply(
    kind: str, status: PkiStatus, texts: tuple[str, ...], certificate: Certificate | None = None
) -> CertificateReply:
    response = CertResponse(
        reply_id(kind),
        PkiStatusInfo(status, texts),
        certificate.der if certificate is not None else None,
    )
    return CertificateReply(reply_kind(kind), (response,))
