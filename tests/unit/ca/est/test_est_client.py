"""The EST client: what it sends, to whom it shows the issue code, and how it takes any answer."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from certclient.ca.client import (
    BankSecrets,
    CaClient,
    CertificateCredential,
    IssueCodeCredential,
    Issued,
    SignerStatus,
    Transaction,
    Waiting,
    is_proven,
)
from certclient.ca.est.addresses import operation_url
from certclient.ca.est.client import EstClient
from certclient.ca.http.challenges import Request, challenges, digest
from certclient.ca.path import validate_path
from certclient.model import ber
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.proxy_login import ProxyLogin
from certclient.model.secret import Secret
from support.est_server import (
    BASE,
    BASIC,
    DIGEST,
    USER,
    Issuing,
    Reply,
    ScriptedEst,
    certs_only,
    challenge,
    client_of,
    est_of,
    text,
)
from support.pki import Lab, make_lab, rsa_signer

NOW = datetime.now(UTC)
CODE = "himitsu-４７１１-秘密"
BY_CODE = IssueCodeCredential(USER, Secret(CODE))
NEW_KEY = rsa_signer(2)
WORDS = "この発行コードは期限切れです"


@pytest.fixture(scope="module")
def lab() -> Lab:
    return make_lab(NOW)


@pytest.fixture(scope="module")
def by_key(lab: Lab) -> CertificateCredential:
    key = rsa_signer(1)
    return CertificateCredential(lab.issue(key.spki, days=20), key, lab.chain)


def obtained(server: ScriptedEst, lab: Lab, client: EstClient | None = None) -> Issued:
    client = client or client_of(server, lab)
    answer = client.send(client.prepare_obtain(BY_CODE, NEW_KEY), BY_CODE)
    assert isinstance(answer, Issued)
    return answer


def failed(server: ScriptedEst, lab: Lab) -> CertclientError:
    with pytest.raises(CertclientError) as raised:
        obtained(server, lab)
    return raised.value


def octets(status: int, body: bytes, charset: str) -> Reply:
    return Reply(status, body, (("Content-Type", f"text/plain; charset={charset}"),))


def request_in(body: bytes) -> x509.CertificateSigningRequest:
    return x509.load_der_x509_csr(base64.b64decode(body))


def test_a_certificate_is_obtained_with_the_code(lab: Lab) -> None:
    issuing = Issuing(lab)
    server = est_of(lab, challenge(BASIC), issuing)
    client: CaClient = client_of(server, lab)
    answer = client.send(client.prepare_obtain(BY_CODE, NEW_KEY), BY_CODE)
    assert isinstance(answer, Issued)
    assert answer.certificate == issuing.issued[0]
    assert answer.confirmed
    # From cacerts: the answer had the certificate alone.
    assert answer.chain == (*lab.chain, *lab.anchors)
    assert server.asked == ["cacerts", "csrattrs", "simpleenroll", "simpleenroll"]
    post = server.posts[1]
    assert (post.content_type, post.accept) == ("application/pkcs10", "application/pkcs7-mime")
    request = request_in(post.body)
    assert request.is_signature_valid
    assert request.subject.rfc4514_string() == f"CN={USER}"


def test_the_code_is_shown_only_when_asked_for_and_in_utf_8(lab: Lab) -> None:
    server = est_of(lab, challenge(BASIC), Issuing(lab))
    obtained(server, lab)
    assert [("Authorization" in dict(one.headers)) for one in server.posts] == [False, True]
    scheme, _, value = dict(server.posts[1].headers)["Authorization"].partition(" ")
    assert scheme == "Basic"
    assert base64.b64decode(value).decode() == f"{USER}:{CODE}"
    assert server.posts[0].body == server.posts[1].body


def test_digest_is_preferred_and_covers_the_address(lab: Lab) -> None:
    server = est_of(lab, challenge(BASIC, DIGEST), Issuing(lab))
    obtained(server, lab)
    sent = dict(server.posts[1].headers)["Authorization"]
    cnonce = sent.partition('cnonce="')[2].partition('"')[0]
    login = ProxyLogin(USER, Secret(CODE))
    address = Request("POST", "/.well-known/est/simpleenroll")
    (offer,) = challenges([DIGEST])
    assert sent.encode("latin-1") == digest(login, offer, address, cnonce)
    assert CODE not in sent


def test_a_wrong_code_costs_one_attempt(lab: Lab) -> None:
    refused = replace(text(401, WORDS), headers=(("WWW-Authenticate", DIGEST),))
    server = est_of(lab, challenge(DIGEST, BASIC), refused)
    error = failed(server, lab)
    assert error.code is ErrorCode.ISSUE_CODE_WRONG
    assert error.data["user_id"] == USER
    assert len(server.posts) == 2
    assert CODE not in repr(error)


def test_a_nonce_that_was_too_old_is_no_wrong_code(lab: Lab) -> None:
    stale = challenge(DIGEST.replace("n1", "n2") + ", stale=true")
    server = est_of(lab, challenge(DIGEST), stale, Issuing(lab))
    obtained(server, lab)
    assert 'nonce="n2"' in dict(server.posts[2].headers)["Authorization"]
    looping = est_of(lab, challenge(DIGEST), stale)
    assert failed(looping, lab).code is ErrorCode.ISSUE_CODE_WRONG
    assert len(looping.posts) == 3


def test_a_login_that_is_not_possible_is_named(lab: Lab) -> None:
    error = failed(est_of(lab, challenge("Negotiate", "NTLM")), lab)
    assert error.code is ErrorCode.CA_REQUIREMENT
    assert error.data["requirement"] == "HTTP authentication by Negotiate, NTLM"


def test_a_server_that_does_not_say_how_means_basic(lab: Lab) -> None:
    server = est_of(lab, Reply(401), Issuing(lab))
    obtained(server, lab)
    assert dict(server.posts[1].headers)["Authorization"].startswith("Basic ")


def test_a_user_id_with_a_colon_is_never_sent_by_basic(lab: Lab) -> None:
    credential = IssueCodeCredential("a:b", Secret(CODE))
    server = est_of(lab, challenge(BASIC))
    client = client_of(server, lab)
    transaction = client.prepare_obtain(credential, NEW_KEY)
    with pytest.raises(CertclientError) as raised:
        client.send(transaction, credential)
    assert raised.value.code is ErrorCode.CA_REQUIREMENT
    assert len(server.posts) == 1


def test_a_renewal_is_authenticated_by_tls_and_keeps_the_names(
    lab: Lab, by_key: CertificateCredential
) -> None:
    server = est_of(lab, Issuing(lab))
    client = client_of(server, lab)
    answer = client.send(client.prepare_renew(by_key, NEW_KEY), by_key)
    assert isinstance(answer, Issued)
    (post,) = server.posts
    assert server.asked[-1] == "simplereenroll"
    assert post.identity is not None
    assert (post.identity.certificate, post.identity.signer) == (by_key.certificate, by_key.signer)
    assert "Authorization" not in dict(post.headers)
    assert by_key.certificate.subject in base64.b64decode(post.body)
    assert [one.identity for one in server.requests[:-1]] == [None, None]


def test_the_server_gets_the_issuing_ca_that_it_may_not_know(
    lab: Lab, by_key: CertificateCredential
) -> None:
    """A store has the customer's certificate only; cacerts has what stands above it."""
    server = est_of(lab, Issuing(lab))
    client, alone = client_of(server, lab), replace(by_key, chain=())
    client.send(client.prepare_renew(alone, NEW_KEY), alone)
    identity = server.posts[0].identity
    assert identity is not None
    assert identity.ordered_chain() == (by_key.certificate, *lab.chain)


