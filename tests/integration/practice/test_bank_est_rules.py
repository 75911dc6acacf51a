"""The EST server's rules, each broken once by a wrong request."""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from certclient.model.certificate import Certificate
from certclient.model.secret import Secret
from certclient_practice.bank.bank import Bank
from certclient_practice.bank.login import LoginVerdict, decide_login
from certclient_practice.bank.policy import BankPolicy, HttpScheme
from certclient_practice.est.http_authentication import NONCE_VALID
from certclient_practice.est.messages import EstResponse
from certclient_practice.est.responder import MAX_BODY, EstResponder
from certclient_practice.repositories.records import CertificateState, CodeState, Reason
from support.bank import USER_ID
from support.bank_est import (
    PATH,
    EstCustomer,
    basic,
    certificates_of,
    csr_of,
    headers_of,
    issued,
    user_name,
)
from support.clocks import SettableClock
from support.pki import EcSigner, RsaSigner, customer_name, ec_signer, make_lab, rsa_key, rsa_signer

OLD_KEY, NEW_KEY, OTHER_KEY = rsa_signer(1), rsa_signer(2), rsa_signer(3)
WRONG = Secret("WRONGWRONGWRONG2")
REQUEST = csr_of(NEW_KEY, user_name())


class EstBank:
    """A bank with one customer, called directly without a network."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.wire_clock = SettableClock(), SettableClock()
        self.bank = Bank(folder, BankPolicy(), self.clock, self.wire_clock)
        self.bank.add_customer(USER_ID, "1403")
        self.guest = EstCustomer(EstResponder(self.bank).handle)
        self.code = self.bank.issue_code(USER_ID)

    def set_policy(self, **changes: object) -> None:
        self.bank.policy = replace(self.bank.policy, **changes)  # type: ignore[arg-type] # by name

    def enroll(self, csr: bytes = REQUEST, code: Secret | None = None) -> EstResponse:
        return self.guest.enroll(csr, USER_ID, code or self.code)

    def holder(self, expires_in_days: int = 20) -> tuple[EstCustomer, Certificate]:
        """The customer with a certificate, as the bank's TLS shows it."""
        current = self.bank.issue_certificate(USER_ID, OLD_KEY.spki, expires_in_days)
        return EstCustomer(self.guest.handle, current), current

    def state(self, certificate: Certificate) -> CertificateState | None:
        return self.bank.state_of(certificate.serial_hex)

    def login(self, certificate: Certificate) -> LoginVerdict:
        return decide_login(self.bank, certificate.der).result

    def code_state(self) -> CodeState:
        with self.bank.repositories() as repositories:
            code = repositories.codes.latest(USER_ID)
        assert code is not None
        return code.state


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EstBank]:
    opened = EstBank(tmp_path)
    yield opened
    opened.bank.close()


def renewal_of(current: Certificate, key: RsaSigner | EcSigner = NEW_KEY) -> bytes:
    return csr_of(key, current.x509.subject)


def refused(answer: EstResponse, status: int, english: str) -> None:
    """The bank says why, in Japanese and English."""
    assert answer.status == status, answer
    assert answer.media_type == "text/plain; charset=utf-8"
    ja, en = answer.body.decode().splitlines()
    assert english in en
    assert not ja.isascii()


# What the CA publishes


@pytest.mark.parametrize("path", ["cacerts", "practice/cacerts"])
def test_cacerts_are_the_root_and_the_issuing_ca(server: EstBank, path: str) -> None:
    answer = server.guest.send("GET", path)
    assert (answer.status, answer.media_type) == (200, "application/pkcs7-mime")
    assert set(certificates_of(answer.body)) == {server.bank.ca.root, server.bank.ca.intermediate}


def test_csrattrs_are_the_policys(server: EstBank) -> None:
    assert server.guest.send("GET", "csrattrs").status == 204
    server.set_policy(csr_attributes=b"\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b")
    answer = server.guest.send("GET", "csrattrs")
    assert (answer.status, answer.media_type) == (200, "application/csrattrs")
    assert base64.b64decode(answer.body) == server.bank.policy.csr_attributes


# 取得 by issue code


