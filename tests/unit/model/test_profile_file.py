"""An invalid profile is refused with the file, the key and the reason."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from certclient.model import profile_file
from certclient.model.ca_signatures import ALL_CA_SIGNATURES, CaSignature
from certclient.model.certificate import Role
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.issue_code import FREE_CODE, CodeCase, CodeRule
from certclient.model.keys import KeyAlgorithm, KeySpec
from certclient.model.lifecycle import RenewalPolicy
from certclient.model.profile import AccountingLink, Profile, RevocationSettings, SecretPolicy
from certclient.model.profile_file import examine_profile, profile_from_text
from certclient.model.profile_syntax import ProfileTable
from certclient.model.shape import examine_shape
from support.announcements import ec_key, public_key_pem, spki
from support.paths import Authority, IssuerKey
from support.pki import certificate_pem, make_lab, private_key_pem, rsa_key, spki_of

EC_KEY, OTHER_EC_KEY = ec_key(), ec_key()
SHORT_RSA_KEY = generate_private_key(public_exponent=65537, key_size=1024)

LAB = make_lab(datetime(2026, 6, 1, tzinfo=UTC))
ROOT = certificate_pem(*LAB.anchors).decode()
LEAF = certificate_pem(LAB.issue(spki_of(rsa_key(0)))).decode()

GOOD = f"""
schema = 1
id = "example-bank"
login_url = "https://bank.example.jp/"
bank = {{ ja = "れい信用金庫", en = "Rei Shinkin Bank" }}

[subject]
pattern = '(?P<user_id>[A-Z0-9]{{4,32}})(?: (?P<suffix>[0-9]{{4}}))?'
administrator_suffixes = ["1394"]

[renewal]
days_before = 40
reminder_days = [10, 40]

[ca]
url = "https://ca.example.jp/pkix/"
trust_anchors = '''
{ROOT}'''

[contacts]
user = {{ ja = "管理者の方", en = "your administrator" }}
administrator = {{ ja = "お取引店", en = "your branch" }}

[storage]
destinations = ["usb", "pc"]
pkcs11_modules = ['/usr/lib/a.so', 'C:\\Tokens\\a.dll']
"""


def read(text: str) -> Profile:
    return profile_from_text(text, "bank.toml")


def test_hour_of_closing_and_form_of_codes_are_read() -> None:
    text = GOOD.replace("days_before = 40", 'days_before = 40\nuntil = "09:00"')
    codes = '[codes]\nalphabet = "A-F0-9"\nlengths = [19, 14]\nhyphens = "kept"\nattempts = 5\n[ca]'
    profile = read(text.replace("[ca]", codes))
    assert profile.renewal == RenewalPolicy(40, 90, time(9))
    alphabet = frozenset("ABCDEF0123456789")
    assert profile.codes == CodeRule(
        alphabet, (14, 19), hyphens=True, case=CodeCase.KEPT, attempts=5
    )
    assert read(GOOD).renewal.until is None
    assert read(GOOD).codes == FREE_CODE


def refusal(text: str) -> CertclientError:
    with pytest.raises(CertclientError) as raised:
        read(text)
    assert raised.value.code is ErrorCode.PROFILE_INVALID
    assert raised.value.data["file"] == "bank.toml"
    assert raised.value.data["reason"]
    return raised.value


def line_of(number: str, text: str) -> str:
    return text.splitlines()[int(number) - 1]


def test_complete_profile_is_read() -> None:
    profile = read(GOOD)
    assert profile.id == "example-bank"
    assert profile.bank.for_language("ja") == "れい信用金庫"
    assert profile.bank.for_language("en") == "Rei Shinkin Bank"
    assert profile.renewal == RenewalPolicy(40, 90)
    assert profile.reminder_days == (40, 10)
    assert profile.key == KeySpec(purpose="れい信用金庫")
    assert profile.ca.trust_anchors == LAB.anchors
    assert profile.tls_anchors == ()
    assert profile.destinations == ("usb", "pc")
    assert profile.subject_rule.administrator_suffixes == {"1394"}
    assert profile.ask_pin is SecretPolicy.NOBODY


@pytest.mark.parametrize(
    ("table", "algorithm"),
    [
        ("", KeyAlgorithm.RSA_2048),
        ("bits = 4096", KeyAlgorithm.RSA_4096),
        ('algorithm = "rsa"\nbits = 3072', KeyAlgorithm.RSA_3072),
        ('algorithm = "ec-p256"', KeyAlgorithm.EC_P256),
        ('algorithm = "ec-p384"\nprefer_tpm = true', KeyAlgorithm.EC_P384),
    ],
)
def test_kind_of_key(table: str, algorithm: KeyAlgorithm) -> None:
    assert read(GOOD.replace("[ca]", f"[key]\n{table}\n[ca]")).key.algorithm is algorithm


@pytest.mark.parametrize(("line", "key"), [("bits = 2048", "bits"), ("pss = true", "pss")])
def test_what_only_an_rsa_key_has_is_refused_beside_another(line: str, key: str) -> None:
    text = GOOD.replace("[ca]", f'[key]\nalgorithm = "ec-p256"\n{line}\n[ca]')
    error = refusal(text)
    assert (error.data["key"], error.data["reason"]) == (f"key.{key}", "rsa-only")
    assert error.data["found"] == "ec-p256"
    assert line_of(error.data["line"], text) == line


def test_signed_revocation_information_may_come_by_http() -> None:
    table = """[revocation]
