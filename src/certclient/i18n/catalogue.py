"""All texts of one language, read once from resources/i18n/messages.*.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

import msgspec

from certclient.enrollment.outcomes import BankHolds
from certclient.i18n.code_shape import CodeShapeTexts, code_shape
from certclient.i18n.formatting import fill, placeholders
from certclient.i18n.language import Language as Language
from certclient.i18n.language import language_from_environment as language_from_environment
from certclient.model.certificate_reading import CertificateField
from certclient.model.errors import Actor, CertclientError, ErrorCode
from certclient.model.faults import Reason
from certclient.model.issue_code import CodeRule, rule_of
from certclient.model.japan_time import clock_time, in_tokyo
from certclient.model.lifecycle import Lifecycle, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from certclient.enrollment.interaction import SecretKind
    from certclient.enrollment.journal import ProcedureState
    from certclient.enrollment.login_test import LoginTest
    from certclient.model.certificate import Role
    from certclient.model.destination import Destination
    from certclient.model.progress import Step
    from certclient.store.base import AttemptsLeft

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)


_RESUME_HINT, _SAVED_HINT = "{resume_hint}", "{saved_hint}"
"""In the texts of errors: sentences that are true only of a procedure that has begun."""


class _ErrorVariant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The texts of an error with this data `problem`; those missing are the error's own."""

    sentence: str
    next: str
    title: str = ""
    detail: tuple[str, ...] | None = None


class _ErrorEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    sentence: str
    next: str
    detail: tuple[str, ...] = ()
    problem: dict[str, _ErrorVariant] = {}


