"""A bank's policy and addresses as values. `model.profile_file` reads them from TOML."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path

from certclient.model.certificate import Certificate, Role, SubjectRule
from certclient.model.keys import KeySpec
from certclient.model.lifecycle import RenewalPolicy


class AskWhom(enum.Enum):
    """From whom the bank wants a further secret on renewal (way B2)."""

    NOBODY = "nobody"
    ADMINISTRATORS = "administrators"
    EVERYBODY = "everybody"

    def includes(self, role: Role) -> bool:
        """Whether a holder with `role` is asked."""
        return self is AskWhom.EVERYBODY or (
            self is AskWhom.ADMINISTRATORS and role is Role.ADMINISTRATOR
        )


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both languages."""

    ja: str
    en: str

    def for_language(self, language: str) -> str:
        return self.ja if language == "ja" else self.en


class MacAlgorithm(enum.Enum):
    """How messages with an issue code are protected (CMP): PBMAC1, or PBM for servers that know no
    other (RFC 9481, 6.1)."""

    PBMAC1 = "pbmac1"
    PBM = "pbm"


@dataclass(frozen=True, slots=True)
class CaSettings:
    """Where the CA is and what it must chain to.

    `url` is the CMP endpoint; `trust_anchors` are the root certificates that issued certificates
    and every protected answer must chain to; `implicit_confirm` asks the CA to need no certConf.
    """

    url: str
    trust_anchors: tuple[Certificate, ...]
    implicit_confirm: bool = False
    mac: MacAlgorithm = MacAlgorithm.PBMAC1


@dataclass(frozen=True, slots=True)
class UpdateSettings:
    """Where the bank announces new versions (`model.update`), and the keys of which one must have
    signed that (SubjectPublicKeyInfo, DER)."""

    address: str
    keys: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Contacts:
    """Who helps whom (seeds S0, S3): by role, and for everybody."""

    user: Words
    administrator: Words


@dataclass(frozen=True, slots=True)
class Profile:
    """One bank. `id` names it in links, logs and the journal; days are calendar days in Tokyo.

    `tls_anchors`: roots for the TLS of `ca.url` and `login_url`, in place of the system's where
    given. `pkcs11_modules`: absolute paths of token modules for this operating system, tried in
    this order. `destinations`: values of `model.destination.Destination` ("pc", "usb") that the
    bank allows, the bank's favourite first; `withheld`: those of them that this computer's
    administrator took away (`model.policy`). `reminder_days`: days left, the most first.
    `usb_guide_url` is "" where the bank has no such page, `login_test_url` where it has no address
    that answers a GET with 2xx or 3xx exactly if the certificate logs in. `install_root`: Windows
    is to trust the CA's root too, if its user says yes to Windows' own question. `rehearsal`: a
    practice bank, which every window says in yellow.
    """

    id: str
    bank: Words
    subject_rule: SubjectRule
    renewal: RenewalPolicy
    reminder_days: tuple[int, ...]
    key: KeySpec
    ca: CaSettings
    tls_anchors: tuple[Certificate, ...]
    login_url: str
    contacts: Contacts
    ask_pin: AskWhom
    ask_one_time_password: AskWhom
    destinations: tuple[str, ...]
    pkcs11_modules: tuple[Path, ...]
    usb_guide_url: str
    rehearsal: bool = False
    login_test_url: str = ""
    install_root: bool = False
    updates: UpdateSettings | None = None
    withheld: tuple[str, ...] = ()
