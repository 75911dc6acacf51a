"""The shapes of `--json`, from which tools.schemas makes resources/schemas/output.

`records.SCHEMA` is their version. Within it, fields may be added; none is removed or changes its
meaning. Tests check the output of each command against its shape.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NotRequired, TypedDict

import msgspec

from certclient.enrollment.bank_status import BankStatus
from certclient.enrollment.diagnosis.values import Kind as DiagnosisKind
from certclient.enrollment.journal import ProcedureKind, ProcedureState, RejectionSource
from certclient.enrollment.login_test import LoginTestResult
from certclient.enrollment.moves import Ended, MoveStep
from certclient.enrollment.overview import Condition
from certclient.enrollment.preflight import Check as ComputerCheckName
from certclient.enrollment.preflight import Verdict as ComputerVerdict
from certclient.enrollment.procedure_status import ProcedurePhase
from certclient.model.certificate import Role
from certclient.model.certificate_reading import CertificateField
from certclient.model.destination import Destination
from certclient.model.errors import Actor, ErrorKind
from certclient.model.lifecycle import Stage
from certclient.model.progress import Step
from certclient.model.public_keys import KeyKind
from certclient.model.revocation_reason import RevocationReason
from certclient.model.update import UpdateState
from certclient.qualification.report import Check, Finding, Verdict
from certclient.qualification.token import TokenCheck
from certclient.store.token_description import MechanismSupport, PinState


def _string(about: str, **keywords: str) -> msgspec.Meta:
    return msgspec.Meta(description=about, extra_json_schema=dict(keywords))


Moment = Annotated[str, _string("ISO 8601, to the second.", format="date-time")]
Deadline = Annotated[str, _string("ISO 8601 in Japan time.")]
Day = Annotated[str, _string("A day in Japan.", format="date")]
Hex = Annotated[str, _string("Hexadecimal digits.", pattern="^[0-9a-f]*$")]
Code = Annotated[str, _string("A stable error code.", pattern="^CC-[A-Z0-9-]+$")]
ExitCode = Annotated[int, msgspec.Meta(ge=0, le=8, description="See docs/cli.md.")]


class Name(TypedDict):
    """A name in both languages."""

    ja: str
    en: str


class Error(TypedDict):
    """An error; `data` differs from code to code."""

    code: Code
    kind: ErrorKind
    actor: Actor
    retriable: bool
    title: str
    sentence: str
    next: str
    help: str
    data: dict[str, str]


class Envelope(TypedDict):
    """What each output has."""

    schema: Literal[1]
    command: str
    ok: bool
    exit_code: ExitCode
    warnings: list[Error]


class Failure(Envelope):
    """The command itself failed."""

    error: Error


class Bank(TypedDict):
    """A bank that is set up."""

    id: str
    name: Name


class ConfiguredBank(TypedDict):
    """A bank as `banks` lists it."""

    id: str | None
    name: Name | None
    file: str | None
    state: Literal["usable", "unusable"]
    rehearsal: bool | None
    not_used: list[str]
    error: Error | None
    warnings: list[Error]


class Store(TypedDict):
    """A certificate store."""

    id: str
    label: str
    title: str
    browser: str | None
    destination: Destination
    available: bool
    error: Error | None


class Certificate(TypedDict):
    """A certificate; what cannot be read is null or empty, and named in `unreadable`."""

    serial: str
    fingerprint: Hex
    subject: list[list[str]]
    issuer: list[list[str]]
    not_before: Moment | None
    not_after: Moment | None
    key_kind: KeyKind
    unreadable: list[CertificateField]


class StoredCertificate(Certificate):
    """A certificate as its store holds it."""

    store: str
    friendly_name: str
    has_key: bool
    key: Literal["present", "missing", "hidden"]
    archived: bool


class Rejection(TypedDict):
    """Why the bank does not accept a certificate."""

    source: RejectionSource
    code: str
    message: str
    noted: Moment


class Entry(StoredCertificate):
    """A customer's certificate, and what can be done with it today."""

    profile: str
    name: str
    user_id: str
    suffix: str
    role: Role
    store_label: str
    browser: str | None
    destination: Destination
    stage: Stage | None
    days_left: int | None
    renew_from: Day | None
    deadline: Deadline | None
    renewal_closed: bool | None
    obtain_until: Day | None
    obstacle: Code | None
    bank_status: BankStatus
    rejection: Rejection | None
    procedure: str | None
    moving: bool


