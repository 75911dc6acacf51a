"""Other people's certificates on the customer's computer: the real command line, NSS and SoftHSM.

Whatever lies in a store, every command works for what it does not concern, and a certificate that
has its key is never left out without a word.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pkcs11
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from pkcs11 import ObjectClass

from certclient.model.certificate import Certificate
from certclient.model.keys import KeySpec
from certclient.model.public_keys import KeyKind
from certclient.store.pkcs11.certificate_writing import object_template
from certclient.store.pkcs11.objects import keys
from certclient.store.pkcs11.session import TokenSession
from certclient_practice.bank.ca import customer_subject
from certclient_practice.repositories.records import (
    CertificateRecord,
    CertificateState,
    Reason,
)
from support.command_line import PC_USER, PIN, USB_USER, CliComputer
from support.corpus import corpus
from support.odd_certificates import (
    CLIENT_AUTH,
    GENERALIZED_TIME,
    ODDITIES,
    UTC_TIME,
    OddCertificate,
    attribute,
    extension,
    name,
    rdn,
    sequence,
    simple_name,
    tlv,
)
from support.pki import rsa_key, spki_of
from support.softhsm import right_pin

INTERNAL, REFUSED, NOTHING_DUE, USER_ACTION = 1, 6, 3, 2
OWNER = "TKYM1408054 1403"
_NEVER = tlv(GENERALIZED_TIME, b"99991231235959Z")
_CA = extension("2.5.29.19", bytes.fromhex("30030101ff"))


def in_days(days: int) -> bytes:
    moment = datetime.now(UTC) + timedelta(days=days)
    return tlv(GENERALIZED_TIME, f"{moment:%Y%m%d%H%M%S}Z".encode())


def put(pc: CliComputer, *odd: OddCertificate, issuer: bytes = b"") -> list[Certificate]:
    """Writes them beside one new key in NSS, for which the bank's CA seems to have issued them."""
    with pc.nss.store().open(right_pin) as session:
        key = session.create_key(KeySpec(), f"key of {odd[0].serial.hex()}")
        spki, by = session.signer(key).spki, issuer or pc.bank.intermediate.subject
        found = [Certificate.read(replace(one, spki=spki, issuer=by).der) for one in odd]
        for certificate in found:
            session.install(key, certificate, certificate.serial_hex)
    return found


def import_pkcs12(
    pc: CliComputer, der: bytes, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, folder: Path
) -> None:
    """As people bring a certificate into NSS: OpenSSL and pk12util."""
    if not pc.nss.directory.exists():
        pc.nss.create()
    certificate, private, bundle = folder / "c.der", folder / "k.pem", folder / "c.p12"
    certificate.write_bytes(der)
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    pem = folder / "c.pem"
    convert = ("openssl", "x509", "-inform", "DER", "-in", certificate, "-out", pem)
    subprocess.run(convert, check=True)
    export = ("openssl", "pkcs12", "-export", "-inkey", private, "-in", pem, "-name", "x")
    subprocess.run((*export, "-passout", "pass:x", "-out", bundle), check=True)
    pc.nss.pk12util("-i", str(bundle), "-W", "x")


def assert_every_command_works(pc: CliComputer) -> None:
    """Each of them ends as it would without the odd certificates."""
    for command in (
        ["list"],
        ["list", "--json"],
        ["remind"],
        ["status"],
        ["remove-old", "--yes"],
        ["renew", "--all", "--yes"],
    ):
        done = pc.run(*command)
        assert done.code in (0, NOTHING_DUE), f"{command}: {done.out}{done.err}"
        assert "CC-INTERNAL" not in done.out + done.err
        assert "Warning" not in done.err


def test_a_certificate_of_every_oddity_is_listed_and_stops_no_command(pc: CliComputer) -> None:
    pc.add_certificate(USB_USER, pc.nss.store(), days=200)
    odd = [replace(one, not_after=in_days(200)) for one in ODDITIES.values()]
    written = {one.fingerprint for one in put(pc, *odd)}
    listed = [c for c in pc.list() if c["fingerprint"] in written]
    assert {c["fingerprint"] for c in listed} == written
    assert all(c["has_key"] and c["user_id"] == PC_USER for c in listed)
    assert {c["obstacle"] for c in listed} == {None}
    assert len(pc.run("list").out.splitlines()) == 1 + 1 + len(written)
    assert_every_command_works(pc)