class _CatalogueFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A messages file. The keys of each table are the values of an enum."""

    schema: Literal[1]
    unknown: str
    date: str
    minute: str
    until_open: str = msgspec.field(name="until-open")
    until_closed: str = msgspec.field(name="until-closed")
    comma: str
    saved_hint: str
    resume_hint: str
    error: dict[str, _ErrorEntry]
    actor: dict[str, str]
    step: dict[str, str]
    state: dict[str, str]
    bank_holds: dict[str, str] = msgspec.field(name="bank-holds")
    stage: dict[str, str]
    closed: str
    code_shape: CodeShapeTexts = msgspec.field(name="code-shape")
    role: dict[str, str]
    destination: dict[str, str]
    reason: dict[str, str]
    reason_hint: dict[str, str] = msgspec.field(name="reason-hint")
    value_kind: dict[str, str] = msgspec.field(name="value-kind")
    field: dict[str, str]
    attempts: dict[str, str]
    secret: dict[str, str]
    login: dict[str, str]
    how: dict[str, dict[str, str]]
    cli: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class ErrorText:
    """An error as text: what happened, why, what to do next, whom to contact, details.

    `details` are short lines such as "USB token: …", only for values that are known.
    """

    code: str
    title: str
    sentence: str
    next_step: str
    help: str
    details: tuple[str, ...]


class Catalogue:
    """The texts of one language for one front end: `cli` or `window`.

    The front ends differ in how they name actions: by a command or by a button.
    """

    def __init__(self, language: Language, texts: _CatalogueFile, front_end: str = "cli") -> None:
        self.language = language
        self._texts = texts
        self._how = {f"how_{name}": words for name, words in texts.how[front_end].items()}

    def text(self, key: str, **values: object) -> str:
        """The text `table.name` of the command line. Raises KeyError for an unknown key (a bug)."""
        table, _, name = key.partition(".")
        return self._fill(self._texts.cli[table][name], values)

    def error(self, error: CertclientError, contact: str = "", *, begun: bool = True) -> ErrorText:
        """The texts of an error. `contact`: the bank's own text on whom to contact. `begun`: a
        procedure may be open; if not, nothing is said about what is saved and how to resume it."""
        words = self._texts.error[error.code.code]
        variant = words.problem.get(error.data.get("problem", ""))
        values = {name: self._presentable(value) for name, value in error.data.items() if value}
        # OLD by default: a procedure reports every rejection to the CA before it shows the error.
        holds = error.data.get("bank_holds", BankHolds.OLD.value)
        values["bank_holds"] = self._texts.bank_holds[holds]
        if error.data.get("reason") in self._texts.reason:
            values["reason"] = self.reason(error)
        if error.code is ErrorCode.ISSUE_CODE_FORMAT:
            values["code_shape"] = self.code_shape(rule_of(error.data))
        if fields := error.data.get("fields"):
            values["fields"] = self.fields(map(CertificateField, fields.split(",")))
        known = frozenset(values)
        chosen = variant or words
        detail = words.detail if variant is None or variant.detail is None else variant.detail
        return ErrorText(
            code=error.code.code,
            title=self._fill((variant and variant.title) or words.title, values),
            sentence=self._fill(self._hinted(chosen.sentence, begun=begun), values).strip(),
            next_step=self._fill(self._hinted(chosen.next, begun=begun), values),
            help=self.actor(error.code.actor, contact),
            details=tuple(
                line
                for line in (
                    self._fill(line, values) for line in detail if placeholders(line) <= known
                )
                if not _says_twice(line)
            ),
        )

    def reason(self, error: CertclientError) -> str:
        """What is wrong with a value in a profile or policy (data `reason`), and what could be
        there instead. The text of an error that no `model.faults.Reason` describes, or ""."""
        data, name = dict(error.data), error.data.get("reason", "")
        if name not in self._texts.reason:
            return name
        if name == Reason.WRONG_TYPE.value:
            data |= {one: self._texts.value_kind[data[one]] for one in ("expected", "found")}
        hints = [text for needs, text in self._texts.reason_hint.items() if needs in data]
        return "".join(self._fill(text, data) for text in (self._texts.reason[name], *hints))

    def _hinted(self, template: str, *, begun: bool) -> str:
        saved, resume = self._texts.saved_hint, self._texts.resume_hint
        filled = template.replace(_SAVED_HINT, saved if begun else "")
        return filled.replace(_RESUME_HINT, resume if begun else "")

    def problems(self, code: ErrorCode) -> Sequence[str]:
        """The values of data `problem` for which an error has texts of its own."""
        return list(self._texts.error[code.code].problem)

    def actor(self, actor: Actor, contact: str = "") -> str:
        """Whom to contact; a default text if `contact` is empty."""
        contact = contact or self._texts.actor["default-contact"]
        return self._fill(self._texts.actor[actor.value], {"contact": contact})

    def step(self, step: Step) -> str:
        """A running step, as shown in progress."""
        return self._texts.step[step.value]

    def state(self, state: ProcedureState) -> str:
        """The state of a procedure."""
        return self._texts.state[state.value]

    def stage(self, life: Lifecycle) -> str:
        """What the dates of a certificate permit today."""
        return self._texts.closed if life.closed else self._texts.stage[life.stage.value]

    def code_shape(self, rule: CodeRule) -> str:
        """What an issue code looks like, as a sentence; "" if the bank's may be anything."""
        return code_shape(self._texts.code_shape, rule)

    def role(self, role: Role) -> str:
        """管理者 or 利用者, in this language."""
        return self._texts.role[role.value]

    def destination(self, destination: Destination) -> str:
        """The kind of store: PC or USB token."""
        return self._texts.destination[destination.value]

    def fields(self, fields: Iterable[CertificateField]) -> str:
        """The names of a certificate's parts, in a list."""
        return self.listed(
            self._texts.field[one.value] for one in CertificateField if one in set(fields)
        )

    def listed(self, names: Iterable[str]) -> str:
        """Names in a list."""
        return self._texts.comma.join(names)

    def attempts(self, attempts: AttemptsLeft) -> str:
        """A warning about the remaining PIN attempts; "" if none is needed."""
        return self._texts.attempts[attempts.value]

    def secret(self, kind: SecretKind) -> str:
        """The name of a secret, for its prompt."""
        return self._texts.secret[kind.value]

    def login(self, test: LoginTest, url: str) -> str:
        """The result of the login test, or how to try it; `url`: where to try."""
        values: dict[str, object] = {"url": url}
        if test.error is not None:
            shown = self.error(test.error)
            values |= {"title": shown.title, "next": shown.next_step, "code": shown.code}
        # The instructions themselves contain the URL.
        values |= {name: self._fill(words, values) for name, words in self._how.items()}
        return self._fill(self._texts.login[test.result.value], values)

    def day(self, day: date) -> str:
        """A calendar day: 2027年3月1日, 1 March 2027."""
        return self._fill(self._texts.date, _parts(day))

    def minute(self, moment: datetime) -> str:
        """A moment (aware) in Japan time, to the minute."""
        local = in_tokyo(moment)
        return self._fill(
            self._texts.minute, {**_parts(local), "hour": local.hour, "minute": local.minute}
        )

    def until(self, life: Lifecycle) -> str:
        """The end of validity, to the minute, and the hour at which renewal closes if that is
        earlier and not long past."""
        text, still = self.minute(life.expires), life.stage in (Stage.NOT_YET, Stage.RENEWABLE)
        if not life.closed and not (life.closes_early and still):
            return text
        template = self._texts.until_closed if life.closed else self._texts.until_open
        return self._fill(template, {"until": text, "time": clock_time(life.deadline)})

    def first(self, life: Lifecycle) -> str:
        """When renewal begins: a day, for a short-lived certificate the minute."""
        first = life.first
        return self.minute(first) if isinstance(first, datetime) else self.day(first)

    def _fill(self, template: str, values: Mapping[str, object]) -> str:
        return fill(template, {**self._how, **values}, self._texts.unknown)

    def _presentable(self, value: str) -> str:
        """Formats ISO 8601 days and moments in error data; other values are unchanged."""
        try:
            if len(value) == len("2027-03-01"):
                return self.day(date.fromisoformat(value))
            moment = datetime.fromisoformat(value)
        except ValueError:
            return value
        return self.minute(moment) if moment.tzinfo else value


def _says_twice(line: str) -> bool:
    """Whether a detail's value is no more than its name, as in 専用USB：専用USB."""
    name, _, value = line.replace("：", ":").partition(":")
    return name.strip() == value.strip()


def _parts(day: date) -> dict[str, object]:
    return {
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "month_name": _MONTHS[day.month - 1],
    }


def load(language: Language, front_end: str = "cli") -> Catalogue:
    """The texts of `language`; the file is read once per process."""
    return Catalogue(language, _read(language), front_end)


@lru_cache
def _read(language: Language) -> _CatalogueFile:
    resource = files("certclient.resources") / "i18n" / f"messages.{language.value}.toml"
    return msgspec.convert(tomllib.loads(resource.read_text(encoding="utf-8")), _CatalogueFile)
