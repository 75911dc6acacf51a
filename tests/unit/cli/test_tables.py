"""Tables as scripts read them: aligned, one line per row, nothing hidden."""

from __future__ import annotations

import pytest

from certclient.cli.tables import print_table


def test_columns_are_aligned_in_terminal_columns_also_for_japanese(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_table(["銀行", "ID", "期限"], [["れい信用金庫", "A1", "今日"], ["e\u0301x", "B", "明日"]])
    assert capsys.readouterr().out == (
        "銀行          ID  期限\n"
        "れい信用金庫  A1  今日\n"
        "e\u0301x            B   明日\n"
    )  # fmt: skip


def test_no_row_wraps_and_hidden_characters_show(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["a", "b"], [["x" * 3000, "two\nlines\u202e"]])
    heading, row = capsys.readouterr().out.splitlines()
    assert heading == f"a{' ' * 2999}  b"
    assert row == f"{'x' * 3000}  two<U+000A>lines<U+202E>"
