"""Wycheproof's RSA, ECDSA, EdDSA and HMAC vectors through the paths that take them.

`figures.json` beside the vectors holds the counts: how many vectors each path took, how many it
judged as Wycheproof does, how many it refused unseen because of their algorithm, curve or length,
and each disagreement with its reason.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import load_der_public_key

from certclient.cmp.mac import AlgorithmError, ProtectionError, WrongMacError, verify_hmac
from certclient.cmp.signatures import check_signature
from certclient.model.faults import FaultError
from certclient.model.jws import is_signed, public_key
from support.wycheproof import MACS, Vector, algorithm_of, signature_files, vectors

FIGURES: Mapping[str, Any] = json.loads((MACS / "figures.json").read_text(encoding="utf-8"))

_CURVES = ("secp256r1", "secp384r1", "secp521r1")


def takes_signature(vector: Vector) -> str:
    """As of CMP messages, certificates, OCSP responses and CRLs. "" if accepted, else why not."""
    try:
        check_signature(algorithm_of(vector.group), vector.spki, vector.value, vector.message)
    except AlgorithmError:
        return "algorithm"
    except ProtectionError as error:
        curve = vector.group["publicKey"].get("curve", _CURVES[0])
        return "curve" if "not accepted" in str(error) and curve not in _CURVES else "wrong"
    return ""


def takes_jws(vector: Vector) -> str:
    """As of announcements of versions: ES256 and PS256."""
    try:
        key = public_key(vector.spki)
    except FaultError:
        return "curve"
    return "" if is_signed(key, vector.value, vector.message) else "wrong"


def takes_mac(vector: Vector) -> str:
    """As of CMP messages, with the vector's key in place of one derived from an issue code."""
    size = int(vector.group["tagSize"])
    digest = _DIGESTS[int(vector.group["digest"])]()
    try:
        verify_hmac(vector.key, digest, vector.message, vector.value)
    except WrongMacError:
        return "short" if size < digest.digest_size * 8 else "wrong"
    return ""


_DIGESTS: Mapping[int, type[hashes.HashAlgorithm]] = {
    1: hashes.SHA1,
    256: hashes.SHA256,
    384: hashes.SHA384,
    512: hashes.SHA512,
}


def judged(vector: Vector, refusal: str) -> str:
    """ "agree", or a name of `figures.json`: of a disagreement, or of what was refused unseen."""
    if refusal not in ("", "wrong"):
        return refusal
    if vector.result == ("invalid" if refusal else "valid"):
        return "agree"
    return next((name for flag, name in _OPEN.items() if flag in vector.flags), "unexplained")


_OPEN: Mapping[str, str] = {
    "MissingNull": "missing-null",
    "SmallOrderPublicKey": "small-order-key",
    "MixedOrderPublicKey": "mixed-order-key",
}
"""What Wycheproof itself leaves open ("acceptable")."""


def signatures(*beginnings: str) -> list[Path]:
    files = [path for one in beginnings for path in signature_files(one)]
    return [path for path in files if "p1363" not in path.name]


def macs() -> list[Path]:
    return sorted(MACS.glob("hmac_*_test.json"))


def with_digest(path: Path, vector: Vector) -> Vector:
    vector.group["digest"] = path.name.removeprefix("hmac_sha").partition("_")[0]
    return vector


_FAMILIES: Mapping[str, tuple[list[Path], Callable[[Vector], str]]] = {
    "rsa-pkcs1": (signatures("rsa_signature"), takes_signature),
    "rsa-pss": (signatures("rsa_pss"), takes_signature),
    "ecdsa": (signatures("ecdsa"), takes_signature),
    "eddsa": (signatures("ed25519", "ed448"), takes_signature),
    "jws-es256": ([*signature_files("ecdsa_secp256r1_sha256_p1363")], takes_jws),
    "jws-ps256": (
        [
            path
            for bits in (2048, 3072, 4096)
            for path in signature_files(f"rsa_pss_{bits}_sha256_mgf1_32")
            if "params" not in path.name
        ],
        takes_jws,
    ),
    "hmac": (macs(), takes_mac),
}


@pytest.mark.parametrize("family", _FAMILIES)
def test_counts_are_those_that_were_judged(family: str) -> None:
    files, takes = _FAMILIES[family]
    found: Counter[str] = Counter()
    for path in files:
        for vector in vectors(path):
            refusal = takes(with_digest(path, vector) if family == "hmac" else vector)
            found[judged(vector, refusal)] += 1
            assert judged(vector, refusal) != "unexplained", (path.name, vector.number)
    expected = FIGURES["families"][family]
    assert dict(found) == {"agree": expected["agree"], **expected["others"]}
    assert sum(found.values()) == expected["vectors"]


def test_whatever_is_not_judged_alike_has_its_reason() -> None:
    used = {name for family in FIGURES["families"].values() for name in family["others"]}
    assert used == set(FIGURES["judgements"])


def test_keys_of_all_vectors_are_read_by_the_library_that_judges() -> None:
    """A key that could not be loaded would make its vectors pass as refused."""
    for path in signatures("rsa_signature_2048_sha256", "ecdsa_secp384r1_sha384", "ed448"):
        for vector in vectors(path):
            load_der_public_key(vector.spki)