def test_one_that_is_due_is_renewed_although_odd_ones_lie_beside_it(pc: CliComputer) -> None:
    put(pc, *(replace(one, not_after=in_days(200)) for one in ODDITIES.values()))
    due = pc.add_certificate(USB_USER, pc.nss.store())
    done = pc.run("renew", due.serial_hex, "--yes")
    assert done.code == 0, done.out + done.err


def issue_odd(pc: CliComputer, user_id: str, odd: OddCertificate) -> Certificate:
    """A certificate of the bank as odd as `odd`, signed by its CA, on its register, in NSS."""
    bank = pc.bank.bank
    customer = pc.bank.add_customer(user_id)
    with pc.nss.store().open(right_pin) as session:
        key = session.create_key(KeySpec(), user_id)
        own = replace(
            odd,
            issuer=pc.bank.intermediate.subject,
            subject=customer_subject(customer).public_bytes(),
            spki=session.signer(key).spki,
            not_after=in_days(20),
        )
        certificate = Certificate.read(own.signed_by(bank.ca._intermediate.key))
        session.install_intermediates([pc.bank.intermediate])
        session.install(key, certificate, user_id)
    now = bank.clock()
    state = CertificateState.UNCONFIRMED
    record = CertificateRecord(certificate, user_id, state, Reason.NONE, now, now, confirm_by=now)
    with bank.repositories() as repositories:
        repositories.register.add(record)
        repositories.register.confirm(record, now)
    return certificate


def test_the_banks_own_odd_certificates_are_renewed(pc: CliComputer) -> None:
    for number, odd in enumerate(ODDITIES.values()):
        issue_odd(pc, f"TKYM15{number:05d}", odd)
    done = pc.run("renew", "--all", "--yes", "--json").json
    assert len(done["results"]) == len(ODDITIES)
    assert {one["outcome"] for one in done["results"]} == {"done"}


def test_no_date_stops_a_command(pc: CliComputer) -> None:
    """Case 01: "no expiry"; and an end that lies before the beginning. Each of another customer."""
    pc.add_certificate(USB_USER, pc.nss.store(), days=200)
    ends = (_NEVER, tlv(GENERALIZED_TIME, b"99991003000000Z"), tlv(UTC_TIME, b"500101000000Z"))
    written = put(
        pc,
        *(
            OddCertificate(subject=simple_name(f"TKYM150000{number} 1403"), not_after=end)
            for number, end in enumerate(ends)
        ),
    )
    listed = {one["fingerprint"]: one for one in pc.list()}
    for odd in written:
        assert pc.run("show", odd.serial_hex).code == 0
        assert listed[odd.fingerprint]["not_after"] == odd.not_after.isoformat()
    assert_every_command_works(pc)


def test_what_openssl_and_nss_import_is_listed(pc: CliComputer, tmp_path: Path) -> None:
    """Cases 03, 04, 25, 26, 27: as somebody's file comes onto the computer."""
    names = (
        *("TLS feature 6", "cA FALSE written out", "Shift_JIS in an e-mail address"),
        *("T61String in Latin-1", "an ampersand in a PrintableString"),
    )
    for one in names:
        import_pkcs12(pc, ODDITIES[one].der, rsa_key(0), tmp_path)
    assert len(pc.list()) == len(names)
    assert all(c["key"] == "present" for c in pc.list())
    assert_every_command_works(pc)


def test_a_date_that_cannot_be_read_is_said_to_be(pc: CliComputer) -> None:
    (odd,) = put(pc, OddCertificate(not_after=tlv(UTC_TIME, b"later")))
    (listed,) = pc.list()
    assert (listed["not_after"], listed["days_left"], listed["stage"]) == (None, None, None)
    assert listed["unreadable"] == ["not-after"]
    assert listed["obstacle"] == "CC-CERT-DAMAGED"
    assert "読み取れません" in pc.run("list").out
    assert "読み取れない項目：有効期限" in pc.run("show", odd.serial_hex).out
    done = pc.run("renew", odd.serial_hex, "--yes")
    assert done.code == REFUSED
    assert "CC-CERT-DAMAGED" in done.err
    assert pc.run("remove-old", "--yes", "--json").json["certificates"] == []