def test_issue_code_obtains_a_certificate_that_is_in_use_at_once(server: EstBank) -> None:
    answer = server.enroll()
    certificate = issued(answer)
    assert answer.media_type == "application/pkcs7-mime; smime-type=certs-only"
    assert b"\n" not in answer.body
    assert certificate.spki == NEW_KEY.spki
    assert certificate.common_name == "TKYM1408054 1403"
    assert server.state(certificate) is CertificateState.CONFIRMED
    assert server.code_state() is CodeState.SPENT


def test_the_same_request_gets_the_same_certificate(server: EstBank) -> None:
    assert issued(server.enroll()) == issued(server.enroll())
    assert len(server.bank.certificates()) == 1


def test_a_spent_code_opens_nothing_else(server: EstBank) -> None:
    issued(server.enroll())
    other = server.enroll(csr_of(OTHER_KEY, user_name()))
    refused(other, 401, "The user ID or the issue code is wrong, or the code has expired.")
    assert len(server.bank.certificates()) == 1


def test_another_code_does_not_certify_the_same_key_again(server: EstBank) -> None:
    issued(server.enroll())
    answer = server.enroll(code=server.bank.issue_code(USER_ID))
    refused(answer, 400, "A certificate was already issued for this key")


def test_two_waiting_requests_with_one_code_get_one_certificate(server: EstBank) -> None:
    server.set_policy(wait_polls=1)
    other = csr_of(OTHER_KEY, user_name())
    assert [server.enroll().status, server.enroll(other).status] == [202, 202]
    assert server.enroll().status == 200
    assert server.enroll(other).status == 400
    assert len(server.bank.certificates()) == 1


def test_a_slow_bank_says_when_to_ask_again(server: EstBank) -> None:
    server.set_policy(wait_polls=2, check_after=7)
    first, second = server.enroll(), server.enroll()
    for answer in (first, second):
        refused(answer, 202, "The certificate is being prepared.")
        assert headers_of(answer)["Retry-After"] == ["7"]
    assert issued(server.enroll()) == issued(server.enroll())


def test_five_wrong_codes_lock_the_right_one(server: EstBank) -> None:
    for _ in range(4):
        refused(server.enroll(code=WRONG), 401, "The user ID or the issue code is wrong")
    refused(server.enroll(code=WRONG), 403, "The issue code is locked")
    refused(server.enroll(), 403, "The issue code is locked")
    assert server.code_state() is CodeState.LOCKED
    assert not server.bank.certificates()


def test_unknown_user_id_gets_the_same_answer_as_a_wrong_code(server: EstBank) -> None:
    server.set_policy(http_schemes=(HttpScheme.BASIC,))
    unknown = server.guest.enroll(REQUEST, "NOBODY", WRONG)
    assert unknown == server.enroll(code=WRONG)


def test_expired_code_is_refused(server: EstBank) -> None:
    server.clock.advance(server.bank.policy.code_valid + timedelta(seconds=5))
    refused(server.enroll(), 401, "the code has expired")


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Basic", "Basic ???", "Basic " + base64.b64encode(b"no colon").decode(), "Bearer x"],
)
def test_without_a_credential_it_is_asked_for_and_nothing_counts(
    server: EstBank, authorization: str | None
) -> None:
    answer = server.guest.send("POST", "simpleenroll", REQUEST, authorization=authorization)
    refused(answer, 401, "The user ID and the issue code are needed.")
    kinds = [value.split(" ")[0] for value in headers_of(answer)["WWW-Authenticate"]]
    assert kinds == ["Digest", "Digest", "Basic"]
    assert server.enroll().status == 200


def test_a_certificate_in_tls_is_no_credential_for_simpleenroll(server: EstBank) -> None:
    holder, _ = server.holder()
    assert holder.send("POST", "simpleenroll", REQUEST).status == 401


# Digest (RFC 7616)


def digest_fields(server: EstBank, algorithm: str) -> dict[str, str]:
    """The fields of a right answer to the bank's challenge."""
    asked = headers_of(server.guest.send("POST", "simpleenroll"))["WWW-Authenticate"]
    challenge = next(one for one in asked if f"algorithm={algorithm}," in one)
    found = re.search(r'nonce="([^"]+)"', challenge)
    assert found is not None
    return {
        "username": USER_ID,
        "realm": "Practice Bank EST",
        "uri": PATH + "simpleenroll",
        "algorithm": algorithm,
        "nonce": found[1],
        "nc": "00000001",
        "cnonce": "0a4f113b",
        "qop": "auth",
    }


