"""Which signers of a response the client trusts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.x509 import SubjectKeyIdentifier
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from certclient.ca.cmp.trust import Trust, verified_signer
from certclient.cmp import syntax
from certclient.cmp.bodies import PkiConfirm
from certclient.cmp.messages import Header, Message
from certclient.cmp.names import EMPTY_NAME, directory_name
from certclient.cmp.protection import ProtectionError, protect_with_signature
from certclient.model.ca_signatures import ALL_CA_SIGNATURES, CaSignature
from certclient.model.certificate import Certificate
from support.ca_keys import KINDS, identifier, sign
from support.paths import NOW as PATHS_NOW
from support.paths import Authority
from support.pki import (
    CMC_CA,
    CMC_RA,
    SERVER_AUTH,
    Lab,
    RsaSigner,
    TestCa,
    ca_name,
    make_lab,
    make_root,
    rsa_key,
    rsa_signer,
)

CM_KGA = ObjectIdentifier("1.3.6.1.5.5.7.3.32")
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HEADER = Header(directory_name(EMPTY_NAME), directory_name(EMPTY_NAME), bytes(16), bytes(16))


@pytest.fixture(scope="module")
def lab() -> Lab:
    return make_lab(NOW)


def signed(key: RsaSigner, *certificates: Certificate, **header: Any) -> Message:
    """`header`: fields of the header that differ; without them it names nobody."""
    extra = tuple(certificate.der for certificate in certificates)
    named = replace(HEADER, **header)
    return Message.decode(protect_with_signature(named, PkiConfirm(), key, extra).encode())


def trust(lab: Lab, *known: Certificate, now: datetime = NOW) -> Trust:
    return Trust(lab.anchors, known, now)


def test_issuing_ca_may_sign_its_own_responses(lab: Lab) -> None:
    issuing = lab.intermediate
    message = signed(issuing.signer, issuing.certificate)
    assert verified_signer(message, trust(lab)) == issuing.certificate


def test_trust_anchor_is_found_without_extra_certs(lab: Lab) -> None:
    assert verified_signer(signed(lab.root.signer), trust(lab)) == lab.root.certificate


def test_issuer_of_the_current_certificate_is_found_without_extra_certs(lab: Lab) -> None:
    message = signed(lab.intermediate.signer)
    assert verified_signer(message, trust(lab, *lab.chain)) == lab.intermediate.certificate
    with pytest.raises(ProtectionError):
        verified_signer(message, trust(lab))


@pytest.mark.parametrize("usage", [CMC_CA, CMC_RA])
def test_server_with_cmc_extended_key_usage_may_sign_for_the_ca(
    lab: Lab, usage: ObjectIdentifier
) -> None:
    key = rsa_signer(3)
    server = lab.intermediate.issue(key.spki, ca_name("CMP"), usages=[usage])
    assert verified_signer(signed(key, server, *lab.chain), trust(lab)) == server


@pytest.mark.parametrize(
    "usages",
    [
        pytest.param([ExtendedKeyUsageOID.CLIENT_AUTH], id="another customer"),
        pytest.param([SERVER_AUTH], id="a web server"),
        pytest.param([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE], id="any usage"),
        pytest.param([], id="no usage"),
    ],
)
def test_other_certificates_of_the_ca_may_not_sign_for_it(
    lab: Lab, usages: list[ObjectIdentifier]
) -> None:
    key = rsa_signer(3)
    certificate = lab.intermediate.issue(key.spki, usages=usages)
    with pytest.raises(ProtectionError, match="does not speak for the CA"):
        verified_signer(signed(key, certificate, *lab.chain), trust(lab))


def test_key_generation_authority_may_not_sign_for_the_ca(lab: Lab) -> None:
    """id-kp-cmKGA authorizes it to make keys, not to answer (RFC 9810, 4.5)."""
    key = rsa_signer(3)
    authority = lab.intermediate.issue(key.spki, ca_name("KGA"), usages=[CM_KGA])
    with pytest.raises(ProtectionError, match="does not speak for the CA"):
        verified_signer(signed(key, authority, *lab.chain), trust(lab))


@pytest.mark.parametrize("usage", [CMC_CA, CMC_RA, CM_KGA])
def test_a_usage_that_no_ca_of_the_bank_gave_is_worth_nothing(
    lab: Lab, usage: ObjectIdentifier
) -> None:
    """Given by itself, by another customer, by another hierarchy that the message sends along."""
    key, other = rsa_signer(3), make_lab(NOW, label="Other")
    customer = TestCa(lab.intermediate.issue(rsa_signer(4).spki), rsa_key(4), NOW)
    for giver in (make_root("CMP", rsa_key(3), NOW), customer, other.intermediate):
        holder = giver.issue(key.spki, ca_name("CMP"), usages=[usage])
        chain = (giver.certificate, *lab.chain, other.root.certificate)
        with pytest.raises(ProtectionError):
            verified_signer(signed(key, holder, *chain), trust(lab))


def test_with_named_issuing_cas_no_other_ca_may_sign_or_authorize(lab: Lab) -> None:
    """Below an anchor may be CAs of others (`ca.issuers`)."""
    key = rsa_signer(3)
    strangers = lab.root.issue_ca("Another bank's CA", rsa_key(8))
    own = replace(trust(lab), issuers=frozenset({"EXAMPLE Issuing CA"}))
    for authority, trusted in ((lab.intermediate, True), (strangers, False), (lab.root, True)):
        server = authority.issue(key.spki, ca_name("CMP"), usages=[CMC_RA])
        chain = (authority.certificate, lab.root.certificate)
        for message in (
            signed(key, server, *chain),
            signed(authority.signer, *chain),
        ):
            assert verified_signer(message, trust(lab)), "without names, all of the hierarchy"
            if trusted:
                assert verified_signer(message, own)
            else:
                with pytest.raises(ProtectionError, match="none of the bank's CAs"):
                    verified_signer(message, own)


def test_complete_chain_of_another_ca_is_not_trusted(lab: Lab) -> None:
    other = make_lab(NOW, label="Other")
    message = signed(
        other.intermediate.signer, other.intermediate.certificate, other.root.certificate
    )
    with pytest.raises(ProtectionError):
        verified_signer(message, trust(lab))


def test_expired_server_certificate_is_not_trusted(lab: Lab) -> None:
    key = rsa_signer(3)
    server = lab.intermediate.issue(key.spki, ca_name("CMP"), usages=[CMC_CA], days=10)
    message = signed(key, server, *lab.chain)
    assert verified_signer(message, trust(lab)) == server
    with pytest.raises(ProtectionError):
        verified_signer(message, trust(lab, now=NOW + timedelta(days=11)))


def test_certificate_of_another_key_does_not_authenticate_a_message(lab: Lab) -> None:
    message = signed(rsa_signer(3), lab.intermediate.certificate, lab.root.certificate)
    with pytest.raises(ProtectionError):
        verified_signer(message, trust(lab))


def test_ca_without_signing_key_usage_is_not_trusted(lab: Lab) -> None:
    issues_only = lab.root.issue_ca("Issues only", rsa_key(8), may_sign=False)
    assert verified_signer(signed(issues_only.signer, issues_only.certificate), trust(lab))
    neither = lab.root.issue_ca("Neither", rsa_key(8), may_sign=False, may_issue=False)
    with pytest.raises(ProtectionError, match="does not speak for the CA"):
        verified_signer(signed(neither.signer, neither.certificate), trust(lab))


def test_unreadable_extra_certs_are_skipped(lab: Lab) -> None:
    issuing = lab.intermediate
    extra = (b"\x30\x03\x02\x01\x05", issuing.certificate.der)
    message = protect_with_signature(HEADER, PkiConfirm(), issuing.signer, extra)
    assert verified_signer(Message.decode(message.encode()), trust(lab)) == issuing.certificate


# --- Signature algorithms (RFC 9481, 3; RFC 9881) ------------------------------------------------


def signed_by(kind: CaSignature, ca: Authority) -> Message:
    header = replace(HEADER, protection_alg=identifier(kind))
    message = Message.build(header, PkiConfirm(), (ca.certificate.der,))
    return Message.decode(message.protected(sign(kind, message.protected_part)).encode())


@pytest.mark.parametrize("kind", CaSignature)
def test_a_ca_may_sign_by_every_algorithm_that_the_profile_allows(kind: CaSignature) -> None:
    own, signing = KINDS[kind]
    root = Authority.root("Root", own, signing=signing)
    message = signed_by(kind, root)
    trusted = Trust([root.certificate], (), PATHS_NOW)
    assert verified_signer(message, trusted) == root.certificate
    with pytest.raises(ProtectionError, match="not accepted"):
        verified_signer(message, replace(trusted, signatures=ALL_CA_SIGNATURES - {kind}))


# --- Whom the header names (RFC 9483, 3.1) -------------------------------------------------------


def key_id(certificate: Certificate) -> bytes:
    identifier = certificate.x509.extensions.get_extension_for_class(SubjectKeyIdentifier).value
    return identifier.digest


@pytest.mark.parametrize(
    ("sender", "is_named"),
    [
        ("Example Issuing CA", True),
        ("EXAMPLE  issuing ca", True),
        ("Example Root CA", False),
        ("", True),
    ],
)
def test_the_sender_is_the_signer(lab: Lab, sender: str, is_named: bool) -> None:
    issuing = lab.intermediate
    name = ca_name(sender).public_bytes() if sender else EMPTY_NAME
    message = signed(issuing.signer, issuing.certificate, sender=directory_name(name))
    if is_named:
        assert verified_signer(message, trust(lab)) == issuing.certificate
        return
    with pytest.raises(ProtectionError, match="not the sender"):
        verified_signer(message, trust(lab))


def test_the_sender_kid_is_the_signers_key(lab: Lab) -> None:
    issuing, root = lab.intermediate, lab.root
    named = signed(issuing.signer, issuing.certificate, sender_kid=key_id(issuing.certificate))
    assert verified_signer(named, trust(lab)) == issuing.certificate
    for other in (key_id(root.certificate), b"", b"TKYM1408054"):
        message = signed(issuing.signer, issuing.certificate, sender_kid=other)
        with pytest.raises(ProtectionError, match="not the senderKID"):
            verified_signer(message, trust(lab))


def test_a_sender_that_is_a_uri_is_refused(lab: Lab) -> None:
    uri = syntax.wrap(0x86, b"https://ca.example.jp/")
    message = signed(lab.root.signer, lab.root.certificate, sender=uri)
    with pytest.raises(ProtectionError, match="no directoryName"):
        verified_signer(message, trust(lab))
