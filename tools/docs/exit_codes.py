"""docs/reference/exit-codes.md: the exit codes of the command line with their error codes."""

from __future__ import annotations

from certclient.cli.exit_codes import DONE, EXIT_CODES
from certclient.model.errors import ErrorCode, ErrorKind
from tools.docs.markdown import GENERATED, table

_MEANINGS = {
    ErrorKind.BUG: "internal error of certclient",
    ErrorKind.USER_ACTION: "somebody has to do something: PIN, token, consent, command line",
    ErrorKind.NOTHING_TO_DO: "nothing to do",
    ErrorKind.WAITING: "waiting for the CA, also if Ctrl+C ended the wait; `resume` later",
    ErrorKind.RETRY_LATER: "temporary failure, or a procedure of the same user ID runs",
    ErrorKind.REFUSED: "refused by the bank, by a policy or for safety",
    ErrorKind.CANCELLED: "cancelled, or stopped by Ctrl+C between two steps",
    ErrorKind.OUTPUT_LOST: "done, but the result could not be written",
}


def page() -> str:
    """The page as Markdown. Each error code has a line of its own, so that changes merge."""
    kinds = sorted(EXIT_CODES.items(), key=lambda pair: pair[1])
    rows = [(str(DONE), "", "done")]
    rows += [(str(number), f"`{kind.value}`", _MEANINGS[kind]) for kind, number in kinds]
    overview = table(("exit code", "`kind` in JSON", "meaning"), rows)
    return "\n".join(
        [
            f"# Exit codes\n\n{GENERATED}\n{overview}",
            "A batch returns its worst code; [cli.md](../cli.md#exit-codes) says in which order.\n",
            *(_codes(kind, number) for kind, number in kinds),
        ]
    )


def _codes(kind: ErrorKind, number: int) -> str:
    codes = [code.code for code in ErrorCode if code.kind is kind]
    links = "\n".join(f"- [{code}](../errors.md#{code.lower()})" for code in codes)
    return f"## Error codes with exit code {number}\n\n{links}\n"