def digest(fields: dict[str, str], code: Secret) -> str:
    """The Authorization header with `response` computed as RFC 7616, 3.4.1 says."""
    name = {"SHA-256": "sha256", "MD5": "md5"}[fields["algorithm"]]

    def h(text: str) -> str:
        return hashlib.new(name, text.encode()).hexdigest()

    a1 = h(f"{fields['username']}:{fields['realm']}:{code.reveal()}")
    a2 = h(f"POST:{fields['uri']}")
    middle = ":".join(fields[name] for name in ("nonce", "nc", "cnonce", "qop"))
    sent = {**fields, "response": h(f"{a1}:{middle}:{a2}")}
    return "Digest " + ", ".join(f'{name}="{value}"' for name, value in sent.items())


@pytest.mark.parametrize("algorithm", ["SHA-256", "MD5"])
def test_digest_obtains_a_certificate(server: EstBank, algorithm: str) -> None:
    authorization = digest(digest_fields(server, algorithm), server.code)
    answer = server.guest.send("POST", "simpleenroll", REQUEST, authorization=authorization)
    assert issued(answer).spki == NEW_KEY.spki


def test_wrong_codes_by_digest_lock_the_code(server: EstBank) -> None:
    for _ in range(5):
        authorization = digest(digest_fields(server, "SHA-256"), WRONG)
        server.guest.send("POST", "simpleenroll", REQUEST, authorization=authorization)
    assert server.code_state() is CodeState.LOCKED


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("realm", "another"),
        ("uri", PATH + "simplereenroll"),
        ("qop", "auth-int"),
        ("nc", "1"),
        ("algorithm", "MD5-sess"),
    ],
)
def test_digest_for_something_else_is_not_taken(server: EstBank, field: str, value: str) -> None:
    authorization = digest(digest_fields(server, "MD5"), server.code)
    changed = re.sub(f'{field}="[^"]*"', f'{field}="{value}"', authorization)
    answer = server.guest.send("POST", "simpleenroll", REQUEST, authorization=changed)
    assert answer.status == 401
    assert not server.bank.certificates()


def test_a_field_that_is_given_twice_is_not_taken(server: EstBank) -> None:
    authorization = digest(digest_fields(server, "MD5"), server.code) + f', username="{USER_ID}"'
    answer = server.guest.send("POST", "simpleenroll", REQUEST, authorization=authorization)
    assert answer.status == 401


@pytest.mark.parametrize("forged", [False, True])
def test_an_old_or_foreign_nonce_is_stale_and_no_attempt(server: EstBank, forged: bool) -> None:
    fields = digest_fields(server, "SHA-256")
    if forged:
        fields["nonce"] = "6567a1b2-" + "00" * 32
    else:
        server.wire_clock.advance(NONCE_VALID + timedelta(seconds=5))
    for _ in range(6):
        authorization = digest(fields, WRONG)
        answer = server.guest.send("POST", "simpleenroll", REQUEST, authorization=authorization)
        assert "stale=true" in headers_of(answer)["WWW-Authenticate"][0]
    assert server.enroll().status == 200


def test_a_scheme_that_is_not_offered_is_not_taken(server: EstBank) -> None:
    server.set_policy(http_schemes=(HttpScheme.DIGEST_SHA256,))
    answer = server.enroll()
    assert answer.status == 401
    assert len(headers_of(answer)["WWW-Authenticate"]) == 1


# 更新 by the current certificate


def test_renewal_leaves_the_old_certificate_valid_until_the_new_one_is_used(
    server: EstBank,
) -> None:
    holder, old = server.holder()
    new = issued(holder.reenroll(renewal_of(old)))
    assert (new.spki, new.subject) == (NEW_KEY.spki, old.subject)
    assert [server.state(old), server.state(new)] == [CertificateState.CONFIRMED] * 2
    assert server.login(old) is LoginVerdict.WELCOME
    assert server.login(new) is LoginVerdict.WELCOME
    assert server.login(old) is LoginVerdict.SUPERSEDED


def test_repeating_a_renewal_gets_the_same_certificate_even_after_its_use(server: EstBank) -> None:
    holder, old = server.holder()
    new = issued(holder.reenroll(renewal_of(old)))
    assert issued(holder.reenroll(renewal_of(old))) == new
    server.login(new)
    assert issued(holder.reenroll(renewal_of(old))) == new
    assert len(server.bank.certificates()) == 2


