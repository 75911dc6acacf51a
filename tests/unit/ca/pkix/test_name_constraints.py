"""Name constraints (RFC 5280, 4.2.1.10): which names a CA may certify."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID, ObjectIdentifier

from certclient.ca.path import PathError, validate_path
from certclient.cmp import syntax
from support.paths import NOW, Authority, Extensions, common_name, key

DNS, MAIL, URI, IP, DN = (
    x509.DNSName,
    x509.RFC822Name,
    x509.UniformResourceIdentifier,
    x509.IPAddress,
    x509.DirectoryName,
)
OTHER = x509.OtherName(ObjectIdentifier("1.3.6.1.4.1.311.20.2.3"), b"\x0c\x01x")
NAME_CONSTRAINTS, ALTERNATIVES = ObjectIdentifier("2.5.29.30"), ObjectIdentifier("2.5.29.17")
SELF = common_name("Leaf")


def organization(text: str, unit: str = "") -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, text)]
    if unit:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit))
    return x509.Name(attributes)


def raw(kind: int, content: bytes) -> bytes:
    """A GeneralName (DER) that `cryptography` would refuse to make."""
    return syntax.wrap(0x80 | kind, content)


def outcome(
    constraints: Extensions, leaf: Extensions, subject: x509.Name = SELF
) -> tuple[bool, bool]:
    """Whether a leaf is valid below a CA with these constraints, and directly below such a root."""
    root = Authority.root()
    issuing = root.ca("Issuing", key(1), constraints)
    constrained_root = Authority.root("Constrained", key(2), constraints)
    results = []
    for issuer, others, anchor in (
        (issuing, [issuing.certificate], root),
        (constrained_root, [], constrained_root),
    ):
        try:
            validate_path(issuer.leaf(subject, leaf), others, [anchor.certificate], NOW)
        except PathError:
            results.append(False)
        else:
            results.append(True)
    return results[0], results[1]


PERMITTED = [
    (DNS("example.jp"), DNS("example.jp"), True),
    (DNS("example.jp"), DNS("a.b.EXAMPLE.jp"), True),
    (DNS("example.jp"), DNS("*.example.jp"), True),
    (DNS("example.jp"), DNS("badexample.jp"), False),
    (DNS("a.example.jp"), DNS("*.example.jp"), False),
    (DNS("example.jp"), DNS("example.com"), False),
    (DNS("example.jp"), DNS("a..example.jp"), False),
    (DNS("example.jp"), DNS("example.jp."), False),
    (DNS(""), DNS("example.jp"), True),
    (DNS("example.jp"), MAIL("x@elsewhere.com"), True),
    (MAIL("example.jp"), MAIL("x@example.jp"), True),
    (MAIL("example.jp"), MAIL("x@EXAMPLE.jp"), True),
    (MAIL("example.jp"), MAIL("x@a.example.jp"), False),
    (MAIL(".example.jp"), MAIL("x@a.example.jp"), True),
    (MAIL(".example.jp"), MAIL("x@example.jp"), False),
    (MAIL("x@example.jp"), MAIL("x@example.jp"), True),
    (MAIL("x@example.jp"), MAIL("y@example.jp"), False),
    (MAIL("x@example.jp"), MAIL("X@example.jp"), False),
    (URI("example.jp"), URI("https://example.jp/a"), True),
    (URI("example.jp"), URI("https://x:y@EXAMPLE.jp:8443/a?b#c"), True),
    (URI("example.jp"), URI("https://a.example.jp/"), False),
    (URI(".example.jp"), URI("ldap://a.example.jp/"), True),
    (URI(".example.jp"), URI("https://example.jp/"), False),
    (URI("example.jp"), URI("https://192.0.2.1/"), False),
    (URI("example.jp"), URI("https://[2001:db8::1]/"), False),
    (URI("example.jp"), URI("urn:example.jp"), False),
    (IP(ip_network("192.0.2.0/24")), IP(ip_address("192.0.2.77")), True),
    (IP(ip_network("192.0.2.0/24")), IP(ip_address("192.0.3.77")), False),
    (IP(ip_network("192.0.2.0/24")), IP(ip_address("2001:db8::1")), False),
    (IP(ip_network("0.0.0.0/0")), IP(ip_address("192.0.2.77")), True),
    (IP(ip_network("2001:db8::/32")), IP(ip_address("2001:db8::1")), True),
    (IP(ip_network("2001:db8::/32")), IP(ip_address("2001:db9::1")), False),
    (DN(organization("A")), DN(organization("A", "B")), False),  # the subject is not
]
"""A permitted subtree, an alternative name, whether the certificate is valid."""


@pytest.mark.parametrize(("base", "name", "valid"), PERMITTED)
def test_permitted(base: x509.GeneralName, name: x509.GeneralName, valid: bool) -> None:
    constraints = Extensions(ca=True, permitted=[base])
    leaf = Extensions(ca=False, alternatives=[name])
    assert outcome(constraints, leaf) == (valid, valid)


EXCLUDED = [
    (DNS("example.jp"), DNS("example.jp"), False),
    (DNS("example.jp"), DNS("a.example.jp"), False),
    (DNS("example.jp"), DNS("*.jp"), False),
    (DNS("a.example.jp"), DNS("*.example.jp"), False),
    (DNS("b.a.example.jp"), DNS("*.example.jp"), True),
    (DNS("example.jp"), DNS("example.com"), True),
    (DNS(""), DNS("example.com"), False),
    (DNS(""), MAIL("x@example.jp"), True),
    (MAIL("example.jp"), MAIL("x@example.jp"), False),
    (MAIL("example.jp"), MAIL("x@a.example.jp"), True),
    (URI(".example.jp"), URI("https://a.example.jp"), False),
    (URI(".example.jp"), URI("https://example.jp"), True),
    (IP(ip_network("0.0.0.0/0")), IP(ip_address("192.0.2.1")), False),
    (IP(ip_network("::/0")), IP(ip_address("192.0.2.1")), True),
    (DN(organization("A")), DN(organization("a ", "B")), False),
    (DN(organization("A", "B")), DN(organization("A")), True),
    (OTHER, DNS("example.jp"), True),
    (OTHER, OTHER, False),
]


@pytest.mark.parametrize(("base", "name", "valid"), EXCLUDED)
def test_excluded(base: x509.GeneralName, name: x509.GeneralName, valid: bool) -> None:
    constraints = Extensions(ca=True, excluded=[base])
    leaf = Extensions(ca=False, alternatives=[name])
    assert outcome(constraints, leaf) == (valid, valid)


@pytest.mark.parametrize(
    ("subject", "valid"),
    [
        (organization("A", "B"), True),
        (organization("  a", "C"), True),
        (organization("AB"), False),
        (common_name("Leaf"), False),
        (x509.Name([]), True),
    ],
)
def test_the_subject_is_a_directory_name(subject: x509.Name, valid: bool) -> None:
    constraints = Extensions(ca=True, permitted=[DN(organization("A"))])
    leaf = Extensions(ca=False, alternatives=[DNS("example.jp")])
    assert outcome(constraints, leaf, subject) == (valid, valid)


@pytest.mark.parametrize(("address", "valid"), [("x@example.jp", True), ("x@example.com", False)])
@pytest.mark.parametrize("has_alternatives", [False, True])
def test_an_address_in_the_subject_counts_without_alternatives(
    address: str, valid: bool, has_alternatives: bool
) -> None:
    subject = x509.Name([x509.NameAttribute(NameOID.EMAIL_ADDRESS, address)])
    alternatives = [DNS("example.jp")] if has_alternatives else []
    leaf = Extensions(ca=False, alternatives=alternatives)
    expected = valid or has_alternatives
    constraints = Extensions(ca=True, permitted=[MAIL("example.jp")])
    assert outcome(constraints, leaf, subject) == (expected, expected)


def test_every_ca_above_must_permit_a_name() -> None:
    root = Authority.root()
    wide = root.ca("Wide", key(1), Extensions(ca=True, permitted=[DNS("jp")]))
    narrow = wide.ca("Narrow", key(2), Extensions(ca=True, permitted=[DNS("a.jp"), DNS("com")]))
    issuers = [wide.certificate, narrow.certificate]

    def check(host: str) -> None:
        leaf = narrow.leaf(extensions=Extensions(ca=False, alternatives=[DNS(host)]))
        validate_path(leaf, issuers, [root.certificate], NOW)

    check("x.a.jp")
    for host in ("b.jp", "example.com"):
        with pytest.raises(PathError):
            check(host)


def test_a_self_issued_ca_is_exempt_and_a_self_issued_leaf_is_not() -> None:
    excluded = Extensions(ca=True, excluded=[DN(common_name("Issuing"))])
    root = Authority.root("Root", key(0), excluded)
    assert root.certificate.is_ca
    constrained = Authority.root("Issuing", key(5), excluded)
    renewed = constrained.ca("Issuing", key(6))
    anchors = [constrained.certificate]
    assert validate_path(renewed.leaf(), [renewed.certificate], anchors, NOW)
    with pytest.raises(PathError):
        validate_path(renewed.leaf("Issuing"), [renewed.certificate], anchors, NOW)


# --- Malformed constraints and names -------------------------------------------------------------


def constraint(*bases: bytes, list_tag: int = 0xA1, extra: bytes = b"") -> x509.ExtensionType:
    members = b"".join(syntax.wrapped_list((base, extra)) for base in bases)
    value = syntax.wrapped_list((syntax.wrap(list_tag, members),))
    return x509.UnrecognizedExtension(NAME_CONSTRAINTS, value)


MALFORMED = [
    x509.UnrecognizedExtension(NAME_CONSTRAINTS, b"\x30\x00"),
    x509.UnrecognizedExtension(NAME_CONSTRAINTS, b"\x30\x02\xa0\x00"),
    x509.UnrecognizedExtension(NAME_CONSTRAINTS, b"\x30\x04\xa0\x00\xa1\x00"),
    x509.UnrecognizedExtension(NAME_CONSTRAINTS, b"\x05\x00"),
    x509.UnrecognizedExtension(NAME_CONSTRAINTS, b""),
    constraint(raw(2, b".example.jp")),
    constraint(raw(2, b"*.example.jp")),
    constraint(raw(2, b"example..jp")),
    constraint(raw(2, b"ex\xe4mple.jp")),
    constraint(raw(1, b"")),
    constraint(raw(1, b"@")),
    constraint(raw(1, b"x@y@")),
    constraint(raw(6, b"https://example.jp/")),
    constraint(raw(6, b"")),
    constraint(raw(7, bytes(4))),
    constraint(raw(7, bytes((192, 0, 2, 0, 255, 0, 255, 0)))),
    constraint(raw(7, bytes(33))),
    constraint(syntax.wrap(0xA4, b"\x04\x00")),
    constraint(raw(2, b"example.jp"), extra=b"\x80\x01\x01"),
    constraint(raw(2, b"example.jp"), extra=b"\x81\x01\x05"),
    constraint(raw(2, b"example.jp"), list_tag=0xA2),
]


@pytest.mark.parametrize("extension", MALFORMED)
def test_malformed_constraints_are_refused(extension: x509.ExtensionType) -> None:
    constraints = Extensions(ca=True, others=[(extension, True)])
    assert outcome(constraints, Extensions(ca=False)) == (False, False)


def test_a_minimum_of_zero_may_be_written_out() -> None:
    extension = constraint(raw(2, b"example.jp"), extra=b"\x80\x01\x00")
    constraints = Extensions(ca=True, others=[(extension, True)])
    assert outcome(constraints, Extensions(ca=False)) == (True, True)


@pytest.mark.parametrize(
    ("kind", "content", "base"),
    [
        (2, b"-example.jp", DNS("example.jp")),
        (2, b"", DNS("example.jp")),
        (2, "例.jp".encode(), DNS("example.jp")),
        (1, b"x", MAIL("example.jp")),
        (1, b"a@b@example.jp", MAIL("example.jp")),
        (1, "あ@example.jp".encode("shift_jis"), MAIL("example.jp")),
        (6, b"https://[/", URI("example.jp")),
        (7, bytes(5), IP(ip_network("0.0.0.0/0"))),
    ],
)
@pytest.mark.parametrize("constrained", [True, False])
def test_a_malformed_name_is_refused_where_its_kind_is_constrained(
    kind: int, content: bytes, base: x509.GeneralName, constrained: bool
) -> None:
    """A name that nobody constrains is none of ours: an e-mail address in Shift_JIS, for one."""
    names = syntax.wrapped_list((raw(kind, content),))
    leaf = Extensions(ca=False, others=[(x509.UnrecognizedExtension(ALTERNATIVES, names), False)])
    permitted = Extensions(ca=True, permitted=[base] if constrained else [])
    excluded = Extensions(ca=True, excluded=[base] if constrained else [])
    for constraints in (permitted, excluded):
        assert outcome(constraints, leaf) == (not constrained, not constrained)


def test_constraints_in_an_end_entitys_certificate_are_refused() -> None:
    leaf = Extensions(ca=False, permitted=[DNS("example.jp")])
    assert outcome(Extensions(ca=True), leaf) == (False, False)
