"""Whatever a CA, or whoever speaks for one, sends: the answer comes within a second.

The limit in these tests is ten times that, against hanging only.
"""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID, ObjectIdentifier

from certclient.ca.path import PathError, validate_path
from certclient.cmp import syntax
from certclient.model.certificate import Certificate
from certclient.model.pem import certificates_from_pem
from support.paths import NOW, Authority, Extensions, key

Chain = tuple[Certificate, Sequence[Certificate], Certificate]
"""Leaf, what the CA sends besides, and the anchor."""

SECONDS = 10
"""Of processor time, whatever else the machine does."""


def hosts(count: int, end: str = "example.jp") -> list[x509.GeneralName]:
    return [x509.DNSName(f"h{number}.{end}") for number in range(count)]


def directory_names(count: int) -> list[x509.GeneralName]:
    return [
        x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"n{number}")]))
        for number in range(count)
    ]


def networks(count: int) -> list[x509.GeneralName]:
    return [
        x509.IPAddress(ip_network(f"10.{number >> 8}.{number & 255}.0/24"))
        for number in range(count)
    ]


def constrained(
    names: Callable[[int], list[x509.GeneralName]], constraints: int, alternatives: int
) -> Chain:
    """A CA with many constraints, and a leaf with many names that are all permitted."""
    root = Authority.root()
    every = names(constraints)
    issuing = root.ca("Issuing", key(1), Extensions(ca=True, excluded=every))
    leaf = issuing.leaf(extensions=Extensions(ca=False, alternatives=hosts(alternatives, "b.jp")))
    return leaf, [issuing.certificate], root.certificate


def mesh(count: int) -> Chain:
    """CAs that have all certified each other: many paths, none of which leads to the anchor."""
    names = [f"CA {number}" for number in range(count)]
    authorities = [Authority.root(name, key(n + 1)) for n, name in enumerate(names)]
    cross = [
        one.ca(names[n], key(n + 1)).certificate
        for one in authorities
        for n in range(count)
        if one is not authorities[n]
    ]
    return authorities[0].leaf(), cross, Authority.root("Elsewhere", key(0)).certificate


def same_name(count: int) -> Chain:
    """Many CAs of one name with different keys, none of which signed the leaf."""
    root = Authority.root()
    issuers = [root.ca("Issuing", key(number)).certificate for number in range(2, 2 + count)]
    return root.ca("Issuing", key(1)).leaf(), issuers, root.certificate


def same_key(count: int) -> Chain:
    """Many certificates of one CA, of which each makes a path that is not valid."""
    root = Authority.root()
    policies = x509.PolicyConstraints(require_explicit_policy=0, inhibit_policy_mapping=None)
    strict = Extensions(ca=True, others=[(policies, True)])
    issuers = [root.ca("Issuing", key(1), strict) for _ in range(count)]
    return issuers[0].leaf(), [one.certificate for one in issuers], root.certificate


def policy_graph(count: int) -> Chain:
    """Policies mapped to each other (CVE-2023-0464)."""
    root = Authority.root()
    oids = [ObjectIdentifier(f"1.3.6.1.4.1.99999.{number}") for number in range(count)]
    informations = x509.CertificatePolicies([x509.PolicyInformation(oid, None) for oid in oids])
    extensions = Extensions(ca=True, others=[(informations, True), (_mappings(oids), True)])
    chain = [root]
    for number in range(8):
        chain.append(chain[-1].ca(f"CA {number}", key(number + 1), extensions))
    leaf = chain[-1].leaf(extensions=Extensions(ca=False, others=[(informations, True)]))
    return leaf, [one.certificate for one in chain[1:]], root.certificate


def _mappings(oids: Sequence[ObjectIdentifier]) -> x509.ExtensionType:
    members = b"".join(
        syntax.wrapped_list(
            (syntax.encoded_oid(one.dotted_string), syntax.encoded_oid(other.dotted_string))
        )
        for one in oids
        for other in oids[:20]
    )
    return x509.UnrecognizedExtension(ObjectIdentifier("2.5.29.33"), syntax.wrap(0x30, members))