def test_a_renewal_keeps_the_alternative_names(lab: Lab) -> None:
    key = rsa_signer(1)
    mail = x509.SubjectAlternativeName([x509.RFC822Name("taro@example.jp")])
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, USER)])
    current = lab.intermediate.issue(key.spki, name, dns_names=["pc.example.jp"])
    credential = CertificateCredential(current, key, lab.chain)
    server = est_of(lab, Issuing(lab))
    client = client_of(server, lab)
    client.send(client.prepare_renew(credential, NEW_KEY), credential)
    asked = request_in(server.posts[0].body).extensions.get_extension_for_class(type(mail)).value
    assert asked.get_values_for_type(x509.DNSName) == ["pc.example.jp"]


def test_a_computer_that_cannot_authenticate_says_so_before_anything_is_asked(
    lab: Lab, by_key: CertificateCredential
) -> None:
    server = est_of(lab, Issuing(lab))
    server.cannot_authenticate = CertclientError(ErrorCode.TLS_LIBRARY_MISSING)
    with pytest.raises(CertclientError) as raised:
        client_of(server, lab).prepare_renew(by_key, NEW_KEY)
    assert raised.value.code is ErrorCode.TLS_LIBRARY_MISSING
    assert not server.requests


def test_the_banks_secrets_have_no_place(lab: Lab, by_key: CertificateCredential) -> None:
    server = est_of(lab, Issuing(lab))
    with pytest.raises(CertclientError) as raised:
        client_of(server, lab).prepare_renew(by_key, NEW_KEY, BankSecrets(Secret("1234")))
    assert raised.value.code is ErrorCode.CA_NOT_OFFERED
    assert not server.requests