def test_an_rsa_certificate_is_renewed_into_an_ec_key_and_back(server: EstBank) -> None:
    holder, old = server.holder()
    key = ec_signer()
    new = issued(holder.reenroll(renewal_of(old, key)))
    assert new.spki == key.spki
    server.clock.advance(timedelta(days=340))
    back = EstCustomer(server.guest.handle, new).reenroll(renewal_of(new))
    assert issued(back).spki == NEW_KEY.spki


def test_a_restarted_bank_knows_what_it_issued(server: EstBank, tmp_path: Path) -> None:
    holder, old = server.holder()
    new = issued(holder.reenroll(renewal_of(old)))
    again = Bank(tmp_path)
    assert issued(EstCustomer(EstResponder(again).handle, old).reenroll(renewal_of(old))) == new
    again.close()


def test_a_second_renewal_revokes_the_first_that_was_never_used(server: EstBank) -> None:
    holder, old = server.holder()
    first = issued(holder.reenroll(renewal_of(old)))
    second = issued(holder.reenroll(renewal_of(old, OTHER_KEY)))
    assert server.state(first) is CertificateState.REVOKED
    assert server.state(old) is server.state(second) is CertificateState.CONFIRMED
    assert server.bank.certificates()[1].reason is Reason.REQUESTED_AGAIN
    assert holder.reenroll(renewal_of(old)).status == 400


def test_renewing_with_the_new_certificate_is_its_use(server: EstBank) -> None:
    holder, old = server.holder()
    new = issued(holder.reenroll(renewal_of(old)))
    server.clock.advance(timedelta(days=340))
    again = EstCustomer(server.guest.handle, new).reenroll(renewal_of(new, OTHER_KEY))
    assert again.status == 200
    assert server.state(old) is CertificateState.SUPERSEDED


def test_a_clock_set_back_does_not_turn_old_into_new(server: EstBank) -> None:
    holder, old = server.holder()
    server.clock.advance(timedelta(days=-10))
    server.set_policy(renewal=replace(server.bank.policy.renewal, renew_days_before=60))
    new = issued(holder.reenroll(renewal_of(old)))
    server.login(old)
    assert server.state(new) is CertificateState.CONFIRMED
    server.login(new)
    assert server.state(old) is CertificateState.SUPERSEDED


def test_a_slow_bank_makes_a_renewal_wait(server: EstBank) -> None:
    server.set_policy(wait_polls=1)
    holder, old = server.holder()
    assert holder.reenroll(renewal_of(old)).status == 202
    assert issued(holder.reenroll(renewal_of(old))).spki == NEW_KEY.spki


def test_renewing_too_early_is_refused(server: EstBank) -> None:
    holder, old = server.holder(expires_in_days=100)
    refused(holder.reenroll(renewal_of(old)), 400, "Too early to renew")


def test_expired_certificate_is_refused(server: EstBank) -> None:
    holder, old = server.holder()
    server.clock.advance(timedelta(days=25))
    refused(holder.reenroll(renewal_of(old)), 400, "The certificate has expired")


def test_revoked_certificate_is_refused(server: EstBank) -> None:
    holder, old = server.holder()
    server.bank.revoke(old.serial_hex)
    refused(holder.reenroll(renewal_of(old)), 403, "revoked or superseded")


def test_renewal_without_a_certificate_is_refused(server: EstBank) -> None:
    _, old = server.holder()
    answer = server.guest.send(
        "POST", "simplereenroll", renewal_of(old), authorization=basic(USER_ID, server.code)
    )
    refused(answer, 403, "This request needs the other credential")


def test_another_banks_certificate_is_refused(server: EstBank) -> None:
    foreign = make_lab().issue(OLD_KEY.spki)
    answer = EstCustomer(server.guest.handle, foreign).reenroll(renewal_of(foreign))
    refused(answer, 403, "was not issued by this bank")


def test_renewal_to_another_subject_is_refused(server: EstBank) -> None:
    holder, _ = server.holder()
    text = "The requested subject differs from that of the certificate to renew."
    for subject in (customer_name(), user_name()):
        refused(holder.reenroll(csr_of(NEW_KEY, subject)), 400, text)