class DueEntry(Entry):
    """A certificate to remind of; `bank`: its name in the selected language."""

    bank: str


class Row(DueEntry):
    """A certificate as `list` and the windows show it."""

    condition: Condition
    procedure_phase: ProcedurePhase | None


class Procedure(TypedDict):
    """A procedure that is not finished, or was not before this command."""

    id: str
    kind: ProcedureKind
    profile: str
    user_id: str
    state: ProcedureState
    started: Moment
    changed: Moment
    store: str
    serial: str | None
    check_at: Moment | None
    last_error: Code | None
    waits_for: Literal["issue-code"] | None
    phase: ProcedurePhase | None
    step: Step | None


class UnusedKey(TypedDict):
    """A key without a certificate and without an open procedure."""

    key: str
    store: str
    store_label: str
    destination: Destination


class Policy(TypedDict):
    """The administrator's settings; null for each that is left open."""

    sources: list[str]
    profiles: list[str] | None
    destinations: list[Destination] | None
    reminder_days: list[int] | None
    proxy: str | None
    unattended_renewal: bool
    spread_renewals: bool
    update_notice: bool
    revocation: bool
    remove_archived: bool


class Login(TypedDict):
    """Whether the new certificate can log in."""

    result: LoginTestResult
    error: Error | None


class ProcedureResult(TypedDict):
    """The result of one renewal, 取得 or resumption."""

    profile: str
    user_id: str
    outcome: Literal["done", "waiting", "stopped", "abandoned", "failed", "needs-person"]
    exit_code: int
    error: Error | None
    procedure: NotRequired[str]
    state: NotRequired[ProcedureState]
    check_at: NotRequired[Moment | None]
    certificate: NotRequired[Certificate]
    store: NotRequired[str]
    destination: NotRequired[Destination]
    old_archived: NotRequired[bool]
    not_accepted: NotRequired[str | None]
    old_kept: NotRequired[bool]
    login: NotRequired[Login]
    seconds: NotRequired[dict[str, float]]


class Announcement(TypedDict):
    """The bank's announcement of a version."""

    standing: UpdateState
    newest: str
    minimum: str | None
    published: Moment
    page: str
    text: Name | None


class AnnouncingBank(Bank):
    """What one bank announces, or why it does not say."""

    announcement: Announcement | None
    error: Error | None


class Confirmation(TypedDict):
    """A confirmation that was sent again."""

    procedure: str
    profile: str
    user_id: str
    confirmed: bool
    not_accepted: str | None
    error: Error | None


class FileFinding(TypedDict):
    """An error or a warning about a file."""

    level: Literal["error", "warning"]
    code: str
    key: str | None
    line: int | None
    column: int | None
    text: str
    data: dict[str, str]


class CheckedBank(TypedDict):
    """The bank of a profile that can be used."""

    id: str
    bank: Name
    rehearsal: bool


class Anchor(Certificate):
    """A trust anchor, and the key of the profile in which it stands."""

    key: str


class Exchange(TypedDict):
    """A message and its answer, by the names of RFC 9810 or, with `request` and `status`, 7030."""

    sent: dict[str, str]
    received: dict[str, str] | None
    lost: bool
    seconds: float


class CaCheck(TypedDict):
    """One check of a CA."""

    check: Check
    title: str
    verdict: Verdict
    finding: Finding | None
    error: Error | None
    meaning: str | None
    exchanges: list[Exchange]


class Counts(TypedDict):
    """Checks by verdict."""

    passed: int
    failed: int
    not_applicable: int
    not_run: int


# The outputs, by command.


class ListOutput(Envelope):
    """The output of list."""

    profile: str | None
    banks: list[Bank]
    stores: list[Store]
    certificates: list[Row]
    unreadable: list[StoredCertificate]


class ShowOutput(Envelope):
    """The output of show."""

    certificate: Entry