def test_a_serial_number_or_issuer_that_cannot_be_read_is_said_to_be(pc: CliComputer) -> None:
    (odd,) = put(pc, OddCertificate(serial=tlv(2, b""), not_after=in_days(200)))
    assert pc.run("list").out.splitlines()[-1].rstrip().endswith("読み取れません")
    assert "シリアル番号 = 読み取れません" in pc.run("show", odd.fingerprint).out
    (nameless,) = put(
        pc, OddCertificate(serial=tlv(2, b"\x07"), not_after=in_days(200)), issuer=sequence(b"\x30")
    )
    assert "発行元 = 読み取れません" in pc.run("show", nameless.fingerprint).out
    assert_every_command_works(pc)


def test_a_certificate_whose_owner_cannot_be_read_is_not_passed_over(pc: CliComputer) -> None:
    (odd,) = put(pc, OddCertificate(subject=sequence(b"\x31\x7f")))
    done = pc.run("list", "--json").json
    assert done["certificates"] == []
    assert [c["fingerprint"] for c in done["unreadable"]] == [odd.fingerprint]
    assert odd.fingerprint in pc.run("list").err


def test_what_does_not_matter_in_a_name_hides_no_certificate(pc: CliComputer) -> None:
    """Spaces, hidden characters, full width, NUL."""
    names = (
        *("TKYM1408054  1403 ", "TKYM1408054\u200b 1403\n"),
        *("ＴＫＹＭ１４０８０５４　１４０３", f"{OWNER}\0"),
    )
    written = put(
        pc,
        *(OddCertificate(subject=simple_name(one), not_after=in_days(200)) for one in names),
    )
    listed = {one["fingerprint"]: one for one in pc.list()}
    assert len(listed) == len(names)
    for odd, common_name in zip(written, names, strict=True):
        found = listed[odd.fingerprint]
        assert (found["user_id"], found["suffix"]) == (PC_USER, "1403")
        assert ["Common Name", common_name] in found["subject"]
    assert_every_command_works(pc)


def test_the_banks_certificate_with_another_name_is_not_passed_over(pc: CliComputer) -> None:
    subjects = (
        *(simple_name(""), simple_name("", "Example"), simple_name("信金 太郎")),
        *(simple_name("tkym1408054 1403"), simple_name("\u202e3041 4508041MYKT"), sequence()),
    )
    odd = put(pc, *(OddCertificate(subject=one, not_after=in_days(20)) for one in subjects))
    put(pc, OddCertificate(subject=simple_name("信金 花子")), issuer=simple_name("E-mail CA"))
    done = pc.run("list", "--json").json
    assert done["certificates"] == []
    assert {c["fingerprint"] for c in done["unreadable"]} == {c.fingerprint for c in odd}
    shown = pc.run("list").err
    assert all(c.fingerprint in shown for c in odd)
    for command in (("show",), ("renew", "--yes")):
        named = pc.run(*command, odd[0].fingerprint)
        assert named.code == REFUSED
        assert "[CC-CERT-DAMAGED]" in named.err
    assert_every_command_works(pc)


def test_one_that_ends_before_it_begins_takes_no_other_ones_place(pc: CliComputer) -> None:
    due = pc.add_certificate(PC_USER, pc.nss.store())
    (never,) = put(pc, OddCertificate(not_before=_NEVER, not_after=in_days(200)))
    conditions = {c["fingerprint"]: c["condition"] for c in pc.list()}
    assert conditions == {due.fingerprint: "renewable", never.fingerprint: "replaced"}
    renewed = pc.run("renew", "--all", "--yes", "--json").json["results"]
    assert [one["outcome"] for one in renewed] == ["done"]


