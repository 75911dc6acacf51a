"""Kinds of paths that are valid or not (RFC 5280, 6), each made here.

After the kinds that x509-limbo has; without those that are a website's matter (host names, public
suffixes) and the CA/Browser Forum's. Left out as well: requirements on a CA's encoding that say
nothing about the path (authorityKeyIdentifier absent, length of serial numbers).
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID, ObjectIdentifier

from certclient.ca.path import PathError, validate_path
from certclient.ca.pkix.building import MAX_INTERMEDIATES
from certclient.cmp import syntax
from certclient.cmp.names import AlgorithmIdentifier
from certclient.model.certificate import Certificate
from support.paths import DAY, NOW, Authority, Extensions, Signing, key, signed, unknown, usage

CA = Extensions(ca=True)


def is_valid(leaf: Certificate, *issuers: Authority, root: Authority) -> bool:
    certificates = [one.certificate for one in issuers]
    try:
        validate_path(leaf, certificates, [root.certificate], NOW)
    except PathError:
        return False
    return True


# --- Extensions of CAs ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("extensions", "valid"),
    [
        (CA, True),
        (Extensions(ca=True, usage=usage()), True),
        (Extensions(ca=True, usage=usage(issues=False, signs=True)), False),
        (Extensions(ca=False), False),
        (Extensions(), False),
        (Extensions(usage=usage()), False),
        (Extensions(ca=True, others=[(unknown(), False)]), True),
        (Extensions(ca=True, others=[(unknown(), True)]), False),
    ],
)
def test_what_makes_a_ca(extensions: Extensions, valid: bool) -> None:
    root = Authority.root()
    issuing = root.ca(extensions=extensions)
    assert is_valid(issuing.leaf(), issuing, root=root) is valid
    other_root = Authority.root("Other", extensions=extensions)
    assert is_valid(other_root.leaf(), root=other_root) is valid


@pytest.mark.parametrize("critical", [True, False])
def test_unknown_critical_extensions_of_the_leaf(critical: bool) -> None:
    root = Authority.root()
    leaf = root.leaf(extensions=Extensions(ca=False, others=[(unknown(), critical)]))
    assert is_valid(leaf, root=root) is not critical


def test_an_extension_twice_is_refused() -> None:
    root = Authority.root()
    assert not is_valid(_doubled_extension(root), root=root)


def _doubled_extension(root: Authority) -> Certificate:
    """A leaf that its CA signed with one extension twice, which `cryptography` refuses to make."""
    one, other = unknown("1.3.6.1.4.1.99999.1"), unknown("1.3.6.1.4.1.99999.2")
    leaf = root.leaf(extensions=Extensions(ca=False, others=[(one, False), (other, False)]))
    signed_part = leaf.x509.tbs_certificate_bytes
    marks = [_oid_der(one.oid), _oid_der(other.oid)]
    assert all(signed_part.count(mark) == 1 for mark in marks)
    return _resigned(root, signed_part.replace(marks[1], marks[0]))


def _oid_der(oid: ObjectIdentifier) -> bytes:
    return syntax.encoded_oid(oid.dotted_string)


def _resigned(root: Authority, signed_part: bytes) -> Certificate:
    assert isinstance(root.key, ec.EllipticCurvePrivateKey)
    algorithm = AlgorithmIdentifier("1.2.840.10045.4.3.2").encode()
    signature = root.key.sign(signed_part, ec.ECDSA(hashes.SHA256()))
    bits = syntax.wrap(0x03, b"\x00" + signature)
    return Certificate.read(syntax.wrapped_list((signed_part, algorithm, bits)))


def test_bytes_after_the_end_are_refused() -> None:
    root = Authority.root()
    leaf = root.leaf()
    assert not is_valid(Certificate.read(leaf.der + b"\x00"), root=root)


def test_two_signature_algorithms_are_refused() -> None:
    """RFC 5280, 4.1.1.2: the one that is signed, and the one beside the signature."""
    root = Authority.root()
    leaf = root.leaf()
    inside = AlgorithmIdentifier("1.2.840.10045.4.3.2").encode()
    other = AlgorithmIdentifier("1.2.840.10045.4.3.3").encode()
    changed = leaf.x509.tbs_certificate_bytes.replace(inside, other)
    assert not is_valid(_resigned(root, changed), root=root)


# --- Validity ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "valid"),
    [
        (NOW, NOW, True),
        (NOW + timedelta(seconds=1), NOW + DAY, False),
        (NOW - DAY, NOW - timedelta(seconds=1), False),
    ],
)
def test_validity_is_to_the_second(before: object, after: object, valid: bool) -> None:
    assert isinstance(before, datetime)
    assert isinstance(after, datetime)
    root = Authority.root()
    assert is_valid(root.leaf(validity=(before, after)), root=root) is valid


def test_fractions_of_the_last_second_count_as_valid() -> None:
    root = Authority.root()
    leaf = root.leaf(validity=(NOW - DAY, NOW))
    moment = NOW + timedelta(milliseconds=5)
    assert validate_path(leaf, (), [root.certificate], moment)


# --- Length --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("length", "valid"), [(0, False), (1, True), (None, True)])
def test_path_length(length: int | None, valid: bool) -> None:
    limited = Extensions(ca=True, path_length=length)
    root = Authority.root()
    upper = root.ca("Upper", key(1), limited)
    lower = upper.ca("Lower", key(2))
    assert is_valid(lower.leaf(), upper, lower, root=root) is valid
    short = Authority.root("Short", extensions=limited)
    one = short.ca("One", key(3))
    assert is_valid(one.leaf(), one, root=short) is valid


def test_self_issued_certificates_do_not_count_towards_the_length() -> None:
    root = Authority.root()
    issuing = root.ca("Issuing", key(1), Extensions(ca=True, path_length=0))
    renewed = issuing.ca("Issuing", key(2))
    assert is_valid(renewed.leaf(), issuing, renewed, root=root)


def test_the_longest_path() -> None:
    root = Authority.root()
    chain = [root]
    for number in range(MAX_INTERMEDIATES + 1):
        chain.append(chain[-1].ca(f"CA {number}", key(number + 1)))
    assert is_valid(chain[-2].leaf(), *chain[1:], root=root)
    assert not is_valid(chain[-1].leaf(), *chain[1:], root=root)


# --- Several ways up -----------------------------------------------------------------------------


def test_order_and_duplicates_do_not_matter() -> None:
    root = Authority.root()
    upper = root.ca("Upper", key(1))
    lower = upper.ca("Lower", key(2))
    leaf = lower.leaf()
    assert is_valid(leaf, lower, upper, lower, root, upper, root=root)
    assert is_valid(leaf, upper, lower, root=root)


def test_of_several_cas_with_one_name_the_right_one_is_found() -> None:
    root = Authority.root()
    others = [root.ca("Issuing", key(number)) for number in range(2, 8)]
    right = root.ca("Issuing", key(1))
    assert is_valid(right.leaf(), *others, right, root=root)


def test_of_several_certificates_of_one_ca_a_valid_one_is_found() -> None:
    root = Authority.root()
    limited = root.ca("Issuing", key(1), Extensions(ca=True, usage=usage(issues=False)))
    constrained = root.ca(
        "Issuing", key(1), Extensions(ca=True, excluded=[x509.DirectoryName(name("Leaf"))])
    )
    right = root.ca("Issuing", key(1))
    assert is_valid(right.leaf(), limited, constrained, right, root=root)
    assert not is_valid(right.leaf(), limited, constrained, root=root)


def test_cross_certificates_lead_to_the_anchor_of_the_profile() -> None:
    old, new = Authority.root("Old", key(1)), Authority.root("New", key(2))
    cross = old.ca("New", key(2))
    issuing = new.ca("Issuing", key(3))
    leaf = issuing.leaf()
    assert is_valid(leaf, issuing, cross, new, root=old)
    assert is_valid(leaf, issuing, cross, root=new)


def test_loops_end() -> None:
    one, two = Authority.root("One", key(1)), Authority.root("Two", key(2))
    back, forth = one.ca("Two", key(2)), two.ca("One", key(1))
    elsewhere = Authority.root("Elsewhere", key(3))
    assert not is_valid(back.leaf(), back, forth, one, two, root=elsewhere)


def test_a_self_signed_leaf_is_no_anchor() -> None:
    stranger = Authority.root("Root", key(5))
    assert not is_valid(stranger.certificate, root=Authority.root("Root", key(6)))


def test_a_leaf_that_is_the_anchor_itself() -> None:
    root = Authority.root()
    assert validate_path(root.certificate, (), [root.certificate], NOW) == (root.certificate,)
    with pytest.raises(PathError):
        validate_path(root.certificate, (), [root.certificate], NOW + 9 * DAY)


def test_an_intermediate_as_anchor() -> None:
    """A profile may trust an issuing CA without its root."""
    issuing = Authority.root().ca()
    assert is_valid(issuing.leaf(), root=issuing)


# --- Key rollover (RFC 9810, 4.4), without key identifiers ---------------------------------------


def test_rollover_new_with_old_leads_old_clients_to_new_certificates() -> None:
    old, new = Authority.root("Root", key(1)), Authority.root("Root", key(2))
    new_with_old = old.ca("Root", key(2))
    issuing = new.ca("Issuing", key(3))
    leaf = issuing.leaf()
    path = validate_path(
        leaf,
        [new.certificate, new_with_old.certificate, issuing.certificate],
        [old.certificate],
        NOW,
    )
    expected = (leaf, issuing.certificate, new_with_old.certificate, old.certificate)
    assert path == expected
    assert is_valid(new.leaf(), new_with_old, root=old)
    assert not is_valid(new.leaf(), new, root=old)


def test_rollover_old_with_new_leads_new_clients_to_old_certificates() -> None:
    old, new = Authority.root("Root", key(1)), Authority.root("Root", key(2))
    old_with_new = new.ca("Root", key(1))
    leaf = old.leaf()
    assert is_valid(leaf, old_with_new, root=new)
    assert not is_valid(leaf, old, root=new)


# --- Names ---------------------------------------------------------------------------------------


def name(text: str, kind: _ASN1Type = _ASN1Type.UTF8String) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text, kind)])


@pytest.mark.parametrize(
    "issuer",
    [
        name("issuing ca"),
        name("  Issuing   CA "),
        name("ISSUING CA", _ASN1Type.PrintableString),
        name("Issuing CA", _ASN1Type.BMPString),
        name("Issuing CA", _ASN1Type.T61String),
    ],
)
def test_issuer_names_are_compared_as_text(issuer: x509.Name) -> None:
    """RFC 5280, 7.1."""
    root = Authority.root()
    issuing = root.ca(name("Issuing CA"))
    assert is_valid(issuing.leaf(issuer=issuer), issuing, root=root)


def test_another_issuer_with_the_same_key_is_refused() -> None:
    root = Authority.root()
    issuing = root.ca("Issuing")
    assert not is_valid(issuing.leaf(issuer=name("Other")), issuing, root=root)


def test_a_ca_without_a_name_is_refused() -> None:
    """RFC 5280, 4.1.2.4."""
    root = Authority.root()
    nameless = root.ca(x509.Name([]))
    assert not is_valid(nameless.leaf(), nameless, root=root)


# --- Policies ------------------------------------------------------------------------------------

POLICY, OTHER = ObjectIdentifier("1.3.6.1.4.1.99999.10"), ObjectIdentifier("1.3.6.1.4.1.99999.11")


def policies(*oids: ObjectIdentifier) -> tuple[x509.ExtensionType, bool]:
    return x509.CertificatePolicies([x509.PolicyInformation(oid, None) for oid in oids]), True


EXPLICIT = (x509.PolicyConstraints(require_explicit_policy=0, inhibit_policy_mapping=None), True)


@pytest.mark.parametrize(("of_leaf", "valid"), [(POLICY, True), (OTHER, False), (None, False)])
def test_critical_policies_are_processed(of_leaf: ObjectIdentifier | None, valid: bool) -> None:
    root = Authority.root()
    issuing = root.ca(extensions=Extensions(ca=True, others=[policies(POLICY), EXPLICIT]))
    others = [policies(of_leaf)] if of_leaf else []
    leaf = issuing.leaf(extensions=Extensions(ca=False, others=others))
    assert is_valid(leaf, issuing, root=root) is valid


def test_policies_are_no_matter_where_no_ca_requires_one() -> None:
    root = Authority.root()
    issuing = root.ca(extensions=Extensions(ca=True, others=[policies(POLICY)]))
    assert is_valid(issuing.leaf(), issuing, root=root)


def test_a_signature_of_the_right_name_by_another_key_is_refused() -> None:
    root = Authority.root()
    stranger = signed(root.name, key(7), root.name, key(7), Signing(), CA)
    forged = Authority(stranger, key(7)).leaf()
    assert not is_valid(forged, Authority(stranger, key(7)), root=root)