ocsp_url = "http://ocsp.example.jp/"
from_certificate = true
[ca]"""
    settings = read(GOOD.replace("[ca]", table)).revocation
    assert settings == RevocationSettings("http://ocsp.example.jp/", from_certificate=True)
    assert read(GOOD).revocation is None


def test_modules_of_the_other_operating_system_are_skipped() -> None:
    (module,) = read(GOOD).pkcs11_modules
    assert module.is_absolute()
    assert module in (Path("/usr/lib/a.so"), Path(r"C:\Tokens\a.dll"))


def test_omitted_values_default_to_those_of_the_seed() -> None:
    text = re.sub(r"\[renewal\].*?(?=\[ca\])", "", GOOD, flags=re.DOTALL)
    text = re.sub(r"\[storage\].*", "", text, flags=re.DOTALL)
    profile = read(text)
    assert profile.renewal == RenewalPolicy(30, 90)
    assert profile.reminder_days == (30, 10, 7, 3, 1, 0)
    assert profile.destinations == ("pc", "usb")
    assert profile.pkcs11_modules == ()
    assert profile.usb_guide_url == ""


def test_what_the_ca_may_issue_is_read_by_names_and_numbers() -> None:
    text = GOOD.replace('"1394"]', '"1394"]\nmay_change = ["O", "2.5.4.12"]')
    ca = 'extended_key_usages = ["serverAuth", "1.3.6.1.4.1.99999.1"]\nmax_validity_days = 400'
    profile = read(text.replace("[ca]", f"[ca]\n{ca}\nrequire_extended_key_usage = false"))
    assert profile.subject_rule.may_change == {"2.5.4.10", "2.5.4.12"}
    assert profile.ca.extended_key_usages == {"1.3.6.1.5.5.7.3.1", "1.3.6.1.4.1.99999.1"}
    assert (profile.ca.max_validity_days, profile.ca.require_extended_key_usage) == (400, False)
    default = read(GOOD).ca
    assert default.max_validity_days == 1200
    assert default.require_extended_key_usage
    mail, smart_card = "1.3.6.1.5.5.7.3.4", "1.3.6.1.4.1.311.20.2.2"
    assert default.extended_key_usages == {"1.3.6.1.5.5.7.3.2", mail, smart_card}


def test_contacts_name_number_and_hours_if_the_bank_gives_them() -> None:
    hours = ', hours = { ja = "平日 9:00〜17:00", en = "weekdays 9:00 to 17:00" }'
    for more, ja, en in (
        ("", "お取引店", "your branch"),
        (', phone = "0120-1"', "お取引店（電話 0120-1）", "your branch (phone 0120-1)"),
        (
            ', phone = "0120-1"' + hours,
            "お取引店（電話 0120-1、平日 9:00〜17:00）",
            "your branch (phone 0120-1, weekdays 9:00 to 17:00)",
        ),
    ):
        text = GOOD.replace('en = "your branch"', 'en = "your branch"' + more)
        contact = read(text).contacts.administrator
        assert (contact.ja, contact.en) == (ja, en)


ACCOUNTING = "[[accounting]]\nname = '弥生会計'\nurl = 'https://a.example/'\n"


def test_accounting_software_with_its_pages() -> None:
    profile = read(GOOD.replace("[contacts]", f"{ACCOUNTING * 2}[contacts]"))
    assert profile.accounting == (AccountingLink("弥生会計", "https://a.example/"),) * 2
    assert read(GOOD).accounting == ()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (ACCOUNTING.replace("https", "http"), "accounting[0].url"),
        (ACCOUNTING.replace("https:", "javascript:"), "accounting[0].url"),
        (ACCOUNTING + ACCOUNTING.replace("弥生会計", ""), "accounting[1].name"),
        (ACCOUNTING.replace("url", "link"), "accounting[0].link"),
        (ACCOUNTING * 21, "accounting"),
    ],
)
def test_accounting_software_is_checked(text: str, key: str) -> None:
    with pytest.raises(CertclientError) as raised:
        read(GOOD.replace("[contacts]", f"{text}[contacts]"))
    assert raised.value.data["key"] == key


def test_ca_on_loopback_may_use_plain_http() -> None:
    for host in ("127.0.0.1:8080", "localhost", "[::1]:1"):
        url = f"http://{host}/pkix/"
        assert read(GOOD.replace("https://ca.example.jp/pkix/", url)).ca.url == url


def test_every_signature_algorithm_is_accepted_unless_the_bank_names_some() -> None:
    assert read(GOOD).ca.signature_algorithms == ALL_CA_SIGNATURES
    text = GOOD.replace("[ca]", "[ca]\nsignature_algorithms = ['rsa-pss-sha256', 'ed25519']")
    named = {CaSignature.RSA_PSS_SHA256, CaSignature.ED25519}
    assert read(text).ca.signature_algorithms == named


def root_pem(key: IssuerKey) -> str:
    return certificate_pem(Authority.root("Weak Root", key).certificate).decode()


@pytest.mark.parametrize(
    ("pem", "algorithms", "kind"),
    [
        (root_pem(SHORT_RSA_KEY), "", "RSA, 1024 bits"),
        (root_pem(dsa.generate_private_key(2048)), "", "DSA"),
        (root_pem(ec.generate_private_key(ec.SECP192R1())), "", "EC, secp192r1"),
        (
            root_pem(rsa_key(0)),
            "signature_algorithms = ['ecdsa-sha256', 'ed25519']",
            "RSA, 2048 bits",
        ),
        (root_pem(EC_KEY), "signature_algorithms = ['rsa-pkcs1-sha256']", "EC, secp256r1"),
    ],
)
def test_an_anchor_that_no_path_can_use_is_refused(pem: str, algorithms: str, kind: str) -> None:
    """When the profile is read, not at the first customer."""
    text = GOOD.replace(ROOT, pem).replace("[ca]", f"[ca]\n{algorithms}")
    with pytest.raises(CertclientError) as raised:
        read(text)
    assert raised.value.code is ErrorCode.PROFILE_ANCHOR
    data = raised.value.data
    assert (data["file"], data["key"]) == ("bank.toml", "ca.trust_anchors")
    assert (data["anchor"], data["kind"]) == ("Weak Root", kind)
    assert "trust_anchors" in line_of(data["line"], text)


def test_a_weak_tls_anchor_is_refused_as_well() -> None:
    tls = f"[tls]\ntrust_anchors = '''\n{root_pem(SHORT_RSA_KEY)}'''\n[contacts]"
    with pytest.raises(CertclientError) as raised:
        read(GOOD.replace("[contacts]", tls))
    assert raised.value.code is ErrorCode.PROFILE_ANCHOR
    assert raised.value.data["key"] == "tls.trust_anchors"


@pytest.mark.parametrize(
    ("find", "put", "key"),
    [
        ("[ca]", "[ca]\nsignature_algorithms = []", "ca.signature_algorithms"),
        ("[ca]", "[ca]\nsignature_algorithms = 'ed25519'", "ca.signature_algorithms"),
        ("[ca]", "[ca]\nsignature_algorithms = ['rsa-pkcs1-sha1']", "ca.signature_algorithms[0]"),
        ("[ca]", "[ca]\nsignature_algorithms = ['ed25519', 'md5']", "ca.signature_algorithms[1]"),
        # unknown and missing keys, wrong types and numbers
        ("schema = 1", "schema = 2", "schema"),
        ("schema = 1", "", "schema"),
        ("schema = 1", 'schema = "1"', "schema"),
        ("schema = 1", "schema = 1\ncolour = 'red'", "colour"),
        ("[ca]", "[ca]\nurll = 'x'", "ca.urll"),
        ("[contacts]", "[contact]", "contact"),
        ('"example-bank"', '"example-bank\\n"', "id"),
        ('en = "your branch"', 'de = "Filiale"', "contacts.administrator.de"),
        (', en = "your branch"', "", "contacts.administrator.en"),
        ('en = "your branch"', 'en = ""', "contacts.administrator.en"),
        ('"1394"', "1394", "subject.administrator_suffixes[0]"),
        ('"1394"]', '"1394"]\nmay_change = ["Organization"]', "subject.may_change"),
        ("[ca]", "[ca]\nmax_validity_days = 0", "ca.max_validity_days"),
        ("[ca]", '[ca]\nextended_key_usages = ["clientauth"]', "ca.extended_key_usages"),
        ("[ca]", '[ca]\nextended_key_usages = ["cmcRA"]', "ca.extended_key_usages"),
        ("[ca]", '[ca]\nextended_key_usages = ["1.3.6.1.5.5.7.3.9"]', "ca.extended_key_usages"),
        ("days_before = 40", "days_before = 0", "renewal.days_before"),
        ("days_before = 40", "days_before = 367", "renewal.days_before"),
        ("days_before = 40", "days_before = 30.5", "renewal.days_before"),
        ("days_before = 40", "days_before = true", "renewal.days_before"),
        ("days_before = 40", "obtain_days_after = -1", "renewal.obtain_days_after"),
        ("[10, 40]", "[]", "renewal.reminder_days"),
        ("[10, 40]", "[10, -1]", "renewal.reminder_days[1]"),
        ("[10, 40]", "[10, 10]", "renewal.reminder_days"),
        ("[10, 40]", "[10, 41]", "renewal.reminder_days"),
        ("[ca]", "[revocation]\n[ca]", "revocation"),
        ("[ca]", "[revocation]\nocsp_url = 'ldap://x.example.jp/'\n[ca]", "revocation.ocsp_url"),
        ("[ca]", "[revocation]\ncrl_url = 'x'\n[ca]", "revocation.crl_url"),
        ("days_before = 40", "days_before = 39", "renewal.reminder_days"),
        ('"1394"', '"1394", "13945"', "subject.administrator_suffixes"),
        ("days_before = 40", 'ask_pin = "somebody"', "renewal.ask_pin"),
        ("days_before = 40", 'days_before = 40\nuntil = "9:00"', "renewal.until"),
        ("days_before = 40", "days_before = 40\nuntil = 09:00:00", "renewal.until"),
        ("[ca]", '[codes]\nalphabet = "Z-A"\n[ca]', "codes.alphabet"),
        ("[ca]", '[codes]\nalphabet = "a-z"\ncase = "upper"\n[ca]', "codes.alphabet"),
        ("[ca]", "[codes]\nlengths = [16, 16]\n[ca]", "codes.lengths"),
        ("[ca]", "[codes]\nlengths = [0]\n[ca]", "codes.lengths[0]"),
        ("[ca]", '[codes]\nhyphens = "yes"\n[ca]', "codes.hyphens"),
        ("[ca]", "[key]\nbits = 1024\n[ca]", "key.bits"),
        ("[ca]", "[key]\nbits = '2048'\n[ca]", "key.bits"),
        ("[ca]", "[key]\nprotection = 'medium'\n[ca]", "key.protection"),
        ("[ca]", "[key]\nprefer_tpm = 'yes'\n[ca]", "key.prefer_tpm"),
        ('"usb", "pc"', '"floppy"', "storage.destinations[0]"),
        ('"usb", "pc"', "", "storage.destinations"),
        ('"usb", "pc"', '"pc", "pc"', "storage.destinations"),
        ('"example-bank"', '"../etc/passwd"', "id"),
        ('"example-bank"', '"Example"', "id"),
        # patterns
        ("user_id", "uid", "subject.pattern"),
        ("(?P<suffix>", "(?P<other>", "subject.pattern"),
        ("{4,32}", "{32,4}", "subject.pattern"),
        ("(?P<suffix>[0-9]{4})", "[0-9]{4}", "subject.pattern"),
        # addresses
        ("https://ca.example.jp", "http://ca.example.jp", "ca.url"),
        ("https://ca.example.jp", "http://127.0.0.1.example.jp", "ca.url"),
        ("https://ca.example.jp", "http://localhost@example.jp", "ca.url"),
        ("https://ca.example.jp", "ftp://ca.example.jp", "ca.url"),
        ("https://ca.example.jp/pkix/", "https:///pkix/", "ca.url"),
        ("https://ca.example.jp/pkix/", "", "ca.url"),
        ("https://ca.example.jp/", "https://user:pass@ca.example.jp/", "ca.url"),
        ("https://ca.example.jp/", "https://ca.example.jp:99999/", "ca.url"),
        ("https://ca.example.jp/", "https://[ca.example.jp/", "ca.url"),
        ("https://ca.example.jp/pkix/", "https://ca.example.jp/ pkix", "ca.url"),
        ("https://bank.example.jp/", "file:///etc/passwd", "login_url"),
        ("https://bank.example.jp/", "javascript:alert(1)", "login_url"),
        ("[storage]", "[storage]\nusb_guide_url = 'http://a.example'", "storage.usb_guide_url"),
        # modules
        ("'/usr/lib/a.so'", "'lib/a.so'", "storage.pkcs11_modules"),
        ("'/usr/lib/a.so'", "'/usr/lib/../../tmp/a.so'", "storage.pkcs11_modules"),
        ("'/usr/lib/a.so'", r"'\\server\share\a.dll'", "storage.pkcs11_modules"),
        ("'/usr/lib/a.so'", "'C:a.dll'", "storage.pkcs11_modules"),
        # anchors
        (ROOT, "", "ca.trust_anchors"),
        (ROOT, "no certificate at all", "ca.trust_anchors"),
        (ROOT, LEAF, "ca.trust_anchors"),
        (ROOT, ROOT + ROOT, "ca.trust_anchors"),
        (ROOT, ROOT.replace("MII", "MIX", 1), "ca.trust_anchors"),
        (ROOT, ROOT.replace("-----END CERTIFICATE-----", ""), "ca.trust_anchors"),
        (ROOT, ROOT + private_key_pem(rsa_key(0)).decode(), "ca.trust_anchors"),
        ("[contacts]", f"[tls]\ntrust_anchors = '''{LEAF}'''\n[contacts]", "tls.trust_anchors"),
        ("[contacts]", "[tls]\n[contacts]", "tls.trust_anchors"),
        # not TOML
        ("[contacts]", "[contacts", ""),
        ("schema = 1", "schema = 1\nschema = 1", ""),
    ],
)
def test_invalid_value_is_reported_with_its_key(find: str, put: str, key: str) -> None:
    assert find in GOOD
    assert refusal(GOOD.replace(find, put)).data["key"] == key


def test_every_fault_is_found_at_once_in_the_order_of_the_file() -> None:
    text = (
        GOOD.replace('"example-bank"', '"Example"')
        .replace("days_before = 40", 'days_befor = 40\nask_pin = "somebody"')
        .replace("[10, 40]", '[10, "x", 0]')
        .replace("https://ca.example.jp", "http://ca.example.jp")
        .replace(ROOT, "none")
        .replace(', en = "your branch"', "")
    )
    examined = examine_profile(text, "bank.toml")
    assert examined.profile is None
    faults = examined.faults
    assert [error.data["key"] for error in faults] == [
        "id",
        "renewal.days_befor",
        "renewal.ask_pin",
        "renewal.reminder_days[1]",
        "ca.url",
        "ca.trust_anchors",
        "contacts.administrator.en",
    ]
    for error in faults[:-1]:
        key = error.data["key"].rpartition(".")[2].partition("[")[0]
        assert key in line_of(error.data["line"], text)
    assert "administrator" in line_of(faults[-1].data["line"], text)


@pytest.mark.parametrize(
    ("find", "put", "suggestion"),
    [
        ("days_before", "day_before", "days_before"),
        ("[contacts]", "[contact]", "contacts"),
        ("[contacts]", "[Contacts]", "contacts"),
        ("days_before = 40", 'ask_pin = "administrator"', "administrators"),
        ("[ca]", '[ca]\nmac = "PBMAC-1"', "pbmac1"),
        ("[ca]", "[key]\nbits = 2047\n[ca]", "2048"),
    ],
)
def test_a_mistyped_key_or_value_comes_with_what_was_meant(
    find: str, put: str, suggestion: str
) -> None:
    assert refusal(GOOD.replace(find, put)).data["suggestion"] == suggestion


def test_a_value_that_is_like_none_comes_with_all_that_are_possible() -> None:
    data = refusal(GOOD.replace("days_before = 40", 'ask_pin = "x"')).data
    assert data["allowed"] == "nobody, administrators, everybody"
    assert "suggestion" not in data


def test_a_password_in_an_address_is_not_repeated() -> None:
    for address in ("https://user:pass@ca.example.jp/", "https://user:pass@ca.example.jp/ x"):
        assert "pass" not in str(refusal(GOOD.replace("https://ca.example.jp/", address)))


def test_error_does_not_repeat_a_private_key() -> None:
    pem = private_key_pem(rsa_key(0)).decode()
    assert pem.splitlines()[1] not in str(refusal(GOOD.replace(ROOT, ROOT + pem)))


@pytest.mark.parametrize(
    ("policy", "administrator", "user"),
    [
        (SecretPolicy.NOBODY, False, False),
        (SecretPolicy.ADMINISTRATORS, True, False),
        (SecretPolicy.EVERYBODY, True, True),
    ],
)
def test_policy_selects_the_roles_asked_for_a_bank_secret(
    policy: SecretPolicy, administrator: bool, user: bool
) -> None:
    """Way B2: the bank asks its administrators for PIN and one-time password."""
    text = GOOD.replace(
        "days_before = 40\n", f'days_before = 40\nask_one_time_password = "{policy.value}"\n'
    )
    asked = read(text).ask_one_time_password
    assert asked.includes(Role.ADMINISTRATOR) is administrator
    assert asked.includes(Role.USER) is user


# --- Announcements of new versions ---------------------------------------------------------------

UPDATES = f"""
[updates]
address = "https://bank.example.jp/certclient/latest.json"
public_keys = '''
the present one
{public_key_pem(EC_KEY)}
the next one
{public_key_pem(OTHER_EC_KEY)}'''
"""


def test_update_address_and_keys_are_read() -> None:
    updates = read(GOOD + UPDATES).updates
    assert updates is not None
    assert updates.address == "https://bank.example.jp/certclient/latest.json"
    assert updates.keys == (spki(EC_KEY), spki(OTHER_EC_KEY))
    assert read(GOOD).updates is None


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("https://bank.example.jp/certclient", "http://bank.example.jp/certclient", "address"),
        ("BEGIN PUBLIC KEY", "BEGIN PRIVATE KEY", "public_keys"),
        ("-----END PUBLIC KEY-----", "", "public_keys"),
        (public_key_pem(EC_KEY), public_key_pem(OTHER_EC_KEY), "public_keys"),
        (public_key_pem(EC_KEY), public_key_pem(SHORT_RSA_KEY), "public_keys"),
        ("public_keys", "keys", "keys"),
        ("MFkw", "MFkx", "public_keys"),
    ],
    ids=["http", "private", "open", "twice", "short", "name", "damaged"],
)
def test_invalid_updates_section_is_reported_with_its_key(old: str, new: str, key: str) -> None:
    assert refusal(GOOD + UPDATES.replace(old, new)).data["key"] == f"updates.{key}"


def test_a_profile_that_only_msgspec_refuses_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The walk that finds every fault could miss one; its placeholders must never be used."""
    sound = examine_shape({}, ProfileTable)[0]
    monkeypatch.setattr(profile_file, "examine_shape", lambda *_: (sound, []))
    examined = examine_profile(GOOD.replace("schema = 1", "schema = 2"), "bank.toml")
    assert examined.profile is None
    assert examined.faults[0].data["reason"] == "other"