def test_renewal_with_the_old_key_is_refused(server: EstBank) -> None:
    holder, old = server.holder()
    refused(holder.reenroll(renewal_of(old, OLD_KEY)), 400, "already issued for this key")


def test_customers_with_further_secrets_cannot_renew_by_est(server: EstBank) -> None:
    holder, old = server.holder()
    server.bank.add_customer(USER_ID, "1403", pin=Secret("4711"))
    refused(holder.reenroll(renewal_of(old)), 403, "which EST cannot carry")
    with server.bank.repositories() as repositories:
        assert repositories.customers.secret_failures(USER_ID) == 0


# PKCS#10


def flipped(der: bytes) -> bytes:
    return der[:-1] + bytes([der[-1] ^ 1])


BAD_REQUESTS = {
    "wrong signature": (flipped(REQUEST), "proof of possession"),
    "weak hash": (csr_of(NEW_KEY, user_name(), algorithm=hashes.SHA224()), "proof of possession"),
    "trailing octet": (REQUEST + b"\x00", "malformed"),
    "cut": (REQUEST[:-1], "malformed"),
    "empty": (b"", "malformed"),
    "alternative name": (csr_of(NEW_KEY, user_name(), dns_names=["a.jp"]), "subject differs"),
    "another subject": (csr_of(NEW_KEY, customer_name()), "subject differs"),
    "challenge": (csr_of(NEW_KEY, user_name(), challenge=b"dGxzLXVuaXF1ZQ=="), "not supported"),
    "short RSA key": (csr_of(RsaSigner(rsa_key(7, 1024)), user_name()), "This key cannot be used"),
    "other curve": (csr_of(ec_signer(ec.SECP521R1()), user_name()), "This key cannot be used"),
}


@pytest.mark.parametrize("name", BAD_REQUESTS)
def test_bad_request_is_refused_and_the_code_stays_usable(server: EstBank, name: str) -> None:
    csr, english = BAD_REQUESTS[name]
    refused(server.enroll(csr), 400, english)
    assert server.code_state() is CodeState.ACTIVE
    assert not server.bank.certificates()


# HTTP


@pytest.mark.parametrize("breaks", [b"", b"\n", b"\r\n"])
def test_base64_with_and_without_line_breaks(server: EstBank, breaks: bytes) -> None:
    text = base64.b64encode(REQUEST)
    lines = breaks.join(text[start : start + 64] for start in range(0, len(text), 64))
    answer = server.guest.send(
        "POST", "simpleenroll", body=lines, authorization=basic(USER_ID, server.code)
    )
    assert answer.status == 200


@pytest.mark.parametrize(
    "body",
    [REQUEST, b"not base64!", b"TUlJ=", "電".encode()],
    ids=["DER", "characters", "padding", "Japanese"],
)
def test_anything_but_base64_is_refused(server: EstBank, body: bytes) -> None:
    answer = server.guest.send(
        "POST", "simpleenroll", body=body, authorization=basic(USER_ID, server.code)
    )
    refused(answer, 400, "malformed")


def test_wrong_content_type_and_length(server: EstBank) -> None:
    right = basic(USER_ID, server.code)
    answer = server.guest.send(
        "POST", "simpleenroll", REQUEST, authorization=right, media_type="application/json"
    )
    refused(answer, 415, "application/pkcs10")
    long = b"A" * (MAX_BODY + 1)
    answer = server.guest.send("POST", "simpleenroll", body=long, authorization=right)
    refused(answer, 413, "too long")


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        ("POST", "cacerts", 405, ["GET, HEAD"]),
        ("PUT", "csrattrs", 405, ["GET, HEAD"]),
        ("GET", "simpleenroll", 405, ["POST"]),
        ("DELETE", "practice/simplereenroll", 405, ["POST"]),
        ("POST", "serverkeygen", 501, None),
        ("POST", "fullcmc", 501, None),
        ("GET", "other/cacerts", 404, None),
        ("GET", "practice/practice/cacerts", 404, None),
        ("GET", "practice/", 404, None),
        ("GET", "/cacerts", 404, None),
        ("GET", "cacerts/", 404, None),
    ],
)
def test_other_methods_and_operations(
    server: EstBank, method: str, path: str, status: int, allowed: list[str] | None
) -> None:
    answer = server.guest.send(method, path)
    refused(answer, status, "")
    assert headers_of(answer).get("Allow") == allowed
