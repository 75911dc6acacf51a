"""The table that `make bench` writes."""

from datetime import date
from pathlib import Path

from benchmarks.__main__ import measure
from benchmarks.table import COLUMNS, Measured, Row, cells, decode, encode, markdown

MET = Row("a command", "0.1 s", "a | b 0.2 s", "0.5 x", "<= 1 x", met=True, runs=5)
MISSED = Row("another", "0.3 s", goal="<= 0.2 s", met=False, runs=5)


def test_rows_pass_from_process_to_process() -> None:
    assert decode(encode([MET, MISSED])) == [MET, MISSED]


def test_written_table_shows_what_was_missed_and_the_notes() -> None:
    day = date(2026, 11, 30)
    text = markdown(
        [Measured([MET], 0.5), Measured([MISSED], 0.0)], day, "2 processors", "## Why\n"
    )
    lines = text.splitlines()
    assert "2026-11-30, 2 processors" in text
    assert r"| a command | 0.1 s | a \| b 0.2 s | 0.5 x | <= 1 x | yes | 5 | 50% |" in lines
    assert "| another | 0.3 s |  |  | <= 0.2 s | NO | 5 | 0% |" in lines
    assert lines[-1] == "## Why"


def test_each_line_has_all_columns() -> None:
    assert len(cells(MET, 0.1)) == len(COLUMNS)


def test_benchmark_that_fails_is_a_line_of_the_table() -> None:
    measured = measure("no_such_benchmark")
    assert len(measured.rows) == 1
    assert measured.rows[0].what == "no_such_benchmark"
    assert measured.rows[0].measured.startswith("failed")
    assert measured.rows[0].runs == 0


def test_committed_results_are_a_table_of_this_form() -> None:
    results = Path(__file__).parents[3] / "benchmarks" / "results.md"
    assert f"| {' | '.join(COLUMNS)} |" in results.read_text(encoding="utf-8").splitlines()