def large_name(size: int) -> Chain:
    """A CA whose name has many attributes."""
    root = Authority.root()
    many = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x" * 60)] * (size // 70))
    issuing = root.ca(many, key(1))
    return issuing.leaf(), [issuing.certificate], root.certificate


def large_keys(count: int) -> Chain:
    """RSA keys whose verification is slow."""
    root = Authority.root("Root", rsa.generate_private_key(65537, 2048))
    own = rsa.generate_private_key(65537, 4096)
    issuers = [root.ca(f"CA {number % 8}", own) for number in range(count)]
    return issuers[0].leaf(), [one.certificate for one in issuers], root.certificate


CHAINS: dict[str, Callable[[], Chain]] = {
    "many excluded hosts": lambda: constrained(hosts, 3000, 3000),
    "many excluded directory names": lambda: constrained(directory_names, 3000, 3000),
    "many excluded networks": lambda: constrained(networks, 3000, 3000),
    "more constraints than are read": lambda: constrained(hosts, 12000, 3),
    "a mesh of cross-certificates": lambda: mesh(10),
    "a mesh that is too large": lambda: mesh(12),
    "many CAs of one name": lambda: same_name(90),
    "more CAs than are looked at": lambda: same_name(150),
    "many certificates of one CA": lambda: same_key(90),
    "many policies": lambda: policy_graph(40),
    "a name of 100 kB": lambda: large_name(100_000),
    "a name of 200 kB": lambda: large_name(200_000),
    "many large keys": lambda: large_keys(80),
}


@pytest.mark.parametrize("chain", CHAINS)
def test_an_answer_comes_in_time(chain: str) -> None:
    leaf, others, anchor = CHAINS[chain]()
    start = time.thread_time()
    with suppress(PathError):
        validate_path(leaf, others, [anchor], NOW)
    assert time.thread_time() - start < SECONDS


@pytest.mark.parametrize("count", [1, 20])
def test_ordinary_numbers_are_within_the_bounds(count: int) -> None:
    root = Authority.root()
    others = [root.ca(f"CA {number}", key(number)).certificate for number in range(count)]
    permitted = Extensions(ca=True, permitted=hosts(500))
    issuing = root.ca("Issuing", key(1), permitted)
    leaf = issuing.leaf(extensions=Extensions(ca=False, alternatives=hosts(100)))
    path = validate_path(leaf, [*others, issuing.certificate], [root.certificate], NOW)
    assert len(path) == 3


def test_damaged_certificates_end_in_an_answer() -> None:
    """300 of each certificate of a chain with one or a few octets changed."""
    root = Authority.root()
    permitted = Extensions(ca=True, permitted=hosts(3), path_length=1)
    issuing = root.ca("Issuing", key(1), permitted)
    leaf = issuing.leaf(extensions=Extensions(ca=False, alternatives=hosts(2)))
    chain = [leaf, issuing.certificate, root.certificate]
    dice = random.Random(5280)
    accepted = 0
    for number in range(900):
        changed = list(chain)
        position = number % 3
        changed[position] = _damaged(chain[position], dice)
        first, second, third = changed
        try:
            validate_path(first, [second], [third], NOW)
        except PathError:
            continue
        # An anchor's own signature does not matter, nor any field of it that no path asks for.
        assert position == 2
        accepted += 1
    assert accepted < 300


def _damaged(certificate: Certificate, dice: random.Random) -> Certificate:
    octets = bytearray(certificate.der)
    for _ in range(dice.choice((1, 1, 1, 4))):
        octets[dice.randrange(len(octets))] ^= 1 << dice.randrange(8)
    return Certificate.read(bytes(octets))


