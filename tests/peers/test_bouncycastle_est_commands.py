"""The command line with an EST profile against a CA built on BouncyCastle."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509

from certclient.model.certificate import Certificate
from certclient.model.keys import KeySpec
from certclient.model.profile import EST
from certclient_practice.admin.profile_writer import ProfileOptions
from certclient_practice.bank.bank import SUBJECT_RULE
from certclient_practice.bank.ca import INTERMEDIATE_NAME
from support.bank_est import user_name
from support.command_line import CliComputer
from support.peers import Peer, bouncycastle_est, compile_bouncycastle_est
from support.pki import Lab, certificate_pem, make_lab
from support.softhsm import right_pin

RENEWING, OBTAINING = "TKYM1408054", "TKYM1408055"
CODE = "HIMITSU4711ABCDE"


def write_profile(pc: CliComputer, peer: Peer, lab: Lab) -> None:
    """The practice bank's profile with another CA, which names customers by their user ID alone."""
    bank = pc.bank
    text = bank.write_profile(ProfileOptions(protocol=EST)).read_text(encoding="utf-8")
    root = certificate_pem(*lab.anchors).decode()
    issuer = lab.intermediate.name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value
    for known, other in (
        (bank.addresses.est_url, peer.url),
        (bank.root_file.read_text(), bank.root_file.read_text() + root),
        (INTERMEDIATE_NAME, str(issuer)),
        (SUBJECT_RULE.pattern.pattern, "(?P<user_id>[A-Z0-9]+)"),
        ('administrator_suffixes = ["1394"]', ""),
        # The practice bank lets nobody log in with another CA's certificate.
        (f'login_test_url = "{bank.login_url}"', ""),
    ):
        assert known in text
        text = text.replace(known, other)
    bank.profile_path.write_text(text, encoding="utf-8")


def certificate_of(pc: CliComputer, lab: Lab, user_id: str) -> Certificate:
    """A certificate of the CA in the PC's store that expires in 20 days."""
    with pc.nss.store().open(right_pin) as session:
        key = session.create_key(KeySpec(), user_id)
        certificate = lab.issue(session.signer(key).spki, user_name(user_id), days=20)
        session.install_intermediates(list(lab.chain))
        session.install(key, certificate, user_id)
    return certificate


def test_renew_and_obtain(pc: CliComputer, tmp_path: Path) -> None:
    lab = make_lab()
    classes = compile_bouncycastle_est(tmp_path)
    old = certificate_of(pc, lab, RENEWING)
    options = {"auth": "SHA-256", "chain": "1", "shuffle": "1", "polls": "1", "retry": "1"}
    with bouncycastle_est(classes, tmp_path, lab, OBTAINING, CODE, **options) as peer:
        write_profile(pc, peer, lab)
        renewed = pc.run("renew", "--yes")
        assert renewed.code == 0, renewed.err
        obtain = ("obtain", OBTAINING, "--to", "pc", "--yes", "--code-stdin")
        obtained = pc.run(*obtain, stdin=f"{CODE}\n")
        assert obtained.code == 0, obtained.err
        assert f"client {old.serial_hex.lstrip('0')}" in peer.log
        assert peer.log.count("again false") == 2, "one certificate for each"
    usable = sorted(one["user_id"] for one in pc.list() if one["has_key"] and not one["archived"])
    assert usable == [RENEWING, OBTAINING]
    assert CODE not in pc.everything_written() + obtained.out + obtained.err