class BanksOutput(Envelope):
    """The output of banks."""

    banks: list[ConfiguredBank]


class StatusOutput(Envelope):
    """The output of status."""

    procedures: list[Procedure]
    leftover_keys: list[UnusedKey]
    policy: Policy


class UnfinishedOutput(Envelope):
    """The output of status --unfinished."""

    unfinished: list[str]


class ResultsOutput(Envelope):
    """The output of renew, obtain, resume and open-link."""

    results: list[ProcedureResult]


class AbandonOutput(Envelope):
    """The output of abandon."""

    action: Literal["abandoned"]
    procedure: Procedure


class RemoveKeyOutput(Envelope):
    """The output of remove-key."""

    action: Literal["key-removed"]
    leftover: UnusedKey


class ArchiveOutput(Envelope):
    """The output of remove and restore."""

    action: Literal["archived", "deleted", "restored"]
    certificate: Entry


class RevokeOutput(Envelope):
    """The output of revoke. `action`: what has become of the certificate on this computer, beside
    its revocation at the bank; null if it could not be removed, because of `error`."""

    action: Literal["archived", "deleted"] | None
    reason: RevocationReason
    certificate: Entry
    error: Error | None


class Move(TypedDict):
    """A move to a new PC, on the old one. `serial`: of the certificate here; `number`: the
    confirmation number that was entered."""

    profile: str
    user_id: str
    serial: str
    started: Moment
    step: MoveStep
    number: str | None
    ended: Ended | None
    finished: Moment | None


class MoveStartOutput(Envelope):
    """The output of move start. `sheet`: what the new PC needs, as lines of text."""

    move: Move
    sheet: list[str]


class MoveOutput(Envelope):
    """The output of move finish and move undo."""

    move: Move


class MoveStatusOutput(Envelope):
    """The output of move status."""

    moves: list[Move]


class MoveNumberOutput(Envelope):
    """The output of move number, on the new PC."""

    number: str
    login: Login
    certificate: Entry


class LostSheet(TypedDict):
    """What to do at one bank, as lines of text."""

    profile: str
    sheet: list[str]


class MoveLostOutput(Envelope):
    """The output of move lost."""

    banks: list[LostSheet]


class RemoveArchivedOutput(Envelope):
    """The output of remove-archived. `deleted`: whether `certificates` were deleted; false with
    --dry-run, when they would be."""

    deleted: bool
    certificates: list[Entry]
    errors: list[Error]


class RemoveOldOutput(Envelope):
    """The output of remove-old."""

    certificates: list[Entry]
    errors: list[Error]


class RemoveDataOutput(Envelope):
    """The output of remove-data."""

    removed: list[str]


class RemindOutput(Envelope):
    """The output of remind."""

    certificates: list[DueEntry]
    unusable: list[Store]
    confirmations: list[Confirmation]


class VersionOutput(Envelope):
    """The output of version."""

    version: str
    announcement: NotRequired[Announcement | None]
    banks: NotRequired[list[AnnouncingBank]]


class CheckProfileOutput(Envelope):
    """The output of check-profile."""

    file: str | None
    findings: list[FileFinding]
    profile: CheckedBank | None
    anchors: list[Anchor]


class CheckPolicyOutput(Envelope):
    """The output of check-profile --policy."""

    file: str | None
    findings: list[FileFinding]
    policy: Policy | None


class QualifyCaOutput(Envelope):
    """The output of qualify-ca."""

    profile: str
    url: str
    version: str
    time: Moment
    passed: bool
    counts: Counts
    checks: list[CaCheck]
    left: list[str]


class ComputerCheck(TypedDict):
    """One check of this computer, of a bank, or of a certificate (`certificate`: its serial
    number); what it is not about is null. `note`: what is said beyond the verdict."""

    check: ComputerCheckName
    title: str
    verdict: ComputerVerdict
    bank: str | None
    certificate: str | None
    user_id: str | None
    store: str | None
    folder: str | None
    note: str | None
    error: Error | None


class ComputerCounts(TypedDict):
    """How many checks ended how."""

    passed: int
    warning: int
    failed: int
    skipped: int
    unchecked: int


