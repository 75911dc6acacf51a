"""Generates docs/errors.md, the page for help desks, from the message catalogues and
docs/help-desk.toml.

.venv/bin/python -m tools.errors_page
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from certclient.cli.exit_codes import EXIT_CODES
from certclient.i18n.catalogue import Catalogue, ErrorText, Language, load
from certclient.model.errors import Actor, CertclientError, ErrorCode
from tools.docs.help_desk import advice

PAGE = Path(__file__).parents[1] / "docs" / "errors.md"

_HEAD = """\
# エラーコード / Error codes

For help desks: what each code means, what the customer reads, what to ask, what to do. Start with
[help-desk.md](help-desk.md). The meaning of a code never changes. *Exit code* is that of the
command line ([reference](reference/exit-codes.md)).

`.venv/bin/python -m tools.errors_page` generates this page from the message catalogues and
`docs/help-desk.toml`; a test checks that it is current.
"""

_ACTORS = {
    Actor.CUSTOMER: "お客さま / customer",
    Actor.SYSTEM_ADMINISTRATOR: "社内のパソコン担当者 / system administrator",
    Actor.BANK: "金融機関 / bank",
    Actor.NOBODY: "だれも / nobody",
    Actor.DEVELOPER: "提供元 / developer",
}


def page() -> str:
    """The whole page as Markdown: every code in the order of `ErrorCode`, in both languages."""
    japanese, english = load(Language.JAPANESE), load(Language.ENGLISH)
    return "\n".join([_HEAD, *(_entry(code, japanese, english) for code in ErrorCode)])


def _entry(code: ErrorCode, japanese: Catalogue, english: Catalogue) -> str:
    error = CertclientError(code)
    return "\n".join(
        [
            f"## {code.code}",
            "",
            f"exit code {EXIT_CODES[code.kind]} · {_ACTORS[code.actor]}",
            "",
            _words(japanese.error(error)),
            "",
            _words(english.error(error)),
            "",
            *_variants(code, japanese, english),
            *_advice(code.code),
        ]
    )


def _advice(code: str) -> Iterator[str]:
    """What the help desk asks and does, in both languages."""
    given = advice(code)
    for title, texts in (("確認すること / Ask", given.questions), ("対応 / Do", given.actions)):
        yield f"{title}:"
        yield ""
        for japanese, english in texts:
            yield f"- {japanese} {english}"
        yield ""


def _variants(code: ErrorCode, japanese: Catalogue, english: Catalogue) -> Iterator[str]:
    """The texts of an error that depend on its data `problem`, one list item each."""
    for problem in english.problems(code):
        error = CertclientError(code, problem=problem)
        yield f"- `{problem}`: {_words(japanese.error(error))}"
        yield f"  {_words(english.error(error))}"
    if english.problems(code):
        yield ""


def _words(shown: ErrorText) -> str:
    return f"**{shown.title}** {shown.sentence} {shown.next_step}"


def main(arguments: Sequence[str]) -> int:
    """Writes PAGE; returns 0."""
    argparse.ArgumentParser(description=f"Writes {PAGE}.").parse_args(arguments)
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
