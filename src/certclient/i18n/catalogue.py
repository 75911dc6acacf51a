"""All texts of one language, from resources/i18n/messages.*.toml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from certclient.enrollment.bank_holds import BankHolds
from certclient.i18n.code_shape import code_shape
from certclient.i18n.formatting import fill, placeholders
from certclient.i18n.language import Language as Language
from certclient.i18n.language import language_from_environment as language_from_environment
from certclient.i18n.messages_file import MessagesFile, read
from certclient.model.errors import Actor, CertclientError, ErrorCode
from certclient.model.faults import Reason
from certclient.model.issue_code import CodeRule, rule_of
from certclient.model.japan_time import clock_time, in_tokyo
from certclient.platform.resources import resources_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from certclient.enrollment.interaction import SecretKind
    from certclient.enrollment.journal import ProcedureState
    from certclient.enrollment.login_test import LoginTest
    from certclient.model.certificate import Role
    from certclient.model.certificate_reading import CertificateField
    from certclient.model.destination import Destination
    from certclient.model.lifecycle import Lifecycle
    from certclient.model.progress import Step
    from certclient.store.base import AttemptsLeft

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)


_RESUME_HINT, _SAVED_HINT = "{resume_hint}", "{saved_hint}"
"""In the texts of errors: sentences that are true only of a procedure that has begun."""


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

    def __init__(self, language: Language, texts: MessagesFile, front_end: str = "cli") -> None:
        self.language = language
        self._texts = texts
        how = texts.table(f"how.{front_end}")
        self._how = {f"how_{name}": words for name, words in how.items()}

    def text(self, key: str, **values: object) -> str:
        """The text `table.name` of the command line. Raises KeyError for an unknown key (a bug)."""
        table, _, name = key.partition(".")
        return self._fill(self._texts.entry(f"cli.{table}", name), values)

    def error(self, error: CertclientError, contact: str = "", *, begun: bool = True) -> ErrorText:
        """The texts of an error. `contact`: the bank's own text on whom to contact. `begun`: a
        procedure may be open; if not, nothing is said about what is saved and how to resume it."""
        words = self._texts.table(f"error.{error.code.code}")
        # The texts for this data `problem`; those missing are the error's own.
        chosen = {**words, **words.get("problem", {}).get(error.data.get("problem", ""), {})}
        values = {name: self._presentable(value) for name, value in error.data.items() if value}
        # OLD by default: a procedure reports every rejection to the CA before it shows the error.
        holds = error.data.get("bank_holds", BankHolds.OLD.value)
        values["bank_holds"] = self._texts.entry("bank-holds", holds)
        if error.data.get("reason", "") in self._texts.table("reason"):
            values["reason"] = self.reason(error)
        if error.code is ErrorCode.ISSUE_CODE_FORMAT:
            values["code_shape"] = self.code_shape(rule_of(error.data))
        if fields := error.data.get("fields"):
            values["fields"] = self._fields(fields.split(","))
        known = frozenset(values)
        return ErrorText(
            code=error.code.code,
            title=self._fill(chosen["title"], values),
            sentence=self._fill(self._hinted(chosen["sentence"], begun=begun), values).strip(),
            next_step=self._fill(self._hinted(chosen["next"], begun=begun), values),
            help=self.actor(error.code.actor, contact),
            details=tuple(
                line
                for line in (
                    self._fill(line, values)
                    for line in chosen.get("detail", ())
                    if placeholders(line) <= known
                )
                if not _says_twice(line)
            ),
        )

    def reason(self, error: CertclientError) -> str:
        """What is wrong with a value in a profile or policy (data `reason`), and what could be
        there instead. The text of an error that no `model.faults.Reason` describes, or ""."""
        data, name = dict(error.data), error.data.get("reason", "")
        reasons = self._texts.table("reason")
        if name not in reasons:
            return name
        if name == Reason.WRONG_TYPE.value:
            kinds = self._texts.table("value-kind")
            data |= {one: kinds[data[one]] for one in ("expected", "found")}
        hints = self._texts.table("reason-hint").items()
        wanted = [text for needs, text in hints if needs in data]
        return "".join(self._fill(text, data) for text in (reasons[name], *wanted))

    def _hinted(self, template: str, *, begun: bool) -> str:
        saved, resume = self._word("saved_hint"), self._word("resume_hint")
        filled = template.replace(_SAVED_HINT, saved if begun else "")
        return filled.replace(_RESUME_HINT, resume if begun else "")

    def problems(self, code: ErrorCode) -> Sequence[str]:
        """The values of data `problem` for which an error has texts of its own."""
        return list(self._texts.table(f"error.{code.code}").get("problem", ()))

    def actor(self, actor: Actor, contact: str = "") -> str:
        """Whom to contact; a default text if `contact` is empty."""
        contact = contact or self._texts.entry("actor", "default-contact")
        return self._fill(self._texts.entry("actor", actor.value), {"contact": contact})

    def step(self, step: Step) -> str:
        """A running step, as shown in progress."""
        return self._texts.entry("step", step.value)

    def state(self, state: ProcedureState) -> str:
        """The state of a procedure."""
        return self._texts.entry("state", state.value)

    def stage(self, life: Lifecycle) -> str:
        """What the dates of a certificate permit today."""
        return self._word("closed") if life.closed else self._texts.entry("stage", life.stage.value)

    def code_shape(self, rule: CodeRule) -> str:
        """What an issue code looks like, as a sentence; "" if the bank's may be anything."""
        return code_shape(self._texts.table("code-shape"), rule)

    def role(self, role: Role) -> str:
        """管理者 or 利用者, in this language."""
        return self._texts.entry("role", role.value)

    def destination(self, destination: Destination) -> str:
        """The kind of store: PC or USB token."""
        return self._texts.entry("destination", destination.value)

    def fields(self, fields: Iterable[CertificateField]) -> str:
        """The names of a certificate's parts, in a list."""
        return self._fields([one.value for one in fields])

    def _fields(self, fields: Sequence[str]) -> str:
        """In the order of the messages file, which is that of CertificateField."""
        names = self._texts.table("field").items()
        return self.listed(text for field, text in names if field in fields)

    def listed(self, names: Iterable[str]) -> str:
        """Names in a list."""
        return self._word("comma").join(names)

    def attempts(self, attempts: AttemptsLeft) -> str:
        """A warning about the remaining PIN attempts; "" if none is needed."""
        return self._texts.entry("attempts", attempts.value)

    def secret(self, kind: SecretKind) -> str:
        """The name of a secret, for its prompt."""
        return self._texts.entry("secret", kind.value)

    def login(self, test: LoginTest, url: str) -> str:
        """The result of the login test, or how to try it; `url`: where to try."""
        values: dict[str, object] = {"url": url}
        if test.error is not None:
            shown = self.error(test.error)
            values |= {"title": shown.title, "next": shown.next_step, "code": shown.code}
        # The instructions themselves contain the URL.
        values |= {name: self._fill(words, values) for name, words in self._how.items()}
        return self._fill(self._texts.entry("login", test.result.value), values)

    def day(self, day: date) -> str:
        """A calendar day: 2027年3月1日, 1 March 2027."""
        return self._fill(self._word("date"), _parts(day))

    def minute(self, moment: datetime) -> str:
        """A moment (aware) in Japan time, to the minute."""
        local = in_tokyo(moment)
        return self._fill(
            self._word("minute"), {**_parts(local), "hour": local.hour, "minute": local.minute}
        )

    @property
    def zone(self) -> str:
        """What follows a time of day to say that it is Japan's; "" in Japanese."""
        return self._word("zone")

    def compact(self, text: str) -> str:
        """A text with dates for a narrow column: names of months in three letters, and without
        `zone`, which the column's heading has."""
        shorter = _NAMED_DATE.sub(lambda found: f"{found[1]} {found[2][:3]} {found[3]}", text)
        return shorter.replace(self.zone, "") if self.zone else shorter

    def until(self, life: Lifecycle) -> str:
        """The end of validity, to the minute, and the hour at which renewal closes if that is
        earlier and not long past."""
        text, still = self.minute(life.expires), life.renewal_ahead
        if not life.closed and not (life.closes_early and still):
            return text
        template = self._word("until-closed" if life.closed else "until-open")
        return self._fill(template, {"until": text, "time": clock_time(life.deadline)})

    def first(self, life: Lifecycle) -> str:
        """When renewal begins: a day, for a short-lived certificate the minute."""
        first = life.first
        return self.minute(first) if isinstance(first, datetime) else self.day(first)

    def _word(self, name: str) -> str:
        """A text that stands before the first table."""
        return self._texts.entry("", name)

    def _fill(self, template: str, values: Mapping[str, object]) -> str:
        return fill(template, {**self._how, **values}, self._word("unknown"))

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


_NAMED_DATE = re.compile(rf"(\d+) ({'|'.join(_MONTHS)}) (\d{{4}})")


def _parts(day: date) -> dict[str, object]:
    return {
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "month_name": _MONTHS[day.month - 1],
    }


def load(language: Language, front_end: str = "cli") -> Catalogue:
    """The texts of `language`; the file is read once per process."""
    file = resources_folder() / "i18n" / f"messages.{language.value}.toml"
    return Catalogue(language, read(str(file)), front_end)