def test_the_same_bytes_are_sent_after_a_crash(lab: Lab) -> None:
    server = est_of(lab, challenge(BASIC), text(500, ""), challenge(BASIC), Issuing(lab))
    client = client_of(server, lab)
    transaction = client.prepare_obtain(BY_CODE, NEW_KEY)
    assert CODE.encode() not in transaction.state
    with pytest.raises(CertclientError) as raised:
        client.send(transaction, BY_CODE)
    assert raised.value.code is ErrorCode.SERVER_ERROR
    journalled = Transaction(transaction.transaction_id, transaction.state)
    client_of(server, lab).send(journalled, BY_CODE)
    assert len({one.body for one in server.posts}) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ((("Retry-After", "120"),), 120),
        ((), 60),
        (
            (
                ("Date", "Fri, 20 Nov 2026 12:00:00 GMT"),
                ("Retry-After", "Fri, 20 Nov 2026 12:05:00 GMT"),
            ),
            300,
        ),
    ],
)
def test_202_is_waiting_and_polling_repeats_the_request(
    lab: Lab, header: tuple[tuple[str, str], ...], seconds: float
) -> None:
    waiting = replace(text(202, "審査中です"), headers=(("Content-Type", "text/plain"), *header))
    server = est_of(lab, challenge(BASIC), waiting, challenge(BASIC), Issuing(lab))
    client = client_of(server, lab)
    transaction = client.prepare_obtain(BY_CODE, NEW_KEY)
    answer = client.send(transaction, BY_CODE)
    assert answer == Waiting(transaction, seconds, "審査中です")
    assert isinstance(client.poll(answer.transaction, BY_CODE), Issued)
    assert len({one.body for one in server.posts}) == 1


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (text(403, WORDS), WORDS),
        (text(400, WORDS, "text/plain; charset=utf-8"), WORDS),
        (octets(400, WORDS.encode("shift_jis"), "Shift_JIS"), WORDS),
        (octets(400, b"abc \xff", "nonsense"), "abc \ufffd"),
        (text(409, '{"title": "No", "detail": "expired"}', "application/problem+json"), "expired"),
        (text(422, '{"error_message": "no such user"}', "application/json"), "no such user"),
        (text(400, "[" * 100_000, "application/json"), ""),
        (text(400, "<html>Bad Request</html>", "text/html;charset=utf-8"), ""),
        (text(400, "x" * 10_000), "x" * 500),
        (text(403, f"{WORDS}\r\n\r\n Expired.\n"), f"{WORDS} Expired."),
        (Reply(400), ""),
    ],
)
def test_a_refusal_has_the_cas_words(lab: Lab, reply: Reply, message: str) -> None:
    error = failed(est_of(lab, challenge(BASIC), reply), lab)
    assert error.code is ErrorCode.CA_REFUSED
    assert error.data["message"] == message
    assert error.data["failure"] == f"HTTP {reply.status}"
    assert is_proven(error)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (204, ErrorCode.CA_MALFORMED),
        (301, ErrorCode.SERVER_ADDRESS),
        (404, ErrorCode.SERVER_ADDRESS),
        (408, ErrorCode.SERVER_ERROR),
        (429, ErrorCode.SERVER_BUSY),
        (500, ErrorCode.SERVER_ERROR),
        (503, ErrorCode.SERVER_BUSY),
    ],
)
def test_other_statuses_are_no_refusal(lab: Lab, status: int, code: ErrorCode) -> None:
    assert failed(est_of(lab, challenge(BASIC), Reply(status)), lab).code is code


