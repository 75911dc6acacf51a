"""`certclient check-profile`: every error and warning in a profile or a policy at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from certclient.cli.exit_codes import DONE, EXIT_CODES
from certclient.cli.invocation import Invocation
from certclient.cli.json_output import JsonObject, JsonValue, print_json
from certclient.cli.localized import Command, Option, common_parameters
from certclient.cli.records import certificate_record, policy_record
from certclient.cli.tables import print_table
from certclient.configuration.policy import examine_policy
from certclient.configuration.profiles import examine_file, exposure
from certclient.model.anchor_dates import anchor_error, anchor_warnings
from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode, ErrorKind
from certclient.model.japan_time import in_tokyo
from certclient.model.policy import Policy
from certclient.model.profile import EST, Profile
from certclient.model.profile_notes import Note, profile_notes
from certclient.model.toml_text import TomlText, places
from certclient.model.visible_text import visible

_ERROR, _WARNING = "error", "warning"


@dataclass(frozen=True, slots=True)
class _Finding:
    """`code`: of an error, or the kind of a warning. `data`: as of an error."""

    level: str
    code: str
    text: str
    data: dict[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """`12:1`, or "" if it is not known."""
        return ":".join(self.data[one] for one in ("line", "column") if one in self.data)

    @property
    def key(self) -> str:
        """The dotted key, or the name of a policy's value."""
        return self.data.get("key", self.data.get("name", ""))


@click.pass_obj
def check_profile(invocation: Invocation, file: str | None, policy: bool) -> int:
    """Prints what is wrong in `file`, and a profile's bank and trust anchors.

    `policy`: the file is a policy; without a file, this computer's policy is checked. Returns exit
    code 0 if it can be used, warnings or not, otherwise that of a user's action. Raises
    PROFILE_NOT_FOUND.
    """
    invocation.command = "check-profile"
    if policy:
        return _check_policy(invocation, file)
    if file is None:
        raise click.MissingParameter(param_hint="FILE", param_type="argument")
    return _check_profile(invocation, Path(file))


def _check_profile(invocation: Invocation, path: Path) -> int:
    examined = examine_file(path)
    findings = [_of_error(invocation, error, _ERROR) for error in examined.faults]
    if examined.profile is not None:
        findings += _findings(invocation, examined.profile, examined.text, path)
    code = _exit_code(findings)
    if invocation.json:
        record = _profile_record(examined.profile)
        print_json(invocation, code, _record(path, findings) | record)
        return code
    _print(invocation, str(path), findings)
    if examined.profile is not None:
        _print_profile(invocation, examined.profile)
    return code


def _check_policy(invocation: Invocation, file: str | None) -> int:
    policy, faults = examine_policy(Path(file) if file is not None else None)
    findings = [_of_error(invocation, error, _ERROR) for error in faults]
    code = _exit_code(findings)
    if invocation.json:
        record: JsonObject = {"policy": policy_record(policy) if policy is not None else None}
        print_json(invocation, code, _record(file, findings) | record)
        return code
    this = invocation.catalogue.text("check-profile.this-computer")
    _print(invocation, file or _sources(policy) or this, findings)
    return code


def _sources(policy: Policy | None) -> str:
    return ", ".join(policy.sources) if policy is not None else ""


def _exit_code(findings: Sequence[_Finding]) -> int:
    failed = any(finding.level == _ERROR for finding in findings)
    return EXIT_CODES[ErrorKind.USER_ACTION] if failed else DONE


# Findings


def _findings(
    invocation: Invocation, profile: Profile, text: TomlText | None, path: Path
) -> Iterator[_Finding]:
    """What there is to say about a profile without faults: first its anchors' dates today."""
    now = invocation.services.clock()
    try:
        invocation.services.check_protocol(profile)
    except CertclientError as error:
        yield _of_error(invocation, error, _ERROR, text)
    if expired := anchor_error(profile, now):
        yield _of_error(invocation, expired, _ERROR, text)
    for ending in anchor_warnings(profile, now):
        yield _of_error(invocation, ending, _WARNING, text)
    if exposed := exposure(path):
        yield _of_error(invocation, exposed, _WARNING)
    for note in profile_notes(profile, path.name):
        yield _of_note(invocation, note, text)


