"""How often the user's answer to a question was wrong since the program started. No Qt."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from certclient.enrollment.interaction import SecretKind, SecretRequest

if TYPE_CHECKING:
    from certclient.store.base import PinRequest

_Key = tuple[str, str]


class WrongTries:
    """Counts in place of a token, which tells at most that few tries are left (PKCS#11 v3.1,
    CK_TOKEN_INFO). Holds no secret."""

    def __init__(self) -> None:
        self._counts: Counter[_Key] = Counter()

    def note(self, question: PinRequest | SecretRequest) -> int:
        """Call it once for each question asked; returns how many answers were wrong so far.

        A question that follows no wrong answer starts at 0 again. Not so for an issue code: the
        first one is typed on another page, and a bank counts all wrong ones.
        """
        key = _key(question)
        if question.previous_incorrect:
            self._counts[key] += 1
        elif not _is_code(question):
            self._counts[key] = 0
        return self._counts[key]


def _is_code(question: PinRequest | SecretRequest) -> bool:
    return isinstance(question, SecretRequest) and question.kind is SecretKind.ISSUE_CODE


def _key(question: PinRequest | SecretRequest) -> _Key:
    if isinstance(question, SecretRequest):
        return question.kind.value, question.user_id
    return "pin", question.store_id
