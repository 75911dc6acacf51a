"""A bank's policy and addresses as values. `model.profile_file` parses them from TOML."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path

from certclient.model.ca_signatures import ALL_CA_SIGNATURES, CaSignature
from certclient.model.certificate import Certificate, Owner, Role, SubjectRule
from certclient.model.issue_code import FREE_CODE, CodeRule
from certclient.model.keys import KeySpec
from certclient.model.lifecycle import RenewalPolicy
from certclient.model.purposes import DEFAULT_PURPOSES

MAX_VALIDITY_DAYS = 1200
"""The longest validity of an issued certificate if the profile names none: three years and the
time before and after in which one is renewed."""


class SecretPolicy(enum.Enum):
    """The users whom the bank asks for an additional secret on renewal (way B2)."""

    NOBODY = "nobody"
    ADMINISTRATORS = "administrators"
    EVERYBODY = "everybody"

    def includes(self, role: Role) -> bool:
        """Whether the bank asks a holder with `role`."""
        return self is SecretPolicy.EVERYBODY or (
            self is SecretPolicy.ADMINISTRATORS and role is Role.ADMINISTRATOR
        )


@dataclass(frozen=True, slots=True)
class LocalizedText:
    """One text in Japanese and English."""

    ja: str
    en: str

    def for_language(self, language: str) -> str:
        """The Japanese text for "ja", the English one for any other language."""
        return self.ja if language == "ja" else self.en


class MacAlgorithm(enum.Enum):
    """How CMP messages with an issue code are protected.

    PBMAC1, or PBM for servers that support nothing else (RFC 9481, 6.1).
    """

    PBMAC1 = "pbmac1"
    PBM = "pbm"


DEFAULT_MAC_ITERATIONS = 1000
"""RFC 4211, 4.4 demands 100 and calls 1000 what many suggest as the least; so does NIST SP 800-132,
5.2 for PBKDF2."""
LEAST_MAC_ITERATIONS, MOST_MAC_ITERATIONS = 100, 100_000
"""What a profile may demand."""


@dataclass(frozen=True, slots=True)
class MacFloor:
    """How weak the MAC of a CA's answer may be: it is a means to guess the issue code.

    `iterations`: of PBM or PBMAC1, at least. `sha1`: whether SHA-1 may be any part of it.
    """

    iterations: int = DEFAULT_MAC_ITERATIONS
    sha1: bool = False


DEFAULT_MAC_FLOOR = MacFloor()

CMP, EST = "cmp", "est"
"""The protocols (`CaSettings.protocol`) that certclient speaks without a plug-in."""
BUILT_IN_PROTOCOLS = (CMP, EST)


@dataclass(frozen=True, slots=True)
class CaSettings:
    """The CA's endpoint and trust anchors.

    `url` is the CMP endpoint, or for EST the base of its operations, with the label if the CA has
    one (RFC 7030, 3.2.2); `trust_anchors` are the roots that issued certificates and signed
    responses must chain to, by the CA's signatures in `signature_algorithms`; `implicit_confirm`
    requests implicitConfirm, so that no certConf is needed; `issuers`: the Common Names of the only
    CAs below the anchors that may issue certificates, empty for all of them; `mac_floor`: how weak
    the MAC of an answer may be; `protocol`: CMP, EST,
    or the name of a plug-in (docs/ca-plugins.md), with its `options` by name.

    What the CA may issue: `max_validity_days` of validity; `extended_key_usages` (dotted OIDs)
    beside clientAuth; without `require_extended_key_usage`, also a certificate that names none.
    """

    url: str
    trust_anchors: tuple[Certificate, ...]
    implicit_confirm: bool = False
    mac: MacAlgorithm = MacAlgorithm.PBMAC1
    mac_floor: MacFloor = DEFAULT_MAC_FLOOR
    signature_algorithms: frozenset[CaSignature] = ALL_CA_SIGNATURES
    issuers: frozenset[str] = frozenset()
    protocol: str = CMP
    max_validity_days: int = MAX_VALIDITY_DAYS
    extended_key_usages: frozenset[str] = DEFAULT_PURPOSES
    require_extended_key_usage: bool = True
    options: tuple[tuple[str, str | bool | int | tuple[str, ...]], ...] = ()


class OldCertificate(enum.Enum):
    """What becomes of the old computer's certificate when the bank issues one for the new."""

    REPLACED = "replaced"
    """It ends with the issue, or when the new one logs in for the first time."""
    KEPT = "kept"
    """Both log in until the old one is revoked."""
    FIRST = "revoked-first"
    """The bank issues none before the old one is revoked."""


@dataclass(frozen=True, slots=True)
class MoveSettings:
    """What the profile says about a change of computers.

    `old`: None if it does not say. `code`: how the issue code for the new computer is obtained,
    None for the general advice. `program_url`: the page with this program for the new computer, ""
    for the bank's login page.
    """

    old: OldCertificate | None = None
    code: LocalizedText | None = None
    program_url: str = ""