def _of_error(
    invocation: Invocation, error: CertclientError, level: str, text: TomlText | None = None
) -> _Finding:
    """The reason alone, which names what is wrong; what the code means is the same each time."""
    shown = invocation.catalogue.error(error)
    words = invocation.catalogue.reason(error)
    if error.code not in (ErrorCode.PROFILE_INVALID, ErrorCode.POLICY_INVALID):
        words = ": ".join(filter(None, [shown.title, error.data.get("anchor", "")]))
    key = error.data.get("key", "")
    place = places(text.position(key)) if text is not None and key else {}
    return _Finding(level, error.code.code, words, {**error.data, **place})


def _of_note(invocation: Invocation, note: Note, text: TomlText | None) -> _Finding:
    words = invocation.catalogue.text(f"check-profile.{note.kind.value}", value=note.value)
    place = places(text.position(note.key)) if text is not None else {}
    return _Finding(_WARNING, note.kind.value, words, {"key": note.key, **place})


# Text


def _print(invocation: Invocation, name: str, findings: Sequence[_Finding]) -> None:
    catalogue = invocation.catalogue
    counts = {level: [one.level for one in findings].count(level) for level in (_ERROR, _WARNING)}
    click.echo(catalogue.text("check-profile.summary", file=visible(name), **counts))
    if findings:
        columns = [catalogue.text(f"column.{name}") for name in ("level", "line", "key", "reason")]
        levels = {level: catalogue.text(f"check-profile.{level}") for level in counts}
        print_table(columns, [(levels[f.level], f.place, f.key, f.text) for f in findings])


def _print_profile(invocation: Invocation, profile: Profile) -> None:
    catalogue = invocation.catalogue
    bank = visible(profile.bank.for_language(invocation.language.value))
    if profile.ca.protocol == EST:
        click.echo(catalogue.text("check-profile.est"))
    click.echo(catalogue.text("check-profile.bank", bank=bank, id=profile.id))
    names = ("key", "anchor", "kind", "from", "until", "fingerprint")
    print_table(
        [catalogue.text(f"column.{name}") for name in names],
        [
            (
                key,
                anchor.common_name,
                anchor.key_kind.value,
                catalogue.day(in_tokyo(anchor.not_before).date()),
                catalogue.day(in_tokyo(anchor.not_after).date()),
                anchor.fingerprint,
            )
            for key, anchor in _anchors(profile)
        ],
    )


def _anchors(profile: Profile) -> Iterator[tuple[str, Certificate]]:
    yield from (("ca.trust_anchors", anchor) for anchor in profile.ca.trust_anchors)
    yield from (("tls.trust_anchors", anchor) for anchor in profile.tls_anchors)


# JSON


def _record(file: str | Path | None, findings: Sequence[_Finding]) -> JsonObject:
    return {
        "file": None if file is None else str(file),
        "findings": [_finding_record(finding) for finding in findings],
    }


def _finding_record(finding: _Finding) -> JsonValue:
    line, column = finding.data.get("line"), finding.data.get("column")
    return {
        "level": finding.level,
        "code": finding.code,
        "key": finding.key or None,
        "line": int(line) if line else None,
        "column": int(column) if column else None,
        "text": finding.text,
        "data": finding.data,
    }


def _profile_record(profile: Profile | None) -> JsonObject:
    if profile is None:
        return {"profile": None, "anchors": []}
    bank = {"ja": profile.bank.ja, "en": profile.bank.en}
    return {
        "profile": {"id": profile.id, "bank": bank, "rehearsal": profile.rehearsal},
        "anchors": [{"key": key, **certificate_record(one)} for key, one in _anchors(profile)],
    }


command = Command(
    name="check-profile",
    callback=check_profile,
    params=[
        click.Argument(["file"], metavar="FILE", required=False),
        Option(["--policy"], is_flag=True),
        *common_parameters(),
    ],
)