def test_an_ec_key_that_other_software_brought_renews_its_certificate(
    pc: CliComputer, tmp_path: Path
) -> None:
    """Case 13: from a file, with no public key beside the private one."""
    key = ec.generate_private_key(ec.SECP256R1())
    pc.bank.add_customer(PC_USER)
    old = pc.bank.issue_certificate(PC_USER, spki_of(key), 20)
    import_pkcs12(pc, old.der, key, tmp_path)
    (listed,) = pc.list()
    assert (listed["has_key"], listed["key"], listed["key_kind"]) == (True, "present", "EC")
    assert (listed["obstacle"], listed["condition"]) == (None, "renewable")
    done = pc.run("renew", "--yes", "--json")
    (result,) = done.json["results"]
    assert result["outcome"] == "done", done.err
    assert pc.run("remove", old.serial_hex, "--delete", "--yes").code == 0
    assert [one["serial"] for one in pc.list()] == [result["certificate"]["serial"]]
    with pc.nss.store().open(right_pin) as session:
        assert isinstance(session, TokenSession)
        kinds = [one.kind for one in keys(session.session, ObjectClass.PRIVATE_KEY)]
    assert kinds == [KeyKind.RSA]


def test_a_key_of_another_kind_is_there_and_cannot_be_renewed_here(
    pc: CliComputer, tmp_path: Path
) -> None:
    """Case 13 with a curve that the program has no keys on; else: test_cli_key_kinds.py."""
    key = ec.generate_private_key(ec.SECP521R1())
    issuer = pc.bank.intermediate.subject
    odd = OddCertificate(issuer=issuer, spki=spki_of(key), not_after=in_days(10))
    import_pkcs12(pc, odd.der, key, tmp_path)
    (listed,) = pc.list()
    assert (listed["has_key"], listed["key"], listed["key_kind"]) == (True, "present", "EC")
    assert listed["obstacle"] == "CC-CERT-KEY-KIND"
    assert "ここでは更新できない種類の鍵です [CC-CERT-KEY-KIND]" in pc.run("list").out
    for chosen in ((PC_USER,), (), ("--all",)):
        done = pc.run("renew", *chosen, "--yes")
        assert done.code == REFUSED
        assert "[CC-CERT-KEY-KIND]" in done.err
        assert "EC (P-521)" in done.err


def test_a_cas_certificate_and_one_of_another_issuer_are_told_apart(pc: CliComputer) -> None:
    own = pc.add_certificate(PC_USER, pc.nss.store())
    ca, other = put(
        pc,
        OddCertificate(extensions=(_CA, CLIENT_AUTH), not_after=in_days(10)),
    ) + put(pc, OddCertificate(not_after=in_days(10)), issuer=simple_name("Odd Issuing CA"))
    obstacles = {c["fingerprint"]: c["obstacle"] for c in pc.list()}
    assert obstacles == {
        own.fingerprint: None,
        ca.fingerprint: "CC-CERT-CA",
        other.fingerprint: "CC-CERT-OTHER-ISSUER",
    }
    shown = pc.run("list").out
    assert "認証局（CA）の証明書です" in shown
    assert "別の発行元の電子証明書です" in shown
    done = pc.run("renew", other.serial_hex, "--yes")
    assert done.code == USER_ACTION
    assert "[CC-CERT-OTHER-ISSUER]" in done.err
    assert "Odd Issuing CA" in done.err
    assert "[CC-CERT-CA]" in pc.run("renew", ca.serial_hex, "--yes").err
    renewed = pc.run("renew", "--yes", "--json").json["results"]
    assert [one["outcome"] for one in renewed] == ["done"]


@pytest.fixture
def keyless(pc: CliComputer) -> tuple[CliComputer, Certificate]:
    """Case 15: a token whose certificate has lost both halves of its key."""
    token = pc.plug_in_token()
    certificate = pc.add_certificate(USB_USER, token.store())
    with token.store().open(right_pin) as session:
        assert isinstance(session, TokenSession)
        for kind in (ObjectClass.PRIVATE_KEY, ObjectClass.PUBLIC_KEY):
            for half in keys(session.session, kind):
                half.handle.destroy()
    return pc, certificate


def test_what_only_the_pin_can_tell_is_said_in_the_list(
    keyless: tuple[CliComputer, Certificate],
) -> None:
    pc, certificate = keyless
    (listed,) = pc.list()
    assert listed["fingerprint"] == certificate.fingerprint
    assert listed["key"] == "hidden"
    assert "鍵があるかどうかは、PIN を入力すると分かります" in pc.run("list").out
    done = pc.run("renew", USB_USER, "--yes", "--pin-stdin", stdin=f"{PIN}\n")
    assert done.code == REFUSED
    assert "[CC-KEY-NOT-FOUND]" in done.err