def test_the_leaf_is_found_wherever_it_stands(lab: Lab) -> None:
    another = lab.issue(rsa_signer(3).spki)
    issuing = Issuing(lab, [*lab.anchors, another, *lab.chain])
    answer = obtained(est_of(lab, challenge(BASIC), issuing), lab)
    assert answer.certificate == issuing.issued[0]
    assert answer.chain == (*lab.chain, *lab.anchors)


def test_of_two_certificates_for_the_key_the_newer_one_counts(lab: Lab) -> None:
    older = lab.intermediate.issue(NEW_KEY.spki, days=30)
    newer = make_lab(NOW + timedelta(hours=1)).issue(NEW_KEY.spki)
    body = certs_only(newer, older)
    assert obtained(est_of(lab, challenge(BASIC), Reply(200, body)), lab).certificate == newer


def test_another_customers_certificate_is_left_to_the_callers_checks(lab: Lab) -> None:
    another = lab.issue(rsa_signer(3).spki)
    body = certs_only(*lab.chain, another)
    assert obtained(est_of(lab, challenge(BASIC), Reply(200, body)), lab).certificate == another


@pytest.mark.parametrize("body", [b"", b"###", b"MAA="])
def test_an_answer_without_a_certificate_is_malformed(lab: Lab, body: bytes) -> None:
    assert (
        failed(est_of(lab, challenge(BASIC), Reply(200, body)), lab).code is ErrorCode.CA_MALFORMED
    )
    only_ca = Reply(200, certs_only(*lab.chain))
    assert failed(est_of(lab, challenge(BASIC), only_ca), lab).code is ErrorCode.CA_MALFORMED


def test_ca_certificates_that_lead_to_no_anchor_are_left_out(lab: Lab) -> None:
    strange = make_lab(NOW, label="Another")
    server = est_of(lab, challenge(BASIC), Issuing(lab))
    server.gets["cacerts"] = Reply(200, certs_only(*strange.chain, *strange.anchors, *lab.chain))
    assert obtained(server, lab).chain == lab.chain


def test_a_new_issuing_ca_is_asked_for_after_a_long_wait(lab: Lab) -> None:
    """The CA changed its key while the request waited: cacerts has the new one now."""
    server = est_of(lab, challenge(BASIC), Issuing(lab))
    server.gets["cacerts"] = Reply(200, certs_only(*lab.anchors))
    client = client_of(server, lab)
    transaction = client.prepare_obtain(BY_CODE, NEW_KEY)
    server.gets["cacerts"] = Reply(200, certs_only(*lab.chain, *lab.anchors))
    answer = client.send(transaction, BY_CODE)
    assert isinstance(answer, Issued)
    assert lab.chain[0] in answer.chain
    assert server.asked[-1] == "cacerts"


def test_the_certificates_of_a_rollover_lead_to_the_old_anchor(lab: Lab) -> None:
    """The CA has a new root, which the old one certifies (RFC 7030, 4.1.3: NewWithOld)."""
    new = make_lab(NOW, label="Next")
    new_with_old = lab.root.issue_ca("Next Root CA", new.root.key, path_length=1).certificate
    server = est_of(lab, challenge(BASIC), Issuing(new))
    server.gets["cacerts"] = Reply(200, certs_only(*new.chain, *new.anchors, new_with_old))
    answer = obtained(server, lab)
    path = validate_path(answer.certificate, answer.chain, lab.anchors, NOW)
    assert path == (answer.certificate, *new.chain, new_with_old, *lab.anchors)


def test_a_certificate_is_not_lost_with_the_answer_to_cacerts(lab: Lab) -> None:
    """A network that fails just then is no reason to refuse the certificate: it is asked again."""
    server = est_of(lab, challenge(BASIC), Issuing(lab))
    server.gets["cacerts"] = Reply(200, certs_only(*lab.anchors))
    client = client_of(server, lab)
    transaction = client.prepare_obtain(BY_CODE, NEW_KEY)
    server.gets["cacerts"] = CertclientError(ErrorCode.NETWORK_TIMEOUT, host="ca.example.jp")
    with pytest.raises(CertclientError) as raised:
        client.send(transaction, BY_CODE)
    assert raised.value.code is ErrorCode.NETWORK_TIMEOUT
    assert raised.value.data["url"] == f"{BASE}/cacerts"


