"""The keys of a bank's profile (docs/profile.md) as msgspec types, with what may stand in each.

`model.profile_file` reads a profile by them; its JSON Schema (`tools.schemas`) is made from them,
so each description is a sentence for whoever writes a profile.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from certclient.model.ca_signatures import CaSignature
from certclient.model.destination import Destination
from certclient.model.issue_code import LONGEST_CODE, MOST_CODE_ATTEMPTS, CodeCase
from certclient.model.keys import Protection
from certclient.model.lifecycle import DEFAULT_RENEWAL, OBTAIN_DAYS, RENEW_DAYS
from certclient.model.logo import LOGO_BYTES, LOGO_CHARACTERS, LOGO_SIDES
from certclient.model.profile import (
    DEFAULT_MAC_ITERATIONS,
    LEAST_MAC_ITERATIONS,
    MAX_VALIDITY_DAYS,
    MOST_MAC_ITERATIONS,
    MacAlgorithm,
    OldCertificate,
    SecretPolicy,
)

ID_PATTERN = r"^[a-z0-9][a-z0-9-]{0,63}$(?!\n)"
LAST_REMINDER = 366
MAX_REMINDERS = 10
MOST_VALIDITY_DAYS = 36_500
MAX_ACCOUNTING = 20


def _about(text: str) -> msgspec.Meta:
    return msgspec.Meta(description=text)


Sentence = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
ProfileId = Annotated[str, msgspec.Meta(pattern=ID_PATTERN)]
Days = Annotated[int, msgspec.Meta(ge=RENEW_DAYS[0], le=RENEW_DAYS[1])]
ReminderDays = Annotated[int, msgspec.Meta(ge=0, le=LAST_REMINDER)]
DaysAfter = Annotated[int, msgspec.Meta(ge=OBTAIN_DAYS[0], le=OBTAIN_DAYS[1])]
MacIterations = Annotated[int, msgspec.Meta(ge=LEAST_MAC_ITERATIONS, le=MOST_MAC_ITERATIONS)]
ValidityDays = Annotated[int, msgspec.Meta(ge=1, le=MOST_VALIDITY_DAYS)]
ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Reminders = Annotated[
    tuple[ReminderDays, ...],
    msgspec.Meta(min_length=1, max_length=MAX_REMINDERS, extra_json_schema={"uniqueItems": True}),
]
Option = str | bool | int | tuple[str, ...]
"""A setting of a CA's plug-in."""
Signatures = Annotated[tuple[CaSignature, ...], msgspec.Meta(min_length=1)]
Destinations = Annotated[
    tuple[Destination, ...], msgspec.Meta(min_length=1, extra_json_schema={"uniqueItems": True})
]


def _schema(**keywords: object) -> msgspec.Meta:
    """What editors are told beyond msgspec's own checks; `model.profile_file` checks more exactly.
    A pattern here never refuses what the program accepts."""
    return msgspec.Meta(extra_json_schema=keywords)


_HTTP = (
    r"[Hh][Tt][Tt][Pp]([Ss]://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])"
    r"|://([Ll][Oo][Cc][Aa][Ll][Hh][Oo][Ss][Tt]|127\.[0-9.]+|\[[0-9A-Fa-f:.]+\]))"
    r"(:[0-9]+)?([/?][^#\s]*)?"
)
Address = Annotated[str, _schema(format="uri", pattern=f"^{_HTTP}$")]
OptionalAddress = Annotated[str, _schema(pattern=f"^({_HTTP})?$")]
Certificates = Annotated[str, _schema(pattern="-----BEGIN CERTIFICATE-----")]
PublicKeys = Annotated[str, _schema(pattern="-----BEGIN PUBLIC KEY-----")]
ModulePath = Annotated[str, _schema(pattern=r"^(/(?!/)|[A-Za-z]:[\\/])")]

Hour = Annotated[str, _schema(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9])?$")]
Colour = Annotated[str, _schema(pattern="^(#[0-9A-Fa-f]{6})?$")]
Logo = Annotated[str, msgspec.Meta(max_length=LOGO_CHARACTERS)]
Alphabet = Annotated[str, msgspec.Meta(max_length=200)]
CodeAttempts = Annotated[int, msgspec.Meta(ge=0, le=MOST_CODE_ATTEMPTS)]
CodeLength = Annotated[int, msgspec.Meta(ge=1, le=LONGEST_CODE)]
CodeLengths = Annotated[
    tuple[CodeLength, ...],
    msgspec.Meta(max_length=LONGEST_CODE, extra_json_schema={"uniqueItems": True}),
]

