"""The inverse of a bank's subject rule: which user IDs and suffixes its pattern can give.

Asked before a key is created or a request sent, so that nobody learns from an issued certificate
that its user ID could never have matched.
"""

from __future__ import annotations

import re

from certclient.model.certificate import SubjectRule

_CONTEXTUAL = re.compile(r"\\[bBAZ1-9]|[\^$]|\(\?(?:[=!]|<[=!]|P=|\()")
"""What makes a group's matches depend on the text around it."""
_SCOPED_FLAGS = re.compile(r"\(\?[aiLmsux]*-?[aiLmsux]+:")


def requested_user_id(rule: SubjectRule, text: str) -> str | None:
    """The user ID that a user means by `text`: it, or the one in an ID with its suffix.

    The suffix is understood as the Common Name writes it, and behind a blank, as `list` shows it.
    What can be a user ID itself is taken for one. None if no Common Name that the rule matches has
    this user ID; a pattern that cannot be judged excludes none.
    """
    user_ids, suffixes = _group(rule.pattern, "user_id"), _group(rule.pattern, "suffix")
    if user_ids is not None and user_ids.fullmatch(text):
        return text
    if found := rule.pattern.fullmatch(text):
        return found["user_id"]
    user_id, blank, suffix = text.rpartition(" ")
    if blank and user_ids is not None and user_ids.fullmatch(user_id.strip()):
        known = suffixes is not None and suffixes.fullmatch(suffix)
        return user_id.strip() if known else None
    return text if user_ids is None else None


def can_give_suffix(pattern: re.Pattern[str], suffix: str) -> bool:
    """Whether the group `suffix` of a rule's pattern can match `suffix`; True if unknown."""
    suffixes = _group(pattern, "suffix")
    return suffixes is None or suffixes.fullmatch(suffix) is not None


def _group(pattern: re.Pattern[str], name: str) -> re.Pattern[str] | None:
    """The pattern inside a named group; None without the group, and if it cannot be judged by
    itself."""
    text = pattern.pattern
    if pattern.flags & re.VERBOSE or _SCOPED_FLAGS.search(text):
        return None
    begin = _beginning(text, name)
    body = text[begin : _end(text, begin)] if begin >= 0 else ""
    outside_sets = _without_sets(body)
    if not body or _CONTEXTUAL.search(outside_sets):
        return None
    return re.compile(body, pattern.flags)


def _beginning(text: str, name: str) -> int:
    """Where the group's content begins; -1 without the group."""
    mark = f"(?P<{name}>"
    at = _without_sets(text).find(mark)
    return at + len(mark) if at >= 0 else -1


def _end(text: str, begin: int) -> int:
    """Where the group ends whose content begins at `begin`."""
    depth = 1
    for at, character in enumerate(_without_sets(text)):
        if at < begin:
            continue
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            return at
    return len(text)


_SET = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)


def _without_sets(text: str) -> str:
    """The pattern with sets and escaped brackets blanked out, all positions unchanged.

    Other escapes stay, as they may refer to the text around the group.
    """

    def blanked(match: re.Match[str]) -> str:
        found = match[0]
        keep = found[0] == "\\" and found[1].isalnum()
        return found if keep else "-" * len(found)

    return _SET.sub(blanked, text)