@dataclass(frozen=True, slots=True)
class UpdateSettings:
    """Where the bank announces new versions (`model.update`).

    `keys`: DER SubjectPublicKeyInfo; one of them must have signed an announcement.
    """

    address: str
    keys: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class RevocationSettings:
    """Where the bank says which certificates it has revoked; "" for an address that it has not.

    `from_certificate`: the addresses in a certificate (authorityInfoAccess, cRLDistributionPoints)
    are used where the profile has none. `ca_certificates`: issuing CAs below the trust anchors.
    """

    ocsp_url: str = ""
    crl_url: str = ""
    from_certificate: bool = False
    ca_certificates: tuple[Certificate, ...] = ()


NO_TEXT = LocalizedText("", "")


@dataclass(frozen=True, slots=True)
class Contact:
    """Who can help: a name and, as far as the bank gives them, a telephone number and the hours
    when somebody answers it."""

    name: LocalizedText
    phone: str = ""
    hours: LocalizedText = NO_TEXT

    @property
    def ja(self) -> str:
        """All in one Japanese text, number and hours in brackets."""
        more = "、".join(filter(None, (f"電話 {self.phone}" if self.phone else "", self.hours.ja)))
        return f"{self.name.ja}（{more}）" if more else self.name.ja

    @property
    def en(self) -> str:
        """The same in English."""
        more = ", ".join(filter(None, (f"phone {self.phone}" if self.phone else "", self.hours.en)))
        return f"{self.name.en} ({more})" if more else self.name.en

    def for_language(self, language: str) -> str:
        """All in one text: Japanese for "ja", English for any other language."""
        return self.ja if language == "ja" else self.en


@dataclass(frozen=True, slots=True)
class Contacts:
    """The bank's help contacts by role (seeds S0, S3)."""

    user: Contact
    administrator: Contact

    def of(self, owner: Owner | None) -> Contact:
        """A 利用者 asks the 管理者, everyone else the branch."""
        return self.user if owner is not None and owner.is_user else self.administrator


@dataclass(frozen=True, slots=True)
class Appearance:
    """What tells the bank from others at a glance. `colour`: #rrggbb in lower case, "" for none;
    `logo`: a PNG that `model.logo` has checked, b"" for none."""

    colour: str = ""
    logo: bytes = b""


@dataclass(frozen=True, slots=True)
class AccountingLink:
    """Accounting software that keeps the certificate chosen in it, and the https page that says how
    it is chosen again."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Profile:
    """One bank. `id` identifies it in links, logs and the journal; days are in Asia/Tokyo.

    `tls_anchors`: roots for the TLS of `ca.url` and `login_url`, in place of the system's if given.
    `pkcs11_modules`: absolute paths of token modules for this operating system, in the order in
    which they are tried. `destinations`: values of `model.destination.Destination` ("pc", "usb")
    that the bank allows, its preferred one first; `excluded_destinations`: those that the
    administrator's policy removed (`model.policy`). `reminder_days`: days left, descending.
    `usb_guide_url`: "" if the bank has no such page. `login_test_url`: an address that answers a
    GET with 2xx or 3xx only if the certificate logs in, "" if the bank has none. `install_root`:
    install the CA's root in Windows, too, if the user agrees to Windows' prompt. `rehearsal`: a
    practice bank, marked in yellow in every window. `codes`: what its issue codes look like.
    `own_revocation`: whether the administrator's policy lets users revoke their certificates.
    `appearance`: its colour and logo in the windows.
    `accounting`: software in which customers choose the new certificate again.
    `remove_archived`: whether it has older archived certificates deleted after a renewal.
    `move`: 新しいパソコンに移る.
    """

    id: str
    bank: LocalizedText
    subject_rule: SubjectRule
    renewal: RenewalPolicy
    reminder_days: tuple[int, ...]
    key: KeySpec
    ca: CaSettings
    tls_anchors: tuple[Certificate, ...]
    login_url: str
    contacts: Contacts
    ask_pin: SecretPolicy
    ask_one_time_password: SecretPolicy
    destinations: tuple[str, ...]
    pkcs11_modules: tuple[Path, ...]
    usb_guide_url: str
    rehearsal: bool = False
    login_test_url: str = ""
    install_root: bool = False
    updates: UpdateSettings | None = None
    revocation: RevocationSettings | None = None
    excluded_destinations: tuple[str, ...] = ()
    codes: CodeRule = FREE_CODE
    own_revocation: bool = True
    remove_archived: bool = False
    accounting: tuple[AccountingLink, ...] = ()
    appearance: Appearance = Appearance()
    move: MoveSettings = MoveSettings()