class CheckOutput(Envelope):
    """The output of check. `ready`: nothing failed."""

    time: Moment
    ready: bool
    summary: str
    counts: ComputerCounts
    checks: list[ComputerCheck]


class DiagnosisFact(TypedDict):
    """One line of a diagnosis; of errors, `name` is the time."""

    name: str
    value: str


class DiagnosisPart(TypedDict):
    """The facts about one bank, store, certificate or procedure. `title` tells it from others."""

    kind: DiagnosisKind
    title: str
    facts: list[DiagnosisFact]


class DiagnosisRecord(TypedDict):
    """What is in the zip. `with_ids`: user IDs and serial numbers are in it; otherwise ID-1, ID-2 …
    stand for user IDs."""

    format: Literal[1]
    made: Moment
    with_ids: bool
    parts: list[DiagnosisPart]


class DiagnoseOutput(Envelope):
    """The output of diagnose. `file`: the zip that was written; null without --output."""

    file: str | None
    diagnosis: DiagnosisRecord


class QuitOutput(Envelope):
    """The output of quit."""

    outcome: Literal["quit", "not-running", "busy"]


class TokenKey(TypedDict):
    """A key that is visible without a PIN; `certificate`: its serial number."""

    label: str
    id: Hex
    kind: str
    certificate: str | None


class DescribedToken(TypedDict):
    """A token as it describes itself; lengths and memory in bytes."""

    store: str
    label: str
    manufacturer: str
    model: str
    serial: str
    hardware_version: str
    firmware_version: str
    reader: str
    module: str
    module_version: str
    pin: PinState
    pin_pad: bool
    min_pin_length: int
    max_pin_length: int
    free_memory: int | None
    write_protected: bool
    mechanisms: list[MechanismSupport]


class Token(DescribedToken):
    """A token with what is on it."""

    keys: list[TokenKey]
    certificates: list[StoredCertificate]


class TokenCheckResult(TypedDict):
    """One check of a token."""

    check: TokenCheck
    title: str
    verdict: Verdict
    seconds: float
    error: Error | None


class QualifyTokenOutput(Envelope):
    """The output of token qualify."""

    version: str
    time: Moment
    passed: bool
    token: DescribedToken
    checks: list[TokenCheckResult]


class TokenInfoOutput(Envelope):
    """The output of token info."""

    tokens: list[Token]


class ChangePinOutput(Envelope):
    """The output of token change-pin."""

    action: Literal["pin-changed"]
    store: str
    label: str


OUTPUTS: Mapping[str, Sequence[Any]] = {
    "list": (ListOutput,),
    "renew": (ResultsOutput,),
    "obtain": (ResultsOutput,),
    "resume": (ResultsOutput,),
    "open-link": (ResultsOutput,),
    "abandon": (AbandonOutput, ResultsOutput),
    "status": (StatusOutput, UnfinishedOutput),
    "show": (ShowOutput,),
    "banks": (BanksOutput,),
    "check": (CheckOutput,),
    "diagnose": (DiagnoseOutput,),
    "remove": (ArchiveOutput,),
    "restore": (ArchiveOutput,),
    "remove-key": (RemoveKeyOutput,),
    "move start": (MoveStartOutput,),
    "move finish": (MoveOutput,),
    "move undo": (MoveOutput,),
    "move status": (MoveStatusOutput,),
    "move number": (MoveNumberOutput,),
    "move lost": (MoveLostOutput,),
    "token info": (TokenInfoOutput,),
    "token change-pin": (ChangePinOutput,),
    "token qualify": (QualifyTokenOutput,),
    "remind": (RemindOutput,),
    "version": (VersionOutput,),
    "check-profile": (CheckProfileOutput, CheckPolicyOutput),
    "qualify-ca": (QualifyCaOutput,),
    "remove-archived": (RemoveArchivedOutput,),
    "remove-old": (RemoveOldOutput,),
    "revoke": (RevokeOutput,),
    "remove-data": (RemoveDataOutput,),
    "quit": (QuitOutput,),
}
"""The shapes of each command's output; `Failure` is another one of each."""
