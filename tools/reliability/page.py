"""docs/reliability.md, made from docs/reliability.json."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.reliability.results import Count, Results, read

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"


@dataclass(frozen=True)
class Kind:
    """What is done to the program, what has to be true then; `name`: of the marker."""

    name: str
    title: str
    text: str


KINDS = (
    Kind(
        "kills",
        "Killed before and after every change",
        "A process is ended by SIGKILL.\n\n"
        "- Renewals and first certificates: the customer's program, or the bank, is killed just"
        " before or after each write of the journal, message to the bank and change of a store,"
        " and the real `certclient resume` follows; in the rows with a resumption, that is killed"
        " before one of its changes, too, and repeated. In the end, exactly one certificate logs in"
        " at the practice bank over TLS, or all is as before; the bank's own records of"
        " certificates and transactions say the same; and no key, object or file is left over in"
        " the store, by its own files. While the bank is away for the test of the login, the old"
        " certificate is not put away yet.\n"
        "- Revoking, putting away and deleting: killed at the same moments. `certclient revoke` or"
        " `remove`, `restore`, `remove --delete` and `remove-key` then end or undo it, with no key"
        " or object left over.\n"
        "- A move to a new computer: killed before and after its revocation at the bank, and after"
        " its certificate is put away and deleted. `certclient move finish` ends it, with no"
        " certificate or key on the old computer; `certclient move undo` is refused once the bank"
        " has revoked it. Nothing logs in here.\n"
        "- The bank while it handles requests: killed 0 to 14 ms after they are sent. Its records"
        " then hold nothing or a whole step, and the same request is answered.",
    ),
    Kind(
        "random moments",
        "Killed at a random moment",
        "The program as it is shipped is killed during a renewal at a moment that a seed chooses;"
        " so is, each time with a chance of one in two, what resumes it. The same has to be true in"
        " the end as of renewals above; one that had not begun is begun again.",
    ),
    Kind(
        "disk",
        "Disks that are full or fail",
        "From one of a renewal's changes on, nothing can be written. The error is reported with its"
        " code, except that the rest may be put off once the bank has the confirmation; the next"
        " run ends the renewal. A key that cannot be removed at once is named, and the next run"
        " removes it. A full disk for the log alone changes nothing.\n\n"
        "EIO comes from the system's calls themselves: a library between the program and the system"
        " lets one call fail that writes, cuts or syncs a file, or all from one on.",
    ),
    Kind(
        "journal",
        "Damaged journals",
        "Cut short, overwritten, taken away, of a newer version: reported with its code, and left"
        " as it is; once it is moved away, a renewal succeeds. Deleted in the middle of a renewal,"
        " it stops that before a second certificate is usable. If its folder cannot be entered,"
        " certificates are listed, and what needs the journal says so.",
    ),
    Kind(
        "network",
        "Faults of the network",
        'In the rows that end with "at each message", the messages to the bank (the check before'
        " anything is sent, ir, kur, pollReq, certConf, rr) meet each fault, once and until the run"
        " gives up. Each time costs one more request at most, no run sends a message more than four"
        " times, and in the end the bank holds one certificate of the customer as valid, or none"
        " after a revocation. The other rows are tests of their own.",
    ),
    Kind(
        "tokens",
        "Tokens",
        "With SoftHSM, and with modules that report what SoftHSM cannot.",
    ),
    Kind(
        "modules",
        "Tokens' software that misbehaves",
        "PKCS#11 modules that hang, end their process, or lie: one error, and the other stores"
        " and the next session work.",
    ),
    Kind(
        "stores",
        "Databases of browsers",
        "NSS databases that are damaged, locked, read-only or of the old kind.",
    ),
    Kind(
        "Windows",
        "Killed under Wine",
        "A real Windows Python under Wine, ended by TerminateProcess before and after each write of"
        " the journal, message to the bank and call that changes Windows' certificate stores or"
        " keys. In the end, exactly one certificate can log in, or the old one as before; the"
        " bank's records say the same; and no key, container, certificate or file is left over, by"
        " what Windows itself lists. Keys are in CryptoAPI, with a login over TLS, and in a double"
        " of CNG, whose keys Wine cannot use for TLS: there, the key signs as for a login.",
    ),
)

_NOT_COVERED = """\
## What is not covered

- A real Windows: Wine stands in for it. What only a real one can show is listed in
  `tests/windows/REAL_WINDOWS.md`.
- A power cut. A killed process loses nothing that the system has taken; what a power cut may lose
  is tested by dropping the journal's unsynced records
  ([ADR 45](adr/0045-cost-of-a-renewal.md)), not by cutting power.
- Real tokens with a chip. SoftHSM and other software tokens stand in for them
  ([tokens](tokens.md)); SoftHSM leaves an empty file if it is killed while it creates an object,
  which no program sees as an object and which therefore nobody removes.
- Other CAs than the practice bank at each fault; with OpenSSL's, BouncyCastle's and strongSwan's
  the messages are tested, not every interruption.
- Kills within NSS or a token's module at each of their writes: random moments meet some of them.
"""


def page() -> str:
    """The page's text, Markdown."""
    return "\n".join(_lines(read()))


def _lines(results: Results) -> Iterator[str]:
    total = sum(one.passed for one in results.counts)
    failed = sum(one.failed for one in results.counts)
    yield "# Reliability: what was tried, and how it ended\n"
    yield (
        "During a renewal, the customer has to be able to log in at all times, and no key,"
        " certificate or issue code may be lost. Each line below is a kind of test in which"
        " something goes wrong; a number is that of its cases.\n"
    )
    yield (
        f"**{total} cases passed, {failed} failed** ({results.date}, version {results.version},"
        f"{_commit(results)} {results.machine}; seed {results.seed}, {results.rounds} rounds at"
        f" random moments).{_again(results)}\n"
    )
    yield (
        "`make torture` runs them all (`N=` rounds, `SEED=`), `make test` a sample that its seed"
        " chooses. `make reliability` runs them and makes this page from docs/reliability.json; a"
        " test checks that it fits. A case that fails is to be mended in its cause.\n"
    )
    for kind in KINDS:
        rows = [one for one in results.counts if one.kind == kind.name]
        if rows:
            yield from _section(kind, rows)
    yield _NOT_COVERED


def _commit(results: Results) -> str:
    return f" commit {results.commit}," if results.commit else ""


def _again(results: Results) -> str:
    if not results.again:
        return ""
    return f" {results.again} of them passed only when they were run a second time, alone."


def _section(kind: Kind, rows: Sequence[Count]) -> Iterator[str]:
    yield f"## {kind.title}\n"
    yield f"{kind.text}\n"
    yield "| case | passed | failed |"
    yield "|---|--:|--:|"
    for one in rows:
        yield f"| {one.row} | {one.passed} | {one.failed} |"
    yield ""