@pytest.mark.parametrize("status", [204, 401, 403, 404, 405, 501])
def test_a_ca_without_attributes_is_fine(lab: Lab, status: int) -> None:
    server = est_of(lab, challenge(BASIC), Issuing(lab))
    server.gets["csrattrs"] = Reply(status, b"<html>", (("Content-Type", "text/html"),))
    obtained(server, lab)


def test_what_the_ca_requires_is_refused_before_anything_is_sent(lab: Lab) -> None:
    wanted = ber.encoded(ber.SEQUENCE, ber.encoded_oid("1.2.840.113549.1.9.7"))
    server = est_of(lab, Issuing(lab), attributes=base64.b64encode(wanted))
    with pytest.raises(CertclientError) as raised:
        client_of(server, lab).prepare_obtain(BY_CODE, NEW_KEY)
    assert raised.value.code is ErrorCode.CA_REQUIREMENT
    assert not server.posts


def test_what_the_ca_wants_is_in_the_request(lab: Lab) -> None:
    wanted = ber.encoded(
        ber.SEQUENCE, ber.encoded_oid("2.5.29.37") + ber.encoded_oid("1.2.840.113549.1.1.12")
    )
    server = est_of(lab, challenge(BASIC), Issuing(lab), attributes=base64.b64encode(wanted))
    obtained(server, lab)
    request = request_in(server.posts[0].body)
    assert request.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    digest_name = request.signature_hash_algorithm
    assert digest_name is not None
    assert digest_name.name == "sha384"


def test_what_est_lacks_is_said(lab: Lab, by_key: CertificateCredential) -> None:
    server = est_of(lab, challenge(BASIC), Issuing(lab))
    client = client_of(server, lab)
    issued = obtained(server, lab, client)
    asked = len(server.requests)
    client.confirm(issued, BY_CODE)
    assert client.signer_status(by_key) is SignerStatus.UNKNOWN
    with pytest.raises(CertclientError) as raised:
        client.revoke(by_key, by_key.certificate)
    assert raised.value.code is ErrorCode.CA_NOT_OFFERED
    with pytest.raises(CertclientError) as raised:
        client.withdraw(issued.transaction, BY_CODE)
    assert raised.value.code is ErrorCode.CA_NOT_OFFERED
    assert len(server.requests) == asked


def test_an_empty_code_is_asked_for_before_anything_is_sent(lab: Lab) -> None:
    server = est_of(lab, Issuing(lab))
    with pytest.raises(CertclientError) as raised:
        client_of(server, lab).prepare_obtain(IssueCodeCredential(USER, Secret("")), NEW_KEY)
    assert raised.value.code is ErrorCode.ISSUE_CODE_REQUIRED
    assert not server.requests


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://ca.example.jp", "https://ca.example.jp/.well-known/est/cacerts"),
        ("https://ca.example.jp/", "https://ca.example.jp/.well-known/est/cacerts"),
        (BASE, f"{BASE}/cacerts"),
        (f"{BASE}/bank/", f"{BASE}/bank/cacerts"),
        (f"{BASE}?tenant=1", f"{BASE}/cacerts?tenant=1"),
    ],
)
def test_the_address_of_an_operation(base: str, url: str) -> None:
    assert operation_url(base, "cacerts") == url


def test_a_damaged_journal_is_said(lab: Lab) -> None:
    with pytest.raises(CertclientError) as raised:
        client_of(est_of(lab), lab).send(Transaction("00", b"{}"), BY_CODE)
    assert raised.value.code is ErrorCode.JOURNAL_DAMAGED


def test_certificates_of_the_state_are_read_back(lab: Lab) -> None:
    server = est_of(lab, challenge(BASIC), Issuing(lab))
    transaction = client_of(server, lab).prepare_obtain(BY_CODE, NEW_KEY)
    server.gets.clear()  # nothing more is asked for
    answer = client_of(server, lab).send(transaction, BY_CODE)
    assert isinstance(answer, Issued)
    assert answer.chain == (Certificate.from_der(lab.chain[0].der), *lab.anchors)
