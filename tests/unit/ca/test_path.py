"""Which certificates chain to the profile's trust anchors."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from certclient.ca.path import PathError, validate_path
from support.pki import Lab, TestCa, ec_key, make_lab, make_root, rsa_key, rsa_signer

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SPKI = rsa_signer(1).spki


@pytest.fixture(scope="module")
def lab() -> Lab:
    return make_lab(NOW)


def test_path_runs_from_the_leaf_to_the_anchor(lab: Lab) -> None:
    leaf = lab.issue(SPKI)
    path = validate_path(leaf, lab.chain, lab.anchors, NOW)
    assert path == (leaf, lab.intermediate.certificate, lab.root.certificate)


def test_order_and_irrelevant_certificates_do_not_matter(lab: Lab) -> None:
    leaf = lab.issue(SPKI)
    other = make_lab(NOW, label="Other")
    received = (other.root.certificate, leaf, lab.root.certificate, *lab.chain)
    assert validate_path(leaf, received, lab.anchors, NOW)[1] == lab.intermediate.certificate


def test_received_root_is_not_trusted(lab: Lab) -> None:
    other = make_lab(NOW, label="Other")
    leaf = other.issue(SPKI)
    received = (*other.chain, other.root.certificate)
    with pytest.raises(PathError):
        validate_path(leaf, received, lab.anchors, NOW)
    with pytest.raises(PathError):
        validate_path(leaf, received, (), NOW)


def test_ca_with_the_same_name_but_another_key_is_refused(lab: Lab) -> None:
    impostor = make_root("Example Root CA", rsa_key(7), NOW)
    assert impostor.name == lab.root.name
    with pytest.raises(PathError):
        validate_path(impostor.issue(SPKI), (impostor.certificate,), lab.anchors, NOW)


def test_missing_intermediate_is_refused(lab: Lab) -> None:
    with pytest.raises(PathError):
        validate_path(lab.issue(SPKI), (), lab.anchors, NOW)


@pytest.mark.parametrize(
    "moment", [NOW + timedelta(days=366), NOW - timedelta(days=2), NOW + timedelta(days=4000)]
)
def test_every_certificate_on_the_path_must_be_valid_now(lab: Lab, moment: datetime) -> None:
    with pytest.raises(PathError):
        validate_path(lab.issue(SPKI), lab.chain, lab.anchors, moment)


def test_an_expired_intermediate_is_refused(lab: Lab) -> None:
    expired = lab.root.issue_ca("Old CA", rsa_key(8), days=-1)
    leaf = expired.issue(SPKI)
    with pytest.raises(PathError):
        validate_path(leaf, (expired.certificate,), lab.anchors, NOW)


def test_customer_certificate_cannot_issue(lab: Lab) -> None:
    customer = rsa_signer(3)
    certificate = lab.issue(customer.spki)
    forged = TestCa(certificate, customer.private_key, NOW).issue(SPKI)
    with pytest.raises(PathError):
        validate_path(forged, (certificate, *lab.chain), lab.anchors, NOW)


def test_ca_without_cert_sign_key_usage_cannot_issue(lab: Lab) -> None:
    limited = lab.root.issue_ca("CRL CA", rsa_key(8), may_issue=False)
    with pytest.raises(PathError):
        validate_path(limited.issue(SPKI), (limited.certificate,), lab.anchors, NOW)


def test_path_length_constraint_is_enforced(lab: Lab) -> None:
    below = lab.intermediate.issue_ca("Below", rsa_key(8))
    with pytest.raises(PathError):
        validate_path(below.issue(SPKI), (below.certificate, *lab.chain), lab.anchors, NOW)


def test_path_is_accepted_only_up_to_the_maximum_length(lab: Lab) -> None:
    key = rsa_key(8)
    authorities = [lab.root]
    for level in range(9):
        authorities.append(authorities[-1].issue_ca(f"Level {level}", key, path_length=None))
    certificates = [authority.certificate for authority in authorities[1:]]
    leaf = authorities[8].issue(SPKI)
    assert len(validate_path(leaf, certificates, lab.anchors, NOW)) == 10
    with pytest.raises(PathError):
        validate_path(authorities[9].issue(SPKI), certificates, lab.anchors, NOW)


def test_elliptic_curve_cas_are_accepted() -> None:
    root = make_root("EC Root", ec_key(), NOW)
    issuing = root.issue_ca("EC Issuing", ec_key())
    leaf = issuing.issue(SPKI)
    assert len(validate_path(leaf, (issuing.certificate,), (root.certificate,), NOW)) == 3


def test_the_library_is_imported_when_a_path_is_validated_and_not_before() -> None:
    """Windows and most commands import this module, and validate nothing."""
    program = "import sys, certclient.ca.path; sys.exit('pyhanko_certvalidator' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