_ALL_DESTINATIONS = (Destination.PC, Destination.USB)


class Table(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Rejects unknown keys."""


class LocalizedTable(Table, frozen=True):
    """A text in both languages."""

    ja: Annotated[Sentence, _about("In Japanese.")]
    en: Annotated[Sentence, _about("In English.")]


class SubjectTable(Table, frozen=True):
    """Whose a certificate is, by its Common Name."""

    pattern: Annotated[
        str,
        msgspec.Meta(min_length=1, max_length=500),
        _about(
            "Regular expression (Python) for the whole Common Name, with a group named user_id and "
            "optionally one named suffix."
        ),
    ]
    administrator_suffixes: Annotated[
        tuple[ShortText, ...],
        _about("The suffixes of administrators (管理者); all others are users (利用者)."),
    ] = ()
    issuers: Annotated[
        tuple[ShortText, ...],
        _about(
            "Common Names of the CAs whose certificates in a store are this bank's; default: any."
        ),
    ] = ()
    may_change: Annotated[
        tuple[ShortText, ...],
        _about(
            "Attributes of the subject that a renewal may change: O, OU, L, emailAddress, … or "
            "dotted OIDs; default: none."
        ),
    ] = ()


class RenewalTable(Table, frozen=True):
    """When a certificate may be renewed; days are calendar days in Japan."""

    days_before: Annotated[
        Days,
        _about(
            "Renewable from this many days before the expiry date, but at most a third of the "
            "certificate's own lifetime."
        ),
    ] = DEFAULT_RENEWAL.renew_days_before
    obtain_days_after: Annotated[
        DaysAfter,
        _about("A new certificate can be obtained up to this many days after the expiry date."),
    ] = DEFAULT_RENEWAL.obtain_days_after
    until: Annotated[
        Hour,
        _about(
            "Hour in Japan, HH:MM, at which renewal closes on the expiry date; empty: it closes "
            "when the certificate expires."
        ),
    ] = ""
    reminder_days: Annotated[
        Reminders,
        _about("Reminders at this many days left, at most days_before; 0 is the last day."),
    ] = (30, 10, 7, 3, 1, 0)
    ask_pin: Annotated[
        SecretPolicy, _about("Who is asked for the contract's PIN (ご契約先暗証番号) on renewal.")
    ] = SecretPolicy.NOBODY
    ask_one_time_password: Annotated[
        SecretPolicy, _about("Who is asked for the customer card's one-time password on renewal.")
    ] = SecretPolicy.NOBODY


class KeyTable(Table, frozen=True):
    """The customer's key, created in the store where it stays."""

    algorithm: Annotated[
        Literal["rsa", "ec-p256", "ec-p384"], _about("The key's kind: RSA, or ECDSA on a curve.")
    ] = "rsa"
    bits: Annotated[
        Literal[2048, 3072, 4096], _about('Length of the key; only for algorithm = "rsa".')
    ] = 2048
    protection: Annotated[
        Protection,
        _about("Windows' prompt before each signature: none, consent (中), password (高)."),
    ] = Protection.NONE
    prefer_tpm: Annotated[
        bool, _about("Windows: keep keys in the TPM if it supports what is needed.")
    ] = False
    pss: Annotated[
        bool,
        _about(
            "The login needs RSA-PSS (TLS 1.3 only): refuse tokens that do not make it. "
            'Only for algorithm = "rsa".'
        ),
    ] = False


class CaTable(Table, frozen=True):
    """How the certification authority is reached and recognised."""

    url: Annotated[
        Address,
        _about(
            "The CMP address (RFC 9811), or the base of the EST operations (RFC 7030): https, or "
            "http on this computer."
        ),
    ]
    trust_anchors: Annotated[
        Certificates, _about("One or more CA certificates, PEM, to which everything must lead.")
    ]
    protocol: Annotated[
        ProfileId,
        _about("How the CA is asked: cmp (RFC 9810), est (RFC 7030), or the name of a plug-in."),
    ] = "cmp"
    options: Annotated[
        dict[str, Option], _about("The plug-in's own settings, which it checks itself.")
    ] = {}
    implicit_confirm: Annotated[
        bool,
        _about("Request implicit confirmation (RFC 9810, 5.1.1.1), so that no certConf is sent."),
    ] = False
    mac: Annotated[
        MacAlgorithm,
        _about("MAC of messages protected by an issue code; pbm for a CA without PBMAC1."),
    ] = MacAlgorithm.PBMAC1
    min_mac_iterations: Annotated[
        MacIterations,
        _about("How many iterations the MAC of an answer needs at least; lower it for an old CA."),
    ] = DEFAULT_MAC_ITERATIONS
    allow_sha1_mac: Annotated[
        bool, _about("true: also accept answers of an old CA whose MAC is made with SHA-1.")
    ] = False
    signature_algorithms: Annotated[
        Signatures, _about("How the CA may sign certificates and messages; default: all of these.")
    ] = tuple(CaSignature)
    issuers: Annotated[
        tuple[ShortText, ...],
        _about("Common Names of the only CAs that may issue; default: any below the anchors."),
    ] = ()
    max_validity_days: Annotated[
        ValidityDays, _about("The longest validity of a certificate that is accepted, in days.")
    ] = MAX_VALIDITY_DAYS
    extended_key_usages: Annotated[
        tuple[ShortText, ...],
        _about(
            "Purposes that a certificate may have beside clientAuth, by name or dotted OID; those "
            "of a CA are always refused."
        ),
    ] = ("clientAuth", "emailProtection", "smartcardLogon")
    require_extended_key_usage: Annotated[
        bool,
        _about("false: also accept a certificate without extendedKeyUsage, good for any purpose."),
    ] = True


class TlsTable(Table, frozen=True):
    """Roots for TLS with the bank's own servers, in place of the system's."""

    trust_anchors: Annotated[Certificates, _about("One or more CA certificates, PEM.")]


class ContactTable(LocalizedTable, frozen=True):
    """Whom a customer can ask."""

    phone: Annotated[ShortText | None, _about("Telephone number.")] = None
    hours: Annotated[LocalizedTable | None, _about("When somebody answers it.")] = None


class ContactsTable(Table, frozen=True):
    """Whom to ask, by role."""

    user: Annotated[ContactTable, _about("For a user (利用者).")]
    administrator: Annotated[ContactTable, _about("For an administrator (管理者).")]


class StorageTable(Table, frozen=True):
    """Where certificates and keys may be."""

    destinations: Annotated[
        Destinations, _about("Allowed destinations, the preferred one first.")
    ] = _ALL_DESTINATIONS
    pkcs11_modules: Annotated[
        tuple[ModulePath, ...],
        _about(
            "Token modules (PKCS#11), absolute paths, tried in this order; those of other "
            "operating systems are ignored."
        ),
    ] = ()
    usb_guide_url: Annotated[
        OptionalAddress, _about("The bank's page about USB tokens and their software; empty: none.")
    ] = ""
    install_root: Annotated[
        bool, _about("Windows: also offer to add the CA's root to Windows' trusted roots.")
    ] = False


class CodesTable(Table, frozen=True):
    """What an issue code looks like, so that a mistyped one is found before it is sent."""

    alphabet: Annotated[
        Alphabet,
        _about(
            "The characters in a code, without hyphens; ranges are possible, as in A-Z0-9; empty: "
            "any."
        ),
    ] = ""
    lengths: Annotated[
        CodeLengths,
        _about("How many characters a code may have, hyphens included if kept; empty: any."),
    ] = ()
    hyphens: Annotated[
        Literal["ignored", "kept"],
        _about("ignored: hyphens only group the code; kept: they are part of it."),
    ] = "ignored"
    case: Annotated[
        CodeCase,
        _about(
            "kept: capital and small letters differ; upper, lower: they do not, and the code is "
            "sent in this case."
        ),
    ] = CodeCase.KEPT
    attempts: Annotated[
        CodeAttempts,
        _about("After how many wrong codes the bank locks the right one; 0: not said."),
    ] = 0


class AppearanceTable(Table, frozen=True):
    """What tells the bank from others at a glance, in the windows."""

    colour: Annotated[
        Colour,
        _about(
            "The bank's colour, #rrggbb; windows make it lighter or darker where it would not be "
            "seen; empty: none."
        ),
    ] = ""
    logo: Annotated[
        Logo,
        _about(
            f"The bank's logo: a PNG in Base64, {LOGO_SIDES[0]} to {LOGO_SIDES[1]} pixels wide and "
            f"high, at most {LOGO_BYTES // 1024} KiB, without texts, colour profile or animation; "
            "empty: none."
        ),
    ] = ""


class RevocationTable(Table, frozen=True):
    """Where the bank says which certificates it has revoked."""

    ocsp_url: Annotated[str, _about("OCSP responder (RFC 6960), https or http; asked first.")] = ""
    crl_url: Annotated[str, _about("The issuing CA's complete CRL (RFC 5280), https or http.")] = ""
    from_certificate: Annotated[
        bool,
        _about("Use the addresses in the certificate (AIA, CDP) if the profile has none."),
    ] = False
    ca_certificates: Annotated[
        Certificates,
        _about("Issuing CAs below the trust anchors, PEM; not needed for an anchor that issues."),
    ] = ""


class MoveTable(Table, frozen=True):
    """What customers are told who move to a new PC (docs/profile.md)."""

    old_certificate: Annotated[
        OldCertificate | None,
        _about(
            "replaced: the bank ends the old PC's certificate when it issues the new one, or when "
            "that first logs in; kept: both log in until the old one is revoked; revoked-first: "
            "the bank issues none before. Default: the customer is told that either may be so."
        ),
    ] = None
    code: Annotated[
        LocalizedTable | None,
        _about("How a customer gets the issue code for the new PC; default: from the branch."),
    ] = None
    program_url: Annotated[
        OptionalAddress,
        _about("The page with this program for the new PC; empty: the login page."),
    ] = ""


class UpdatesTable(Table, frozen=True):
    """Where the bank announces new versions (docs/updates.md)."""

    address: Annotated[Address, _about("https address of the signed announcement.")]
    public_keys: Annotated[
        PublicKeys,
        _about("One or more public keys, PEM: Ed25519, P-256 or RSA of 2048 bits or more."),
    ]


class AccountingTable(Table, frozen=True):
    """Accounting software that keeps the certificate which was chosen in it."""

    name: Annotated[ShortText, _about("Its name, as customers know it.")]
    url: Annotated[Address, _about("The page that says how to choose the certificate again.")]


class ProfileTable(Table, frozen=True):
    """A bank's profile for certclient. The file is named after its id."""

    schema: Annotated[Literal[1], _about("Version of this format.")]
    id: Annotated[ProfileId, _about("Identifies the bank; lower-case letters, digits and hyphens.")]
    login_url: Annotated[Address, _about("https address of the bank's login page.")]
    bank: Annotated[LocalizedTable, _about("The bank's name.")]
    subject: Annotated[SubjectTable, _about("Whose a certificate is, by its Common Name.")]
    ca: Annotated[CaTable, _about("How the certification authority is reached and recognised.")]
    contacts: Annotated[ContactsTable, _about("Whom to ask, by role.")]
    renewal: Annotated[RenewalTable, _about("When a certificate may be renewed.")] = RenewalTable()
    key: Annotated[KeyTable, _about("The customer's key.")] = KeyTable()
    tls: Annotated[
        TlsTable | None, _about("Roots for TLS with the bank's servers; default: the system's.")
    ] = None
    storage: Annotated[StorageTable, _about("Where certificates and keys may be.")] = StorageTable()
    codes: Annotated[CodesTable, _about("What an issue code looks like.")] = CodesTable()
    appearance: Annotated[
        AppearanceTable, _about("What tells the bank from others at a glance.")
    ] = AppearanceTable()
    updates: Annotated[
        UpdatesTable | None, _about("Where new versions are announced; without it there are none.")
    ] = None
    revocation: Annotated[
        RevocationTable | None,
        _about("Where revocations are published; without it they are not looked up."),
    ] = None
    move: Annotated[MoveTable, _about("Moving to a new PC.")] = MoveTable()
    rehearsal: Annotated[
        bool, _about("true for a practice bank: every window is marked リハーサル.")
    ] = False
    accounting: Annotated[
        tuple[AccountingTable, ...],
        msgspec.Meta(max_length=MAX_ACCOUNTING),
        _about("Accounting software in which the certificate is chosen again after a renewal."),
    ] = ()
    login_test_url: Annotated[
        OptionalAddress,
        _about("Responds to a GET with 2xx or 3xx only if the certificate logs in; empty: none."),
    ] = ""
