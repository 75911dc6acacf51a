"""rr: a customer revokes a certificate (hand-over to a new PC, loss)."""

from __future__ import annotations

from certclient.cmp import syntax
from certclient.cmp.crmf import CertTemplate
from certclient.cmp.messages import Header
from certclient.cmp.names import CertId
from certclient.cmp.revocation import Revocation, RevokeReply, RevokeRequest
from certclient.cmp.status import PkiStatus, PkiStatusInfo
from certclient.cmp.syntax import MalformedMessageError
from certclient.model import ber
from certclient.model.certificate import Certificate
from certclient.model.certificate_reading import CertificateReader
from certclient.model.names import same_name
from certclient_practice.bank.authentication import Requester
from certclient_practice.bank.bank import Bank, Repositories
from certclient_practice.bank.refusal import RefusedError
from certclient_practice.cmp.refusals import (
    not_on_hold,
    other_certificate_details,
    unknown_revocation_reason,
    unsupported_revocation_reason,
)
from certclient_practice.cmp.replies import Reply
from certclient_practice.repositories.records import (
    BankTransactionState,
    CertificateRecord,
    CertificateState,
    Confirmation,
    Reason,
    TransactionRecord,
)

_REASONS = frozenset({0, 1, 2, 3, 4, 5, 9, 10})
_CERTIFICATE_HOLD, _REMOVE_FROM_CRL = 6, 8
"""CRLReason (RFC 5280, 5.3.1). 7 is not used."""

_VALIDITY = 4
"""The number of the validity in the TBSCertificate of an X.509 v3 certificate."""


class RevocationHandler:
    """Revokes one certificate per message, and only the customer's own."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def revoke(
        self, repositories: Repositories, requester: Requester, header: Header, body: RevokeRequest
    ) -> Reply:
        """Processes an rr signed by the customer's certificate; returns rp (RFC 9483, 4.2).

        Raises RefusedError.
        """
        signer = requester.signer
        if signer is None:
            raise RefusedError.wrong_endpoint()
        transaction_id = header.transaction_id or b""
        if repositories.transactions.find(transaction_id) is not None:
            raise RefusedError.transaction_in_use()
        target = self._target(repositories, requester, body)
        now = self._bank.clock()
        repositories.register.revoke(target, Reason.BY_CUSTOMER, now)
        repositories.transactions.add(
            TransactionRecord(
                id=transaction_id,
                requester=requester.name,
                user_id=requester.customer.user_id,
                kind="rr",
                state=BankTransactionState.DONE,
                spki=b"",
                polls_left=0,
                confirmation=Confirmation.IMPLICIT,
                old_serial_hex=signer.certificate.serial_hex,
            ),
            now,
        )
        revoked = CertId(target.certificate.issuer, target.certificate.serial)
        return Reply(RevokeReply((PkiStatusInfo(PkiStatus.ACCEPTED),), (revoked,)))

    def _target(
        self, repositories: Repositories, requester: Requester, body: RevokeRequest
    ) -> CertificateRecord:
        if len(body.revocations) != 1:
            raise RefusedError.unsupported()
        template = body.revocations[0].template
        subjects = [one.subject for one in self._bank.ca.issuing]
        if template.serial is None or template.issuer not in subjects:
            raise RefusedError.not_own_certificate()
        record = repositories.register.find_serial(template.serial)
        if record is None or record.user_id != requester.customer.user_id:
            raise RefusedError.not_own_certificate()
        _check_template(template, record.certificate)
        _check_reason(body.revocations[0])
        if record.state is CertificateState.REVOKED:
            raise RefusedError.already_revoked()
        return record


def _check_template(template: CertTemplate, certificate: Certificate) -> None:
    """Whether all that the template names beside issuer and serial number is the certificate's."""
    subject, key = template.subject, template.spki
    reader = CertificateReader(certificate.der)
    try:
        fits = (
            (subject is None or same_name(subject, certificate.subject))
            and (key is None or key == certificate.spki)
            and all(
                reader.extension(one.oid.dotted_string) == one.value
                for one in _extensions(template)
            )
            and _fits_validity(template, certificate)
        )
    except MalformedMessageError as error:
        raise RefusedError.malformed() from error
    if not fits:
        raise other_certificate_details()


def _extensions(template: CertTemplate) -> list[syntax.Extension]:
    if template.extensions is None:
        return []
    return [
        syntax.decode(syntax.Extension, syntax.encode(one))
        for one in syntax.items(template.extensions)
    ]


def _fits_validity(template: CertTemplate, certificate: Certificate) -> bool:
    """OptionalValidity is SEQUENCE { [0] notBefore OPTIONAL, [1] notAfter OPTIONAL }."""
    if template.validity is None:
        return True
    fields = ber.children(ber.read(certificate.x509.tbs_certificate_bytes)) or ()
    times = ber.children(fields[_VALIDITY]) or ()
    own = [syntax.wrap(0xA0 | number, time.encoding) for number, time in enumerate(times)]
    return all(syntax.encode(one) in own for one in syntax.items(template.validity))


def _check_reason(revocation: Revocation) -> None:
    """Exactly one reason; none counts as unspecified (RFC 9483, 4.2)."""
    if revocation.further_reasons or revocation.reason == _CERTIFICATE_HOLD:
        raise unsupported_revocation_reason()
    if revocation.reason == _REMOVE_FROM_CRL:
        raise not_on_hold()
    if revocation.reason is not None and revocation.reason not in _REASONS:
        raise unknown_revocation_reason()
