"""A bank's JSON interface as a plug-in of certclient: certificates over https, nothing else.

POST <url>/requests     {"id", "csr", "branch"} with user ID and issue code as Authorization: Basic,
                        or {"id", "csr", "branch", "certificate", "signature"}, signed over id + csr
POST <url>/revocations  {"certificate", "reason", "signature"}, signed over the certificate
Answers                 200 {"id", "certificate", "chain"}, 202 {"id", "seconds", "message"}, 204,
                        401 and 403 {"message", "reason"}. Binary data: base64 of DER.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from certclient.ca.answers import check_status, foreign_answer
from certclient.ca.client import (
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
    not_offered,
    refusal_error,
)
from certclient.ca.pkcs10 import certificate_request, request_algorithms
from certclient.ca.plugins.interface import INTERFACE, ClientInputs, OptionError, Options
from certclient.ca.subjects import common_name
from certclient.ca.transport import HttpRequest
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import Signer
from certclient.model.revocation_reason import RevocationReason

interface = INTERFACE
abilities = CaAbilities(revokes=True)

_JSON = "application/json"
_REASONS = {"revoked": RefusalReason.CERTIFICATE_REVOKED, "clock": RefusalReason.TIME}


def check_options(options: Options) -> None:
    """`branch`: the three digits of the bank's branch."""
    for key in options.keys() - {"branch"}:
        raise OptionError(key, "There is no such option; there is only branch.")
    if not re.fullmatch("[0-9]{3}", str(options.get("branch", ""))):
        raise OptionError("branch", "Three digits are needed, in quotation marks.")


def client(inputs: ClientInputs) -> JsonClient:
    """The client of one profile."""
    return JsonClient(inputs)


class JsonClient:
    """See CaClient. All that a request consists of, but the issue code, is in `Transaction.state`:
    the bytes of its JSON, which the bank answers again if they come again."""

    abilities = abilities

    def __init__(self, inputs: ClientInputs) -> None:
        self._inputs = inputs

    def prepare_obtain(self, credential: IssueCodeCredential, new_key: Signer) -> Transaction:
        csr = certificate_request(common_name(credential.user_id), new_key)
        return self._prepared(csr, None)

    def prepare_renew(
        self,
        credential: CertificateCredential,
        new_key: Signer,
        secrets: BankSecrets = BankSecrets(),  # noqa: B008 - frozen
    ) -> Transaction:
        csr = certificate_request(credential.certificate.subject, new_key)
        return self._prepared(csr, credential)

    def send(self, transaction: Transaction, credential: Credential) -> Answer:
        try:
            number = json.loads(transaction.state)["id"]
        except (ValueError, LookupError, TypeError) as error:
            raise CertclientError(ErrorCode.JOURNAL_DAMAGED, reason=str(error)[:200]) from error
        answer = self._post("requests", transaction.state, credential)
        try:
            return _read(answer, number, transaction)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise CertclientError(ErrorCode.CA_MALFORMED, reason=str(error)[:200]) from error

    def poll(self, transaction: Transaction, credential: Credential) -> Answer:
        return self.send(transaction, credential)

    def withdraw(self, transaction: Transaction, credential: Credential) -> None:
        raise not_offered("withdraw")

    def confirm(
        self, issued: Issued, credential: Credential, rejection: ErrorCode | None = None
    ) -> None:
        """Nothing: the bank awaits no confirmation (`Issued.confirmed`)."""

    def signer_status(self, credential: CertificateCredential) -> SignerStatus:
        return SignerStatus.UNKNOWN

    def revoke(
        self,
        credential: CertificateCredential,
        certificate: Certificate,
        reason: RevocationReason = RevocationReason.NO_LONGER_USED,
    ) -> None:
        body = {"certificate": _text(certificate.der), "reason": reason.value}
        body["signature"] = _text(_signature(credential.signer, certificate.der))
        self._post("revocations", json.dumps(body).encode(), credential)

    def probe(self) -> Sequence[CertclientError]:
        return self._inputs.transport.probe(self._inputs.url)

    def interrupt(self) -> None:
        self._inputs.transport.interrupt()

    def server_time(self) -> datetime | None:
        return self._inputs.transport.server_time()

    def _prepared(self, csr: bytes, credential: CertificateCredential | None) -> Transaction:
        number = self._inputs.random_bytes(16).hex()
        body = {"id": number, "csr": _text(csr), "branch": self._inputs.options["branch"]}
        if credential is not None:
            body["certificate"] = _text(credential.certificate.der)
            body["signature"] = _text(_signature(credential.signer, number.encode() + csr))
        return Transaction(number, json.dumps(body).encode())

    def _post(self, path: str, body: bytes, credential: Credential) -> Any:
        headers: tuple[tuple[str, str], ...] = ()
        if isinstance(credential, IssueCodeCredential):
            login = f"{credential.user_id}:{credential.issue_code.reveal()}".encode()
            headers = (("Authorization", f"Basic {_text(login)}"),)
        url = f"{self._inputs.url}/{path}"
        request = HttpRequest("POST", url, body, _JSON, _JSON, headers)
        response = self._inputs.transport.exchange(request)
        if response.head.media_type != _JSON and response.status != 204:
            check_status(response.head, None)
            raise foreign_answer(url, "no JSON")
        try:
            answer = json.loads(response.body or b"{}")
        except (ValueError, RecursionError) as error:
            raise foreign_answer(url, "no JSON, or not all of it") from error
        if response.status in (401, 403) and isinstance(answer, dict):
            raise _refused(response.status, answer, credential)
        check_status(response.head, None)
        return answer


def _refused(status: int, answer: dict[str, Any], credential: Credential) -> CertclientError:
    if status == 401 and isinstance(credential, IssueCodeCredential):
        return CertclientError(ErrorCode.ISSUE_CODE_WRONG, user_id=credential.user_id)
    reason = str(answer.get("reason", ""))
    known = [_REASONS[reason]] if reason in _REASONS else []
    # Over https with the profile's own roots, so it is the bank that refuses.
    return refusal_error(str(answer.get("message", ""))[:500], *known, failure=reason)


def _read(answer: Any, number: str, transaction: Transaction) -> Answer:
    if answer["id"] != number:
        raise CertclientError(ErrorCode.CA_TRANSACTION_MISMATCH, field="id")
    if "certificate" not in answer:
        seconds = max(float(answer["seconds"]), 0.0)
        return Waiting(transaction, seconds, str(answer.get("message", ""))[:500])
    certificate, *chain = map(_certificate, (answer["certificate"], *answer["chain"]))
    return Issued(transaction, certificate, tuple(chain), confirmed=True)


def _certificate(text: str) -> Certificate:
    return Certificate.from_der(base64.b64decode(text, validate=True))


def _signature(key: Signer, data: bytes) -> bytes:
    return key.sign(data, request_algorithms(key.spki)[0])


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