_KNOWN = (
    *("2.5.29.14", "2.5.29.15", "2.5.29.16", "2.5.29.17", "2.5.29.18", "2.5.29.30", "2.5.29.31"),
    *("2.5.29.32", "2.5.29.33", "2.5.29.35", "2.5.29.36", "2.5.29.37", "2.5.29.46", "2.5.29.54"),
    *("2.5.29.9", "1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.1.3", "1.3.6.1.5.5.7.1.6"),
    *(
        "1.3.6.1.5.5.7.1.11",
        "1.3.6.1.5.5.7.1.24",
        "1.3.6.1.5.5.7.48.1.5",
        "1.3.6.1.4.1.11129.2.4.2",
    ),
)
"""Extensions that path validation or its library reads."""

_DEEP = functools.reduce(lambda inner, _: syntax.wrap(0x30, inner), range(3000), b"")
_VALUES = (
    *(b"", b"\x30", b"\x30\x00", b"\x05\x00", b"\x04\x00", b"\x03\x00", b"\x03\x01\x00"),
    *(b"\x30\x80\x00\x00", b"\x30\x84\xff\xff\xff\xff", b"\x02\x01\xff", b"\x02\x00", b"\xff" * 40),
    syntax.wrap(0x02, b"\x7f" * 5000),
    syntax.wrap(0x30, b"\x02\x01\xff"),
    syntax.wrap(0x30, b"\x80\x01\xff\x81\x01\xff"),
    syntax.wrap(0x30, b"\x30\x00"),
    syntax.wrap(0x30, b"\x06\x00"),
    syntax.wrap(0x30, syntax.wrap(0x30, b"\x06\x03\xff\xff\xff")),
    syntax.wrap(0x30, b"\x86\x02\xff\xfe\x81\x02\x82\xa0"),
    _DEEP,
)


@pytest.mark.parametrize("oid", _KNOWN)
def test_a_damaged_extension_ends_in_an_answer(oid: str) -> None:
    """In a CA's certificate and in the leaf, both properly signed; critical or not."""
    root = Authority.root()
    for value in _VALUES:
        for critical in (True, False):
            extension = x509.UnrecognizedExtension(ObjectIdentifier(oid), value)
            damaged = Extensions(ca=True, others=[(extension, critical)])
            issuing = root.ca("Issuing", key(1), damaged)
            leaf = root.leaf(extensions=Extensions(ca=False, others=[(extension, critical)]))
            for one, others in ((issuing.leaf(), [issuing.certificate]), (leaf, [])):
                with suppress(PathError):
                    validate_path(one, others, [root.certificate], NOW)


@pytest.mark.parametrize("value", _VALUES)
def test_damaged_basic_constraints_make_no_ca(value: bytes) -> None:
    oid = ObjectIdentifier("2.5.29.19")
    root = Authority.root()
    extension = x509.UnrecognizedExtension(oid, value)
    issuing = root.ca("Issuing", key(1), Extensions(others=[(extension, True)]))
    with pytest.raises(PathError):
        validate_path(issuing.leaf(), [issuing.certificate], [root.certificate], NOW)


@pytest.mark.parametrize("oid", ["2.5.29.36", "2.5.29.54"])
@pytest.mark.parametrize("value", _VALUES)
def test_damaged_constraints_on_policies_are_refused(oid: str, value: bytes) -> None:
    """A constraint that cannot be read must not be lost."""
    root = Authority.root()
    extension = x509.UnrecognizedExtension(ObjectIdentifier(oid), value)
    issuing = root.ca("Issuing", key(1), Extensions(ca=True, others=[(extension, True)]))
    with pytest.raises(PathError):
        validate_path(issuing.leaf(), [issuing.certificate], [root.certificate], NOW)


def test_every_public_root_can_be_read_as_an_anchor() -> None:
    """Nothing in them hinders a path; those that have expired are no anchors any more."""
    text = Path(certifi.where()).read_text(encoding="utf-8")
    roots = [one for one in certificates_from_pem(text) if one.valid_at(NOW)]
    assert len(roots) > 80
    for root in roots:
        assert validate_path(root, (), [root], NOW) == (root,)
