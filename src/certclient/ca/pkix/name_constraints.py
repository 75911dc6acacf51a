"""Name constraints on a path (RFC 5280, 4.2.1.10 and 6.1.3 (b), (c)).

Written here because the library for the rest of path validation (docs/adr/0017) supports no IP
addresses, does not see an excluded "" or ".example.jp", and compares every name with every
constraint. Here a name costs the same whether there is one constraint or a thousand: a name's
ancestors are looked up among the constraints.
"""

from __future__ import annotations

import ipaddress
import re
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from urllib.parse import urlsplit

from certclient.ca.pkix.parts import CertificateParts, PathError
from certclient.model import ber, names
from certclient.model.ber import Tlv

_NAME_CONSTRAINTS = "2.5.29.30"
_SUBJECT_ALT_NAME = "2.5.29.17"
_EMAIL_ADDRESS = "1.2.840.113549.1.9.1"

_PERMITTED, _EXCLUDED = 0xA0, 0xA1
_EMAIL, _DNS, _DIRECTORY, _URI, _IP = 1, 2, 4, 6, 7
"""GeneralName's tag numbers (RFC 5280, 4.2.1.6)."""

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_MAX_HOST = 253
_MAILBOX = re.compile(r"[^\s@\"]+|\"[^\"]+\"")
_UNSUPPORTED: Hashable = "unsupported"

_Labels = tuple[str, ...]
"""A host's labels in lower case, the top-level domain first."""


def check_names(path: Sequence[CertificateParts]) -> None:
    """Checks the names on a path from leaf to anchor against the constraints above each.

    The anchor's constraints count, too (RFC 5937). A self-issued CA certificate's names are exempt.
    Raises PathError for a name that is not permitted or cannot be compared, and for constraints
    that are malformed or stand in a certificate that is no CA's.
    """
    permitted: list[_Subtrees] = []
    excluded = _Subtrees()
    for number, one in enumerate(reversed(path)):
        is_leaf, is_anchor = number == len(path) - 1, number == 0
        if not is_anchor and (is_leaf or not one.self_issued):
            _check(one, permitted, excluded)
        constraints = one.extension(_NAME_CONSTRAINTS)
        if constraints is not None:
            if not one.certificate.is_ca:
                raise PathError("name constraints in a certificate that is no CA's")
            permitted.append(_read(constraints, excluded))


class _Subtrees:
    """Constraints by kind of name, each base as a key that `_ancestors` of a name inside yields."""

    def __init__(self) -> None:
        self._bases: dict[int, set[Hashable]] = defaultdict(set)
        self._parents_of_hosts: set[_Labels] = set()

    def add(self, name: Tlv) -> None:
        """Adds a base (GeneralName). Raises PathError if it is malformed."""
        kind = _kind(name)
        base = _base(kind, name)
        self._bases[kind].add(base)
        if kind == _DNS and isinstance(base, tuple) and base:
            self._parents_of_hosts.add(base[:-1])

    def constrain(self, kind: int) -> bool:
        """Whether there is a constraint for this kind of name."""
        return kind in self._bases

    def contain(self, kind: int, value: bytes) -> bool:
        """Whether the name is in one of the subtrees. Raises PathError if that cannot be told."""
        bases = self._bases.get(kind)
        if not bases:
            return False
        return any(ancestor in bases for ancestor in _ancestors(kind, value))

    def meet_wildcard(self, value: bytes) -> bool:
        """Whether a DNS name with an asterisk stands for a host whose subtree is among these."""
        text = _ascii(value)
        return text.startswith("*.") and _labels(text[2:]) in self._parents_of_hosts


def _check(one: CertificateParts, permitted: Sequence[_Subtrees], excluded: _Subtrees) -> None:
    if not permitted:
        return
    for kind, value in _names(one):
        outside = any(not t.contain(kind, value) for t in permitted if t.constrain(kind))
        forbidden = excluded.contain(kind, value)
        if kind == _DNS and excluded.constrain(kind):
            forbidden = forbidden or excluded.meet_wildcard(value)
        if outside or forbidden:
            raise PathError(f"{one.certificate.common_name}: its CA may not name {value[:80]!r}")


def _read(extension: bytes, excluded: _Subtrees) -> _Subtrees:
    """The permitted subtrees of one NameConstraints (DER); adds the others to `excluded`."""
    lists = ber.children(ber.read(extension))
    tags = [one.tag for one in lists or ()]
    if not lists or tags not in ([_PERMITTED], [_EXCLUDED], [_PERMITTED, _EXCLUDED]):
        raise PathError("malformed name constraints")
    permitted = _Subtrees()
    for subtrees in lists:
        members = ber.children(subtrees)
        if not members:
            raise PathError("malformed name constraints: an empty list")
        for member in members:
            parts = ber.children(member)
            # minimum is 0, its default, and maximum absent (RFC 5280, 4.2.1.10).
            if not parts or parts[1:] not in ((), (_ZERO,)):
                raise PathError("malformed name constraints: minimum or maximum")
            (permitted if subtrees.tag == _PERMITTED else excluded).add(parts[0])
    return permitted


