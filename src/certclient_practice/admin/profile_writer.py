"""Writes the profile with which certclient finds and trusts this practice bank."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from certclient.model.keys import KeyAlgorithm
from certclient.model.lifecycle import hour_text
from certclient.model.profile import CMP, EST, SecretPolicy
from certclient_practice.admin.logo import COLOUR, LOGO
from certclient_practice.bank.bank import SUBJECT_RULE, Bank
from certclient_practice.bank.ca import INTERMEDIATE_NAME, certificate_pem
from certclient_practice.bank.names import BANK_NAME, PROFILE_ID
from certclient_practice.bank.revocation import CRL_PATH, OCSP_PATH
from certclient_practice.bank.updates import PATH
from certclient_practice.repositories.issue_codes import CodeStyle
from certclient_practice.web.addresses import Addresses


@dataclass(frozen=True, slots=True)
class ProfileOptions:
    """What a rehearsal may vary in a profile.

    Token modules (absolute paths), further secrets, the kind of key, and implicit confirmation.
    `revocation`: whether the bank's OCSP responder and CRL are looked at. `protocol`:
    CMP or EST; a profile for EST must leave further secrets and implicit confirmation alone.
    """

    pkcs11_modules: Sequence[Path] = ()
    ask_pin: SecretPolicy = SecretPolicy.NOBODY
    ask_one_time_password: SecretPolicy = SecretPolicy.NOBODY
    key: KeyAlgorithm = KeyAlgorithm.RSA_2048
    implicit_confirm: bool = False
    revocation: bool = False
    protocol: str = CMP


def profile_toml(
    bank: Bank, addresses: Addresses, options: ProfileOptions = ProfileOptions()
) -> str:
    """Returns the profile as TOML; docs/profile.md describes the format."""
    renewal = bank.policy.renewal
    ca_url = addresses.est_url if options.protocol == EST else addresses.cmp_url
    root = certificate_pem(bank.ca.root)
    modules = [str(path) for path in options.pkcs11_modules]
    return f"""\
schema = 1
id = {_text(PROFILE_ID)}
login_url = {_text(addresses.login_url)}
login_test_url = {_text(addresses.login_url)}
rehearsal = true
bank = {{ ja = {_text(BANK_NAME.ja)}, en = {_text(BANK_NAME.en)} }}

[subject]
pattern = '{SUBJECT_RULE.pattern.pattern}'
administrator_suffixes = {_list(sorted(SUBJECT_RULE.administrator_suffixes))}
issuers = {_list([INTERMEDIATE_NAME])}

[renewal]
days_before = {renewal.renew_days_before}
obtain_days_after = {renewal.obtain_days_after}
until = {_text(hour_text(renewal.until))}
ask_pin = {_text(options.ask_pin.value)}
ask_one_time_password = {_text(options.ask_one_time_password.value)}

[codes]
{_CODES[bank.policy.codes]}attempts = {bank.policy.code_attempts}

[key]
{_key(options.key)}

[ca]
protocol = {_text(options.protocol)}
url = {_text(ca_url)}
implicit_confirm = {_text_bool(options.implicit_confirm)}
trust_anchors = \"\"\"
{root}\"\"\"

[tls]
trust_anchors = \"\"\"
{root}\"\"\"

[contacts]
user = {{ ja = "貴社の管理者の方", en = "your company's administrator" }}
administrator = {{ ja = "練習銀行の窓口", en = "the practice bank's desk", \
phone = "03-0000-0000", \
hours = {{ ja = "練習用の番号です", en = "for practice only" }} }}

[storage]
destinations = ["pc", "usb"]
pkcs11_modules = {_list(modules)}

[appearance]
colour = {_text(COLOUR)}
logo = \"\"\"
{LOGO}\"\"\"
[move]
old_certificate = "replaced"
code = {{ ja = "練習銀行の係員の画面（または certclient practice issue-code）で発行コードを\
出します。", en = "The practice bank's operator pages (or certclient practice issue-code) \
give one." }}

[updates]
address = {_text(addresses.public_url + PATH)}
public_keys = \"\"\"
{bank.updates.public_key_pem}\"\"\"
{_revocation(bank, addresses) if options.revocation else ""}"""


_LETTERS = "2-9A-HJ-NP-Z"
_CODES = {
    CodeStyle.PLAIN: 'hyphens = "ignored"\n',
    CodeStyle.LETTERS: f'alphabet = "{_LETTERS}"\nlengths = [16]\n',
    CodeStyle.HYPHENS: f'alphabet = "{_LETTERS}"\nlengths = [19]\nhyphens = "kept"\n',
    CodeStyle.DIGITS: 'alphabet = "0-9"\nlengths = [24]\n',
}
"""What the profile says about each style of codes."""


def _key(key: KeyAlgorithm) -> str:
    if key.curve is not None:
        return f"algorithm = {_text(key.value)}"
    return f'algorithm = "rsa"\nbits = {key.bits}'


def _revocation(bank: Bank, addresses: Addresses) -> str:
    return f"""
[revocation]
ocsp_url = {_text(addresses.public_url + OCSP_PATH)}
crl_url = {_text(addresses.public_url + CRL_PATH)}
ca_certificates = \"\"\"
{certificate_pem(bank.ca.intermediate)}\"\"\"
"""


def _text(value: str) -> str:
    """Returns a TOML basic string; JSON's escapes are a subset of TOML's."""
    return json.dumps(value, ensure_ascii=False)


def _list(values: Sequence[str]) -> str:
    return json.dumps(list(values), ensure_ascii=False)


def _text_bool(value: bool) -> str:
    return "true" if value else "false"
