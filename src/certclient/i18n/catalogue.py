"""All texts of one language, read once from resources/i18n/messages.*.toml."""

from __future__ import annotations

import enum
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Literal

import msgspec

from certclient.enrollment.interaction import SecretKind
from certclient.enrollment.journal import State
from certclient.enrollment.login_test import LoginTest
from certclient.enrollment.outcomes import BankHolds
from certclient.i18n.formatting import fill, placeholders
from certclient.model.certificate import TOKYO, Role
from certclient.model.destination import Destination
from certclient.model.errors import Actor, CertclientError
from certclient.model.lifecycle import Stage
from certclient.model.progress import Step
from certclient.store.base import AttemptsLeft

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)


class Language(enum.Enum):
    JAPANESE = "ja"
    ENGLISH = "en"


def language_from_environment(environment: Mapping[str, str], system_locale: str = "") -> Language:
    """Japanese if the first of LC_ALL, LC_MESSAGES and LANG that is set says so (POSIX order).

    `system_locale` counts where none is set, as on Windows ("Japanese_Japan").
    """
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    value = next((environment[name] for name in names if environment.get(name)), system_locale)
    return Language.JAPANESE if value.lower().startswith("ja") else Language.ENGLISH


class _ErrorText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    sentence: str
    next: str
    detail: tuple[str, ...] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A messages file. Every table is keyed by the value of the enum that it words."""

    schema: Literal[1]
    unknown: str
    date: str
    minute: str
    error: dict[str, _ErrorText]
    actor: dict[str, str]
    step: dict[str, str]
    state: dict[str, str]
    bank_holds: dict[str, str] = msgspec.field(name="bank-holds")
    stage: dict[str, str]
    role: dict[str, str]
    destination: dict[str, str]
    attempts: dict[str, str]
    secret: dict[str, str]
    login: dict[str, str]
    how: dict[str, dict[str, str]]
    cli: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Shown:
    """An error in words: what happened, why, what to do next, who can help, what is known.

    `details` are short lines such as "USB token: …"; only those whose value is known.
    """

    code: str
    title: str
    sentence: str
    next_step: str
    help: str
    details: tuple[str, ...]


class Catalogue:
    """The texts of one language for one front end: `cli`, or `window`.

    They differ in what actions are called: a command here, a button there.
    """

    def __init__(self, language: Language, texts: _File, front_end: str = "cli") -> None:
        self.language = language
        self._texts = texts
        self._how = {f"how_{name}": words for name, words in texts.how[front_end].items()}

    def text(self, key: str, **values: object) -> str:
        """The text `table.name` of the command line. Raises KeyError for an unknown one (a bug)."""
        table, _, name = key.partition(".")
        return self._fill(self._texts.cli[table][name], values)

    def error(self, error: CertclientError, contact: str = "") -> Shown:
        """An error in words; `contact` is the bank's own text about who helps this customer."""
        words = self._texts.error[error.code.code]
        values = {name: self._presentable(value) for name, value in error.data.items() if value}
        # Without a word the CA knows: it is told of every refusal before the customer is.
        holds = error.data.get("bank_holds", BankHolds.OLD.value)
        values["bank_holds"] = self._texts.bank_holds[holds]
        known = frozenset(values)
        return Shown(
            code=error.code.code,
            title=self._fill(words.title, values),
            sentence=self._fill(words.sentence, values),
            next_step=self._fill(words.next, values),
            help=self.actor(error.code.actor, contact),
            details=tuple(
                self._fill(line, values) for line in words.detail if placeholders(line) <= known
            ),
        )

    def actor(self, actor: Actor, contact: str = "") -> str:
        """Who can help."""
        contact = contact or self._texts.actor["default-contact"]
        return self._fill(self._texts.actor[actor.value], {"contact": contact})

    def step(self, step: Step) -> str:
        return self._texts.step[step.value]

    def state(self, state: State) -> str:
        return self._texts.state[state.value]

    def stage(self, stage: Stage) -> str:
        return self._texts.stage[stage.value]

    def role(self, role: Role) -> str:
        return self._texts.role[role.value]

    def destination(self, destination: Destination) -> str:
        return self._texts.destination[destination.value]

    def attempts(self, attempts: AttemptsLeft) -> str:
        """A warning about the PIN attempts that are left; "" where there is nothing to say."""
        return self._texts.attempts[attempts.value]

    def secret(self, kind: SecretKind) -> str:
        return self._texts.secret[kind.value]

    def login(self, test: LoginTest, url: str) -> str:
        """Whether the new certificate logs in, or what to do to find out; `url`: where to try."""
        values: dict[str, object] = {"url": url}
        if test.error is not None:
            shown = self.error(test.error)
            values |= {"title": shown.title, "next": shown.next_step, "code": shown.code}
        # What is to be done contains the address itself.
        values |= {name: self._fill(words, values) for name, words in self._how.items()}
        return self._fill(self._texts.login[test.result.value], values)

    def day(self, day: date) -> str:
        """A calendar day: 2027年3月1日, 1 March 2027."""
        return self._fill(self._texts.date, _parts(day))

    def minute(self, moment: datetime) -> str:
        """A moment (aware) in Japan time, to the minute."""
        local = moment.astimezone(TOKYO)
        return self._fill(
            self._texts.minute, {**_parts(local), "hour": local.hour, "minute": local.minute}
        )

    def _fill(self, template: str, values: Mapping[str, object]) -> str:
        return fill(template, {**self._how, **values}, self._texts.unknown)

    def _presentable(self, value: str) -> str:
        """Errors carry days and moments in ISO 8601; everything else is shown as it is."""
        try:
            if len(value) == len("2027-03-01"):
                return self.day(date.fromisoformat(value))
            moment = datetime.fromisoformat(value)
        except ValueError:
            return value
        return self.minute(moment) if moment.tzinfo else value


def _parts(day: date) -> dict[str, object]:
    return {
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "month_name": _MONTHS[day.month - 1],
    }


def load(language: Language, front_end: str = "cli") -> Catalogue:
    """The texts of `language`; read from the package once per process."""
    return Catalogue(language, _read(language), front_end)


@lru_cache
def _read(language: Language) -> _File:
    resource = files("certclient.resources") / "i18n" / f"messages.{language.value}.toml"
    return msgspec.convert(tomllib.loads(resource.read_text(encoding="utf-8")), _File)
