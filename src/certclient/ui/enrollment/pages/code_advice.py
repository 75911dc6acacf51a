"""What to look at when an issue code was wrong. Says nothing that only the code's reader knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from certclient.model.issue_code import CodeProblem, CodeRule
from certclient.ui.widgets.parts import sentences

if TYPE_CHECKING:
    from certclient.model.secret import Secret

translate = QCoreApplication.translate

_ALIKE = (("O", "0", "oO0"), ("I", "1", "iIlL1"))
"""Letter, digit, and the characters mistaken for one another."""

SEVERAL = 3
"""After so many wrong codes, it is time to ask somebody."""


def code_advice(code: Secret | None, wrong: int, contact: str) -> str:
    """Returns lines on characters that look alike, the length, and whom to ask; "" for nothing.

    `code`: the one that was typed; `wrong`: how many were wrong so far.
    """
    if not wrong:
        return ""
    lines = []
    if code is not None:
        with code.revealed() as text:
            lines += [*_look_alikes(text), _length(len(text))]
    lines.append(
        translate("CodeAdvice", "A wrong user ID has the same effect: please compare it, too.")
    )
    if wrong >= SEVERAL:
        lines.append(_several(contact))
    return "\n".join(lines)


def code_attempts(codes: CodeRule, wrong: int) -> str:
    """How many wrong codes the bank still accepts, as far as its profile says so; what happens
    then. `wrong`: how many this program has sent so far."""
    left = codes.attempts - wrong
    if left <= 0:
        return translate(
            "CodeAdvice",
            "The bank does not say how many tries are left. After several wrong codes it may lock "
            "the code.",
        )
    if left == 1:
        return translate(
            "CodeAdvice", "This is the last try: after another one the code is locked."
        )
    text = translate(
        "CodeAdvice",
        "{left} more tries. After {attempts} wrong codes the bank locks the code; those entered on "
        "other PCs count, too.",
    )
    return text.format(left=left, attempts=codes.attempts)


def code_mismatch(code: Secret, codes: CodeRule, sentence: str) -> str:
    """Returns why `code` cannot be right, "" if it can. `sentence`: what the bank's codes look
    like."""
    problem = codes.problem(code)
    if problem is None:
        return ""
    text = translate("CodeAdvice", "One of the characters is not possible.")
    if problem is CodeProblem.LENGTH:
        with code.revealed() as typed:
            count = len(typed)
        text = translate("CodeAdvice", "You typed {count} characters.").format(count=count)
    sent = translate(
        "CodeAdvice", "This program found that; nothing was sent to the bank, and no try is lost."
    )
    return sentences(sentence, text, sent)


def _look_alikes(code: str) -> list[str]:
    pairs = [
        translate("CodeAdvice", "the letter {letter} and the digit {digit}").format(
            letter=letter, digit=digit
        )
        for letter, digit, characters in _ALIKE
        if any(character in code for character in characters)
    ]
    if not pairs:
        return []
    comma = translate("CodeAdvice", ", ")
    text = translate("CodeAdvice", "Some characters look alike: {pairs}.")
    return [text.format(pairs=comma.join(pairs))]


def _length(count: int) -> str:
    text = translate("CodeAdvice", "You typed {count} characters. Are there as many in the letter?")
    return text.format(count=count)


def _several(contact: str) -> str:
    text = translate(
        "CodeAdvice",
        "If the letter does not help, please ask: {contact}",
    )
    return text.format(contact=contact)