_ZERO = Tlv(0x80, b"\x00", b"\x80\x01\x00")


def _names(one: CertificateParts) -> Iterator[tuple[int, bytes]]:
    """The certificate's names: their kind and their content (a directoryName's Name)."""
    rdns = names.attributes(one.certificate.subject)
    if rdns is None:
        raise PathError("an unreadable subject")
    if rdns:
        yield _DIRECTORY, one.certificate.subject
    extension = one.extension(_SUBJECT_ALT_NAME)
    if extension is None:
        for attribute in (attribute for rdn in rdns for attribute in rdn):
            if attribute.oid == _EMAIL_ADDRESS:
                yield _EMAIL, attribute.text.encode()
        return
    alternatives = ber.children(ber.read(extension))
    if not alternatives:
        raise PathError("malformed subject alternative names")
    for name in alternatives:
        yield _kind(name), name.content


def _kind(name: Tlv) -> int:
    return name.tag & 0x1F


def _base(kind: int, name: Tlv) -> Hashable:
    """The key of a constraint. Raises PathError if it is malformed."""
    value = name.content
    if kind == _DIRECTORY:
        return _directory(value)
    if kind == _DNS:
        return _labels(_ascii(value)) if value else ()
    if kind == _EMAIL:
        mailbox, _, host = _ascii(value).rpartition("@")
        return ("@", mailbox, _labels(host)) if mailbox else _host_or_domain(host)
    if kind == _URI:
        return _host_or_domain(_ascii(value))
    return _network(value) if kind == _IP else _UNSUPPORTED


def _ancestors(kind: int, value: bytes) -> Iterator[Hashable]:
    """The keys of all constraints that a name is inside. Raises PathError if it is malformed."""
    if kind in (_DIRECTORY, _DNS):
        parts = _directory(value) if kind == _DIRECTORY else _labels(_without_asterisk(value))
        yield from (parts[:length] for length in range(len(parts) + 1))
    elif kind == _EMAIL:
        mailbox, at, host = _ascii(value).rpartition("@")
        if not at or not _MAILBOX.fullmatch(mailbox):
            raise PathError("a malformed e-mail address")
        yield "@", mailbox, _labels(host)
        yield from _host_and_domains(_labels(host))
    elif kind == _URI:
        yield from _host_and_domains(_labels(_host(value)))
    elif kind == _IP:
        yield from _networks(value)
    else:
        raise PathError("a constraint on a kind of name that is not supported")


def _directory(name: bytes) -> tuple[object, ...]:
    if names.attributes(name) is None:
        raise PathError("an unreadable name")
    return names.canonical_name(name)


def _host_or_domain(text: str) -> Hashable:
    """A constraint on e-mail addresses or URIs: a host, or ".example.jp" for all below it."""
    return (".", _labels(text[1:])) if text.startswith(".") else ("", _labels(text))


def _host_and_domains(host: _Labels) -> Iterator[Hashable]:
    yield "", host
    yield from ((".", host[:length]) for length in range(1, len(host)))


def _host(uri: bytes) -> str:
    try:
        host = urlsplit(_ascii(uri)).hostname or ""
    except ValueError as error:
        raise PathError("a malformed URI") from error
    if re.fullmatch(r"[0-9.]+", host):
        raise PathError("a URI with an IP address")
    return host


def _without_asterisk(value: bytes) -> str:
    """A wildcard is permitted if everything that it stands for is."""
    text = _ascii(value)
    return f"_{text[1:]}" if text.startswith("*.") else text


def _labels(host: str) -> _Labels:
    labels = host.lower().split(".")
    if len(host) > _MAX_HOST or not all(_LABEL.fullmatch(label) for label in labels):
        raise PathError("a malformed host name")
    return tuple(reversed(labels))


def _ascii(value: bytes) -> str:
    try:
        return value.decode("ascii")
    except UnicodeDecodeError as error:
        raise PathError("a name that is not ASCII") from error


def _network(value: bytes) -> Hashable:
    """Address and mask; the mask is a prefix (RFC 4632)."""
    half = len(value) // 2
    if len(value) not in (8, 32):
        raise PathError("a malformed constraint on IP addresses")
    mask = int.from_bytes(value[half:], "big")
    bits = half * 8
    length = mask.bit_count()
    if mask != (1 << bits) - (1 << (bits - length)):
        raise PathError("a malformed mask of IP addresses")
    return bits, length, int.from_bytes(value[:half], "big") & mask


def _networks(value: bytes) -> Iterator[Hashable]:
    """All networks that an address is in."""
    try:
        address = ipaddress.ip_address(value)
    except ValueError as error:
        raise PathError("a malformed IP address") from error
    bits = address.max_prefixlen
    for length in range(bits + 1):
        shift = bits - length
        yield bits, length, int(address) >> shift << shift
