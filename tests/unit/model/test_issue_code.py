"""Issue codes as customers type them, by what the bank's profile says about their form."""

from __future__ import annotations

import pytest

from certclient.i18n.catalogue import Language, load
from certclient.model.errors import ErrorCode
from certclient.model.faults import FaultError, Reason
from certclient.model.issue_code import FREE_CODE, CodeCase, CodeProblem, CodeRule, code_rule

LETTERS = code_rule("A-Z0-9", (16,), hyphens=False, case=CodeCase.KEPT)
PRINTED = code_rule("2-9A-HJ-NP-Z", (16,), hyphens=False, case=CodeCase.KEPT)
HYPHENS = code_rule("2-9A-HJ-NP-Z", (9,), hyphens=True, case=CodeCase.KEPT)
DIGITS = code_rule("0-9", (8, 12), hyphens=False, case=CodeCase.KEPT)
NO_ZERO = code_rule("1-9A-Z", (4,), hyphens=False, case=CodeCase.KEPT)


def read(rule: CodeRule, typed: str) -> str | None:
    code = rule.read(typed)
    return code.reveal() if code is not None else None


@pytest.mark.parametrize(
    ("rule", "typed", "code"),
    [
        (FREE_CODE, " ａｂＣ−１２ー３４ ", "abC1234"),
        (FREE_CODE, "a-B c", "aBc"),
        (FREE_CODE, "−−  ", None),
        (LETTERS, "abcd efgh-1234 5678", "ABCDEFGH12345678"),
        (HYPHENS, "ａｂｃｄー2345", "ABCD-2345"),
        (HYPHENS, "abcd−2345", "ABCD-2345"),
        (CodeRule(hyphens=True), "x-Y", "x-Y"),
        (CodeRule(case=CodeCase.UPPER), "ab1", "AB1"),
        (code_rule("a-z", (), hyphens=False, case=CodeCase.KEPT), "ABC", "abc"),
        (code_rule("A-Za-z", (), hyphens=False, case=CodeCase.KEPT), "aB", "aB"),
        (code_rule("A-Z ", (), hyphens=False, case=CodeCase.KEPT), " ab c ", "AB C"),
    ],
)
def test_what_a_user_means(rule: CodeRule, typed: str, code: str | None) -> None:
    assert read(rule, typed) == code


@pytest.mark.parametrize(
    ("rule", "typed", "code"),
    [
        (DIGITS, "OoIl|234", "00111234"),  # no letters: only digits can be meant
        (NO_ZERO, "A0B1", "AOB1"),  # no 0: the letter is meant; 1 is a digit of its own
        (LETTERS, "O0I1", "O0I1"),  # both exist: nobody can tell
        (PRINTED, "O0I1", "O0I1"),  # neither exists: nothing to change into
        (LETTERS, "l", "L"),  # a small L is a letter of the alphabet, folded
    ],
)
def test_characters_that_look_alike_are_changed_only_if_one_alone_can_be_meant(
    rule: CodeRule, typed: str, code: str
) -> None:
    assert read(rule, typed) == code


@pytest.mark.parametrize(
    ("rule", "typed", "problem"),
    [
        (FREE_CODE, "x", None),
        (LETTERS, "ABCD EFGH 1234 567", CodeProblem.LENGTH),
        (LETTERS, "ABCD EFGH 1234 5678", None),
        (LETTERS, "ABCD EFGH 1234 567あ", CodeProblem.CHARACTERS),
        (PRINTED, "ABCDEFGH2345670X", CodeProblem.CHARACTERS),
        (HYPHENS, "ABCD2345", CodeProblem.LENGTH),
        (HYPHENS, "ABCD-2345", None),
        (DIGITS, "12345678", None),
        (DIGITS, "1234567890", CodeProblem.LENGTH),
    ],
)
def test_a_code_that_cannot_be_right_is_known(
    rule: CodeRule, typed: str, problem: CodeProblem | None
) -> None:
    code = rule.read(typed)
    assert code is not None
    assert rule.problem(code) is problem


@pytest.mark.parametrize("rule", [FREE_CODE, LETTERS, PRINTED, HYPHENS, DIGITS, NO_ZERO])
def test_a_code_that_was_read_is_read_the_same_again(rule: CodeRule) -> None:
    code = read(rule, "ab-0O 1l")
    assert code is not None
    assert read(rule, code) == code


@pytest.mark.parametrize(
    ("rule", "ja", "en"),
    [
        (LETTERS, "発行コードは16桁の英数字です。", "16 letters and digits"),
        (DIGITS, "発行コードは8桁または12桁の数字です。", "8 or 12 digits"),
        (PRINTED, "英数字（0 1 I Oは使われません）", "(but not 0 1 I O)"),
        (HYPHENS, "発行コードはハイフンを含む9桁の英数字", "hyphens included"),
        (CodeRule(lengths=(6, 7, 8)), "6〜8桁の文字", "6 to 8 characters"),
        (CodeRule(frozenset("XYZ")), "次の文字（X Y Z）", "X Y Z"),
    ],
)
def test_the_sentence_says_what_the_code_looks_like(rule: CodeRule, ja: str, en: str) -> None:
    for language, words in ((Language.JAPANESE, ja), (Language.ENGLISH, en)):
        shown = load(language).error(rule.error(CodeProblem.LENGTH))
        assert words in shown.sentence
        assert words in load(language).code_shape(rule)


def test_the_error_tells_the_form_and_never_the_code() -> None:
    error = LETTERS.error(CodeProblem.LENGTH)
    assert error.code is ErrorCode.ISSUE_CODE_FORMAT
    assert set(error.data) == {"problem", "alphabet", "lengths", "hyphens", "case"}
    assert load(Language.JAPANESE).code_shape(FREE_CODE) == ""


@pytest.mark.parametrize(
    ("alphabet", "case", "reason"),
    [
        ("Z-A", CodeCase.KEPT, Reason.CODE_ALPHABET),
        ("-AB", CodeCase.KEPT, Reason.CODE_ALPHABET),
        ("AB-", CodeCase.KEPT, Reason.CODE_ALPHABET),
        ("Ａ-Ｚ", CodeCase.KEPT, Reason.CODE_ALPHABET),
        ("A\t", CodeCase.KEPT, Reason.CODE_ALPHABET),
        (" -\U0010ffff", CodeCase.KEPT, Reason.CODE_ALPHABET),
        ("a-z0-9", CodeCase.UPPER, Reason.CODE_CASE),
        ("A-Z", CodeCase.LOWER, Reason.CODE_CASE),
    ],
)
def test_an_alphabet_that_no_code_could_have_is_refused(
    alphabet: str, case: CodeCase, reason: Reason
) -> None:
    with pytest.raises(FaultError) as caught:
        code_rule(alphabet, (), hyphens=False, case=case)
    assert caught.value.reason is reason