EST = GOOD.replace("[ca]", f"[tls]\ntrust_anchors = '''\n{ROOT}'''\n[ca]\nprotocol = 'est'")


def test_the_ca_may_speak_est() -> None:
    assert read(EST).ca.protocol == "est"
    assert read(GOOD).ca.protocol == "cmp"
    assert refusal(EST.replace("'est'", "'EST'")).data["key"] == "ca.protocol"


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("ca.mac", "[ca]\nmac = 'pbm'"),
        ("ca.implicit_confirm", "[ca]\nimplicit_confirm = true"),
        ("renewal.ask_pin", "[renewal]\nask_pin = 'everybody'"),
        ("renewal.ask_one_time_password", "[renewal]\nask_one_time_password = 'administrators'"),
    ],
)
def test_a_key_that_est_cannot_keep_is_refused(key: str, line: str) -> None:
    table = line.splitlines()[0]
    fault = refusal(EST.replace(table, line)).data
    assert (fault["key"], fault["reason"]) == (key, "protocol-key")
    assert line_of(fault["line"], EST.replace(table, line)).startswith(key.split(".")[1])


def test_est_needs_roots_of_the_banks_own_choice_for_tls() -> None:
    without = GOOD.replace("[ca]", "[ca]\nprotocol = 'est'")
    fault = refusal(without).data
    assert (fault["key"], fault["reason"]) == ("ca.protocol", "protocol-tls")
    assert read(without.replace("https://ca.", "http://127.0.0.1/?")).ca.protocol == "est"


PLUGIN = EST.replace(
    "protocol = 'est'",
    "protocol = 'rei-json'\noptions = { branch = '001', retries = 3, strict = true, ids = ['a'] }",
)


def test_a_plug_ins_options_are_read_as_they_stand() -> None:
    ca = read(PLUGIN).ca
    assert ca.protocol == "rei-json"
    assert dict(ca.options) == {"branch": "001", "retries": 3, "strict": True, "ids": ("a",)}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (PLUGIN.replace("'rei-json'", "'est'"), "ca.options"),
        (PLUGIN.replace("retries = 3", "retries = 3.5"), "ca.options.retries"),
        (PLUGIN.replace("['a']", "[1]"), "ca.options.ids[0]"),
        (PLUGIN.replace("protocol", "mac = 'pbm'\nprotocol"), "ca.mac"),
        (GOOD.replace("[ca]", "[ca]\nprotocol = 'rei-json'"), "ca.protocol"),
    ],
    ids=["for a built-in protocol", "fraction", "list", "for CMP", "without TLS roots"],
)
def test_what_a_plug_in_cannot_have_is_refused(text: str, key: str) -> None:
    assert refusal(text).data["key"] == key
