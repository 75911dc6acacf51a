"""What a customer needs who moves to a new PC: numbered steps that can be shown and printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from certclient.model.profile import OldCertificate

if TYPE_CHECKING:
    from certclient.i18n.catalogue import Catalogue
    from certclient.model.profile import Profile


@dataclass(frozen=True, slots=True)
class SheetStep:
    """One step: what to do, and how."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page for one user ID. `note`: what the bank's rule means for the old PC. Contains no
    secret."""

    title: str
    steps: tuple[SheetStep, ...]
    note: str

    @property
    def lines(self) -> tuple[str, ...]:
        """The page as plain text."""
        numbered = [
            line
            for number, step in enumerate(self.steps, start=1)
            for line in (f"{number}. {step.title}", *(f"   {one}" for one in _lines(step.text)), "")
        ]
        return (self.title, "", *numbered, self.note)


def moving_sheet(catalogue: Catalogue, profile: Profile, user_id: str, contact: str) -> Sheet:
    """What is done on the new PC, and at the end on the old one."""
    first = profile.move.old is OldCertificate.FIRST
    names = ("owner", "program", "code", *(("first",) if first else ()), "obtain", "number")
    steps = [_step(catalogue, name, profile, user_id, contact) for name in names]
    finish = "sheet-finish-first-text" if first else "sheet-finish-text"
    steps.append(SheetStep(_text(catalogue, "sheet-finish"), _text(catalogue, finish)))
    note = f"{rule_note(catalogue, profile)}\n{_text(catalogue, 'no-secrets')}"
    return Sheet(_text(catalogue, "sheet-title"), tuple(steps), note)


def lost_sheet(catalogue: Catalogue, profile: Profile, user_id: str, contact: str) -> Sheet:
    """What is done if the old PC is lost or broken. `user_id`: "" if nobody has said it."""
    user = catalogue.text("move.lost-user", user_id=user_id) if user_id else ""
    call = catalogue.text(
        "move.lost-call-text", bank=_bank(catalogue, profile), contact=contact, user_id=user
    )
    steps = [
        SheetStep(_text(catalogue, "lost-call"), call),
        *(_step(catalogue, name, profile, user_id, contact) for name in ("program", "code")),
        _step(catalogue, "obtain", profile, user_id, contact),
    ]
    title, note = _text(catalogue, "lost-title"), _text(catalogue, "lost-broken")
    return Sheet(title, tuple(steps), note)


def rule_note(catalogue: Catalogue, profile: Profile) -> str:
    """Until when the old PC logs in, as far as the profile says."""
    rule = profile.move.old
    return _text(catalogue, f"rule-{rule.value if rule is not None else 'unknown'}")


def _step(
    catalogue: Catalogue, name: str, profile: Profile, user_id: str, contact: str
) -> SheetStep:
    own = profile.move.code if name == "code" else None
    values = {
        "bank": _bank(catalogue, profile),
        "user_id": user_id,
        "url": profile.move.program_url or profile.login_url,
        "contact": contact,
    }
    text = (
        own.for_language(catalogue.language.value)
        if own is not None
        else catalogue.text(f"move.sheet-{name}-text", **values)
    )
    return SheetStep(_text(catalogue, f"sheet-{name}"), text)


def _bank(catalogue: Catalogue, profile: Profile) -> str:
    return profile.bank.for_language(catalogue.language.value)


def _text(catalogue: Catalogue, name: str) -> str:
    return catalogue.text(f"move.{name}")


def _lines(text: str) -> list[str]:
    return text.split("\n")
