"""The practice bank as a process that is killed while it handles requests."""

import http.client
import ssl
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from certclient.cmp.bodies import PkiConfirm
from certclient.cmp.messages import Message
from certclient_practice.bank.ca import certificate_pem
from certclient_practice.repositories.records import BankTransactionState, CertificateState
from certclient_practice.web.addresses import Addresses
from support.bank import USER_ID, BankProcess
from support.bank_customer import CmpExchange, accept, by_certificate, issued, kur
from support.pki import rsa_signer

KEYS = [rsa_signer(number) for number in range(1, 4)]


@dataclass
class CmpConnection:
    """Sends CMP messages to the process over HTTPS; an answer may never arrive."""

    folder: Path
    addresses: Addresses

    def handle(self, request: bytes) -> bytes:
        host = self.addresses.public_url.removeprefix("https://").rstrip("/")
        connection = http.client.HTTPSConnection(host, timeout=200, context=self._context())
        try:
            connection.request("POST", "/cmp", request, {"Content-Type": "application/pkixcmp"})
            answer = connection.getresponse()
            assert answer.status == 200
            return answer.read()
        finally:
            connection.close()

    def _context(self) -> ssl.SSLContext:
        root = (self.folder / "ca" / "root.pem").read_text()
        start = root.index("-----BEGIN CERTIFICATE-----")
        return ssl.create_default_context(cadata=root[start:])


def renewal(program: BankProcess, cmp: CmpConnection) -> tuple[CmpExchange, str, bytes]:
    """Returns a customer's transaction, the old serial number and the request to send."""
    repositories = program.repositories()
    repositories.add_customer(USER_ID, "1403")
    current = repositories.issue_certificate(USER_ID, KEYS[0].spki, 20)
    repositories.close()
    talk = by_certificate(cmp.handle, current, KEYS[0])
    return talk, current.serial_hex, talk.message(kur(KEYS[1], current))


def test_answers_are_identical_after_a_kill(bank_process: BankProcess) -> None:
    cmp = CmpConnection(bank_process.folder, bank_process.start())
    talk, old, request = renewal(bank_process, cmp)
    kup = cmp.handle(request)

    bank_process.kill()
    cmp.addresses = bank_process.start()
    assert cmp.handle(request) == kup
    new = issued(talk.send(request))
    confirmation = talk.message(accept(new))
    pki_conf = cmp.handle(confirmation)
    assert isinstance(Message.decode(pki_conf).body, PkiConfirm)

    bank_process.kill()
    cmp.addresses = bank_process.start()
    assert cmp.handle(confirmation) == pki_conf
    repositories = bank_process.repositories()
    assert repositories.state_of(new.serial_hex) is CertificateState.CONFIRMED
    assert repositories.state_of(old) is CertificateState.SUPERSEDED
    repositories.close()
    assert bank_process.stop() == 0


@pytest.mark.reliability("kills", "the bank while it handles requests")
@pytest.mark.parametrize("milliseconds", [0, 3, 6, 9, 14])
def test_kill_while_handling_requests_keeps_the_books_consistent(
    bank_process: BankProcess, milliseconds: int
) -> None:
    """The books hold either nothing or a whole step: certificate, transaction and answer.

    The customer succeeds by sending the same bytes again.
    """
    cmp = CmpConnection(bank_process.folder, bank_process.start())
    talk, old, request = renewal(bank_process, cmp)
    senders = [threading.Thread(target=_send_and_forget, args=(cmp, request)) for _ in range(3)]
    for sender in senders:
        sender.start()
    time.sleep(milliseconds / 1000)
    bank_process.kill()
    for sender in senders:
        sender.join()

    _check_consistent(bank_process, talk.transaction_id)
    cmp.addresses = bank_process.start()
    new = issued(talk.send(request))
    assert isinstance(talk.exchange(accept(new)).body, PkiConfirm)
    repositories = bank_process.repositories()
    states = {r.certificate.serial_hex: r.state for r in repositories.certificates()}
    repositories.close()
    assert states == {
        old: CertificateState.SUPERSEDED,
        new.serial_hex: CertificateState.CONFIRMED,
    }


def test_operator_can_revoke_while_the_server_runs(bank_process: BankProcess) -> None:
    cmp = CmpConnection(bank_process.folder, bank_process.start())
    talk, _, request = renewal(bank_process, cmp)
    new = issued(talk.send(request))
    repositories = bank_process.repositories()
    repositories.revoke(new.serial_hex)
    repositories.close()
    assert not isinstance(talk.exchange(accept(new)).body, PkiConfirm)


def test_root_certificate_survives_a_restart(bank_process: BankProcess) -> None:
    bank_process.start()
    first = bank_process.repositories()
    root = certificate_pem(first.ca.root)
    first.close()
    bank_process.kill()
    bank_process.start()
    second = bank_process.repositories()
    assert certificate_pem(second.ca.root) == root
    second.close()


def _send_and_forget(cmp: CmpConnection, request: bytes) -> None:
    try:
        cmp.handle(request)
    except (OSError, http.client.HTTPException):
        return


def _check_consistent(program: BankProcess, transaction_id: bytes) -> None:
    bank = program.repositories()
    with bank.repositories() as repositories:
        transaction = repositories.transactions.find(transaction_id)
        certificates = repositories.register.all()
        answers = repositories.connection.execute("SELECT COUNT(*) FROM responses").fetchone()[0]
    bank.close()
    if transaction is None:
        assert (len(certificates), answers) == (1, 0)
    else:
        assert transaction.state is BankTransactionState.ISSUED
        assert (len(certificates), answers) == (2, 1)
        assert certificates[1].certificate.serial_hex == transaction.serial_hex
