"""NIST's Public Key Interoperability Test Suite (PKITS 1.0.1): which of its paths are valid.

The certificates are in `cryptography_vectors`; the expected answer is in the name of the end
entity's, or in the document where the name has none. Not asked: the paths that are invalid only by
a certificate revocation list, which certclient does not read (a bank refuses its own certificates).
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import cryptography_vectors
import pytest

from certclient.ca.path import PathError, validate_path
from certclient.model.certificate import Certificate
from certclient.model.names import CanonicalName, canonical_name

FOLDER = Path(cryptography_vectors.__file__).parent / "x509" / "PKITS_data" / "certs"
NOW = datetime(2026, 11, 29, tzinfo=UTC)
ANCHOR = "TrustAnchorRootCertificate"
CERTIFICATES = {
    path.stem: Certificate.read(path.read_bytes()) for path in sorted(FOLDER.glob("*.crt"))
}
END_ENTITIES = [name for name in CERTIFICATES if re.search(r"Test\d+EE$", name)]

INVALID_WITHOUT_SAYING_SO = frozenset(
    {
        "DifferentPoliciesTest4EE",
        "DifferentPoliciesTest5EE",
        "DifferentPoliciesTest7EE",
        "DifferentPoliciesTest8EE",
        "DifferentPoliciesTest9EE",
        "DifferentPoliciesTest12EE",
    }
)
"""PKITS 4.8.4 to 4.8.12: GoodCA requires an explicit policy, and none is left. Of the others
without an answer in their name (4.8, 4.12.3), the path is valid for who accepts any policy."""

REVOKED = re.compile(
    r"""Invalid(
        # 4.4, 4.5, 4.7: missing, wrong, old, badly signed CRLs; keys that must not sign them.
        # (4.5.8 is invalid because such a key signed the certificate.)
        (?!BasicSelfIssuedCRLSigningKeyTest8).*[cC]RL.*
        | Revoked.* | .*SerialNumberTest.*  # 4.4: revoked
        | BasicSelfIssued(NewWithOld|OldWithNew)Test.*  # 4.5.2, 4.5.5: revoked
        | SeparateCertificateandCRLKeys.*  # 4.4.20, 4.4.21
        | (distributionPoint|onlyContains|onlySomeReasons|IDPwith).*  # 4.14
        | deltaCRL.*  # 4.15
    )EE""",
    re.VERBOSE,
)
DSA = frozenset({"ValidDSASignaturesTest4EE", "ValidDSAParameterInheritanceTest5EE"})
"""4.1.4, 4.1.5: certclient accepts no DSA."""


def _issuers(name: str) -> list[Certificate]:
    """The CA certificates above an end entity's, without the anchor, as a CA would send them."""
    found: dict[str, Certificate] = {}
    wanted = [CERTIFICATES[name]]
    while wanted:
        for issuer in BY_SUBJECT[canonical_name(wanted.pop().issuer)]:
            if issuer not in (name, ANCHOR) and issuer not in found:
                found[issuer] = CERTIFICATES[issuer]
                wanted.append(CERTIFICATES[issuer])
    return list(found.values())


def _by_subject() -> dict[CanonicalName, list[str]]:
    found: dict[CanonicalName, list[str]] = defaultdict(list)
    for name, certificate in CERTIFICATES.items():
        found[canonical_name(certificate.subject)].append(name)
    return found


BY_SUBJECT = _by_subject()
ASKED = [name for name in END_ENTITIES if not REVOKED.fullmatch(name)]


def _is_valid(name: str) -> bool:
    return not name.startswith("Invalid") and name not in INVALID_WITHOUT_SAYING_SO | DSA


def test_the_suite_is_complete() -> None:
    valid = [name for name in ASKED if _is_valid(name)]
    assert (len(END_ENTITIES), len(ASKED), len(valid)) == (223, 177, 100)


@pytest.mark.parametrize("name", [name for name in ASKED if _is_valid(name)])
def test_valid_paths_are_found(name: str) -> None:
    leaf, anchor = CERTIFICATES[name], CERTIFICATES[ANCHOR]
    path = validate_path(leaf, _issuers(name), [anchor], NOW)
    assert (path[0], path[-1]) == (leaf, anchor)


@pytest.mark.parametrize("name", [name for name in ASKED if not _is_valid(name)])
def test_invalid_paths_are_refused(name: str) -> None:
    with pytest.raises(PathError):
        validate_path(CERTIFICATES[name], _issuers(name), [CERTIFICATES[ANCHOR]], NOW)
