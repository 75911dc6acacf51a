"""docs/reference/exit-codes.md: the exit codes of the command line with their error codes."""

from __future__ import annotations

from certclient.cli.exit_codes import DONE, EXIT_CODES
from certclient.model.errors import ErrorCode, ErrorKind
from tools.docs.markdown import GENERATED, table

_MEANINGS = {
    ErrorKind.BUG: "internal error of certclient",
    ErrorKind.USER_ACTION: "somebody has to do something: PIN, token, consent, command line",
    ErrorKind.NOTHING_TO_DO: "nothing to do",
    ErrorKind.WAITING: "waiting for the CA; `resume` later",
    ErrorKind.RETRY_LATER: "temporary failure, or a procedure of the same user ID runs",
    ErrorKind.REFUSED: "refused by the bank, by a policy or for safety",
    ErrorKind.CANCELLED: "cancelled, or stopped by Ctrl+C",
    ErrorKind.OUTPUT_LOST: "done, but the result could not be written",
}


def page() -> str:
    """The page as Markdown."""
    rows = [(str(DONE), "", "done", "")]
    for kind, number in sorted(EXIT_CODES.items(), key=lambda pair: pair[1]):
        codes = [code.code for code in ErrorCode if code.kind is kind]
        links = ", ".join(f"[{code}](../errors.md#{code.lower()})" for code in codes)
        rows.append((str(number), f"`{kind.value}`", _MEANINGS[kind], links))
    head = ("exit code", "`kind` in JSON", "meaning", "error codes")
    return (
        f"# Exit codes\n\n{GENERATED}\n{table(head, rows)}\n"
        "A batch returns its worst code; [cli.md](../cli.md#exit-codes) says in which order.\n"
    )