def test_a_short_lived_certificate_is_renewed_once(pc: CliComputer) -> None:
    """Case 16: the bank's `days_before` is longer than the certificate's lifetime."""
    profile = pc.bank.profile_path
    text = profile.read_text()
    assert "days_before = 30" in text
    profile.write_text(text.replace("days_before = 30", "days_before = 366"))
    pc.add_certificate(PC_USER, pc.nss.store())
    first = pc.run("renew", "--all", "--yes", "--json").json
    assert [one["outcome"] for one in first["results"]] == ["done"]
    again = pc.run("renew", "--all", "--yes")
    assert again.code == NOTHING_DUE
    assert "[CC-CERT-NOTHING-DUE]" in again.err


def test_libraries_warnings_do_not_reach_the_terminal(pc: CliComputer) -> None:
    """Case 28: serial number 0, of which `cryptography` warns, as anchor and in the store."""
    put(pc, ODDITIES["serial 0"], ODDITIES["a country of three letters"])
    profile = ("--profile", str(pc.bank.profile_path))
    listed = subprocess.run(
        [sys.executable, "-m", "certclient", *profile, "list"],
        env=pc.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert listed.stderr == ""
    code = (
        "import warnings; from certclient import bootstrap; import certclient.cli.main as cli;"
        "cli.main = lambda _services: warnings.warn('of a library') or 0; bootstrap.main()"
    )
    warned = [sys.executable, "-c", code, "list"]
    quiet = subprocess.run(warned, capture_output=True, text=True, check=True)
    assert quiet.stderr == ""
    strict = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, "list"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "of a library" in strict.stderr, "tests still fail on a warning"


_HIDDEN = "\u202eijohS\u200b ieR\x1b[2J"


def test_hidden_characters_are_shown_and_exact_in_json(pc: CliComputer) -> None:
    organization = rdn(attribute("O", _HIDDEN.encode()))
    subject = name(organization, rdn(attribute("CN", OWNER.encode())))
    (odd,) = put(pc, OddCertificate(subject=subject, not_after=in_days(200)))
    shown = pc.run("show", odd.serial_hex).out
    assert "Organization = <U+202E>ijohS<U+200B> ieR<U+001B>[2J" in shown
    assert not set(_HIDDEN) & set("\u202e\u200b\x1b") & set(shown)
    (listed,) = pc.list()
    assert ["Organization", _HIDDEN] in listed["subject"]


def test_a_tokens_label_is_shown_with_its_hidden_characters(pc: CliComputer) -> None:
    token = pc.plug_in_token("US\u202eB")
    pc.add_certificate(USB_USER, token.store())
    assert "US<U+202E>B" in pc.run("list").out
    assert pc.run("list", "--json").json["certificates"][0]["store_label"] == "US\u202eB"


def test_a_database_full_of_other_peoples_certificates_stops_no_command(pc: CliComputer) -> None:
    """All that NSS takes of what the tests' packages bring, each as if its key were here."""
    due = pc.add_certificate(USB_USER, pc.nss.store(), days=200)
    written, refused = 0, 0
    with pc.nss.store().open(right_pin) as session:
        assert isinstance(session, TokenSession)
        key = session.create_key(KeySpec(), "everybody's")
        for number, der in enumerate(one for found in corpus().values() for one in found):
            try:
                template = object_template(Certificate.read(der), f"c{number}", key.key_id)
                session.session.create_object(template)
                written += 1
            except pkcs11.PKCS11Error:
                refused += 1
    assert written > refused
    assert written > 500
    assert due.fingerprint in {c["fingerprint"] for c in pc.list()}
    assert_every_command_works(pc)


def test_one_that_is_not_valid_yet_is_said_to_be(pc: CliComputer) -> None:
    put(pc, OddCertificate(not_before=in_days(5), not_after=in_days(300)))
    assert "まだ有効ではありません（" in pc.run("list").out
    assert_every_command_works(pc)
