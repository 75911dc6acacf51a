"""What a question says: why it is asked, how many tries are left, what was wrong before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from certclient.enrollment.interaction import SecretKind, SecretRequest
from certclient.model.destination import Destination
from certclient.model.visible_text import visible
from certclient.store.base import AttemptsLeft, PinPurpose, PinRequest
from certclient.ui.enrollment.pages.code_advice import code_attempts

if TYPE_CHECKING:
    from certclient.i18n.catalogue import Catalogue

Question = PinRequest | SecretRequest

translate = QCoreApplication.translate


def is_last_try(question: Question | None) -> bool:
    """Whether another wrong PIN locks the token."""
    return isinstance(question, PinRequest) and question.attempts is AttemptsLeft.FINAL


def is_urgent(question: Question, tries: int) -> bool:
    """Whether the number of tries left is a warning, rather than something to know. `tries`: how
    many answers were wrong so far."""
    counted = isinstance(question, PinRequest) and not question.database
    known = isinstance(question, PinRequest) and question.attempts is not AttemptsLeft.UNKNOWN
    return (bool(tries) and (counted or asks_code(question))) or (counted and known)


def asks_code(question: Question | None) -> bool:
    """Whether the question is about an issue code."""
    return isinstance(question, SecretRequest) and question.kind is SecretKind.ISSUE_CODE


def title(question: Question | None, catalogue: Catalogue) -> str:
    """The page's heading while the question is open."""
    if isinstance(question, SecretRequest):
        text = translate("QuestionPanel", "Please enter: {what}")
        return text.format(what=catalogue.secret(question.kind))
    if question is not None and question.database:
        return translate("QuestionPanel", "Please enter the master password")
    if question is not None and question.purpose is PinPurpose.CURRENT:
        text = translate("QuestionPanel", "Please enter the current PIN of “{name}”")
        return text.format(name=visible(question.label))
    if question is not None and question.full_ids:
        text = translate("QuestionPanel", "Please enter the PIN of “{name}”")
        return text.format(name=visible(question.label))
    return translate("QuestionPanel", "Please enter the PIN of the USB token")


def explanation(question: Question, catalogue: Catalogue) -> str:
    """Why it is asked for, and where the answer goes."""
    if isinstance(question, SecretRequest):
        text = translate(
            "QuestionPanel",
            "The bank wants it for the certificate of {user}. It is sent to the bank, encrypted, "
            "and kept nowhere.",
        )
        again = translate(
            "QuestionPanel",
            "Please type the code from your letter again: it is the same one, and this PC has not "
            "kept it.",
        )
        return text.format(user=visible(question.user_id)) + (
            f"\n{again}" if question.again else ""
        )
    if question.database:
        text = translate(
            "QuestionPanel",
            "Your browser's certificates on this PC are protected by a master password, which you "
            "chose yourself. It is not the one of internet banking, and does not leave this PC.",
        )
        return text + _purpose(question)
    if is_plain(question, catalogue):
        return translate(
            "QuestionPanel",
            "Please enter the PIN of the USB token. It is the token's own PIN, not the one of "
            "internet banking, and goes to the token only.",
        )
    text = translate(
        "QuestionPanel",
        "Please enter the PIN of “{name}”. It is the token's own PIN, not the one of internet "
        "banking, and goes to the token only.",
    )
    return text.format(name=visible(question.label)) + _purpose(question)


def is_plain(request: PinRequest, catalogue: Catalogue) -> bool:
    """Whether the token's label says no more than that it is one."""
    return request.label in ("", catalogue.destination(Destination.USB))


def wrong(question: Question, tries: int, catalogue: Catalogue) -> str:
    """What was wrong, and who said so; the second time differs from the first. "" for nothing."""
    if not tries:
        return ""
    if isinstance(question, SecretRequest):
        once = translate("QuestionPanel", "{what}: what was entered is wrong.")
        again = translate(
            "QuestionPanel", "{what}: what was entered is wrong ({count} times so far)."
        )
        refused = translate("QuestionPanel", " The bank refused it.")
        text = (once if tries == 1 else again) + (refused if question.proven else _unproven())
        return text.replace("{what}", catalogue.secret(question.kind)).replace(
            "{count}", str(tries)
        )
    if question.database:
        once = translate("QuestionPanel", "The master password was wrong.")
        again = translate("QuestionPanel", "The master password was wrong ({count} times so far).")
    else:
        once = translate("QuestionPanel", "The PIN was wrong.")
        again = translate("QuestionPanel", "The PIN was wrong ({count} times so far).")
    return once if tries == 1 else again.replace("{count}", str(tries))


def _unproven() -> str:
    """What a wrong code cannot prove: the bank's answer is protected by the right one."""
    return "\n" + translate(
        "QuestionPanel",
        "The answer that says so cannot be verified. If the code is the one in your letter, enter "
        "it once more or contact your bank.",
    )


def tries_left(question: Question, tries: int, catalogue: Catalogue, contact: str) -> str:
    """How many tries are left, as far as anybody says, and what happens at the last one."""
    if isinstance(question, SecretRequest):
        return code_attempts(question.codes, tries) if asks_code(question) else ""
    if question.database:
        return translate("QuestionPanel", "However often it is wrong, nothing is locked.")
    told = catalogue.attempts(question.attempts)
    if question.attempts is AttemptsLeft.FINAL:
        text = translate(
            "QuestionPanel",
            " A locked token can neither log in nor renew until it is unlocked. "
            "Who can help: {contact}",
        )
        return told + text.format(contact=contact)
    return (
        told
        + translate(
            "QuestionPanel",
            " The token does not tell how many tries are left. If the PIN is wrong several times "
            "in a row, it will be locked.",
        )
    ).strip()


def _purpose(request: PinRequest) -> str:
    """Which browser, and for which certificates; "" for a single renewal."""
    if not request.full_ids:
        return ""
    ids = translate("QuestionPanel", ", ").join(visible(one) for one in request.full_ids)
    lines = [
        translate("QuestionPanel", "It is used to renew: {ids}").format(ids=ids),
        translate(
            "QuestionPanel", "It is remembered until these renewals are over, and stored nowhere."
        ),
    ]
    if request.database:
        where = translate("QuestionPanel", "Place: {name}").format(name=visible(request.label))
        lines.insert(0, where)
    return "\n" + "\n".join(lines)
