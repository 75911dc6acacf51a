"""The project's documents: their blocks of code, their commands, and how a reader would run them.

A block's first word is its language. `sh` blocks run, page by page, in a fresh home. What follows
the language says more:

    sh exit=3                   the last command ends with this exit code
    sh stdin="text"             what the reader types for the first command
    sh background               runs until the page's last command has ended
    sh background exports       likewise; the reader enters the line `export …` that it prints
    sh skip="why"               is not run, only checked
    text synopsis               commands, each followed by two blanks and an explanation: checked
"""

from __future__ import annotations

import functools
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from filelock import FileLock
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
SHELLS = {"sh", "powershell", "bat"}
_KEPT_VARIABLES = ("PATH", "SSL_CERT_FILE")
_PAGE_SECONDS = 1500


@dataclass(frozen=True)
class Block:
    """A fenced block. `line`: that of its first line of text, from 1. `options`: the words after
    the language; "" for one without a value."""

    page: str
    line: int
    language: str
    options: dict[str, str]
    text: str

    @property
    def runs(self) -> bool:
        return self.language == "sh" and "skip" not in self.options

    @property
    def commands(self) -> list[tuple[int, str]]:
        """Its commands with their lines; a line that ends with a backslash goes on."""
        found: list[tuple[int, str]] = []
        started = ""
        for number, line in enumerate(self.text.splitlines(), self.line):
            started += line
            if started.endswith("\\"):
                started = started[:-1]
                continue
            if started.strip() and not started.lstrip().startswith("#"):
                found.append((number, started.strip()))
            started = ""
        return found

    @property
    def synopses(self) -> list[tuple[int, str]]:
        """The commands of a `text synopsis`, without their explanations."""
        lines = enumerate(self.text.splitlines(), self.line)
        return [(number, line.split("  ")[0]) for number, line in lines if line.strip()]


def pages() -> list[Path]:
    """All documents of the project, relative to its folder."""
    top = list(ROOT.glob("*.md"))
    others = [
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("tests/**/*.md"),
        *ROOT.glob(".github/**/*.md"),
    ]
    return sorted(path.relative_to(ROOT) for path in (*top, *others))


@functools.cache
def tokens(page: Path) -> list[Token]:
    """The page's Markdown, parsed."""
    return MarkdownIt("commonmark").enable("table").parse((ROOT / page).read_text(encoding="utf-8"))


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page."""
    return [_block(page, token) for token in tokens(page) if token.type == "fence"]


def unfenced_blocks(page: Path) -> list[int]:
    """The lines of blocks that are only indented, and so have no language."""
    return [token.map[0] + 1 for token in tokens(page) if token.type == "code_block" and token.map]


def inline_code(page: Path) -> Iterator[tuple[int, str]]:
    """The code within sentences and tables, with the line on which its paragraph begins."""
    line = 1
    for token in tokens(page):
        line = token.map[0] + 1 if token.map else line
        for child in token.children or ():
            if child.type == "code_inline":
                yield line, child.content


def links(page: Path) -> Iterator[tuple[int, str]]:
    """The addresses of links and pictures, with the line on which their paragraph begins."""
    line = 1
    for token in tokens(page):
        line = token.map[0] + 1 if token.map else line
        for child in token.children or ():
            address = child.attrGet("href") if child.type == "link_open" else child.attrGet("src")
            if isinstance(address, str):
                yield line, unquote(address)


def anchors(page: Path) -> frozenset[str]:
    """The anchors that GitHub, and the site likewise, gives the page's headings."""
    found: list[str] = []
    inline = [tokens(page)[n + 1] for n, t in enumerate(tokens(page)) if t.type == "heading_open"]
    for token in inline:
        text = "".join(child.content for child in token.children or ())
        slug = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
        repeated = sum(slug == other for other in found)
        found.append(slug)
        if repeated:
            found.append(f"{slug}-{repeated}")
    return frozenset(found)


def _block(page: Path, token: Token) -> Block:
    language, *words = shlex.split(token.info) or [""]
    options = dict(word.partition("=")[::2] for word in words)
    line = (token.map or [0])[0] + 2
    return Block(str(page), line, language, options, token.content)


def script(page: Path) -> str:
    """All blocks of a page that run, as one script, which stops at the first surprise."""
    parts = ["set -uo pipefail", "trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT"]
    for block in blocks(page):
        if block.runs:
            parts += _steps(block)
    return "\n".join(parts)


def _steps(block: Block) -> Iterator[str]:
    last = len(block.commands) - 1
    for position, (line, command) in enumerate(block.commands):
        place = f"{block.page}:{line}"
        if "background" in block.options:
            yield _in_background(place, command, exports="exports" in block.options)
            continue
        expected = block.options.get("exit", "0") if position == last else "0"
        typed = f" <<< {shlex.quote(block.options['stdin'])}" if "stdin" in block.options else ""
        if typed and position == 0:
            command = f"{command.split('  #')[0]}{typed}"
        yield (
            f"echo {shlex.quote(f'## {place}: {command}')}\n{command}\n"
            f'code=$?; [ "$code" = {expected} ] || {{ echo "{place}: exit code $code"; exit 1; }}'
        )


def _in_background(place: str, command: str, *, exports: bool) -> str:
    """Starts a server and waits until it says something, or what to export."""
    output = f"{place.replace('/', '-')}.txt"
    awaited = "^ *export " if exports else "."
    steps = (
        f"{command} > {output} 2>&1 &\n"
        f"until grep -q '{awaited}' {output}; do\n"
        f"kill -0 $! || {{ cat {output}; exit 1; }}; sleep 0.1; done"
    )
    return f"{steps}\neval \"$(grep '{awaited}' {output})\"" if exports else steps


@dataclass(frozen=True)
class Desk:
    """A reader's computer: a fresh clone with its .venv, and an empty home folder."""

    folder: Path

    @property
    def clone(self) -> Path:
        return self.folder / "clone"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def run(self, page: Path) -> subprocess.CompletedProcess[str]:
        """Runs a page's blocks in the clone, where the network is allowed to be empty."""
        kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        environment = {
            **kept,
            "HOME": str(self.home),
            "TMPDIR": str(self.folder),
            "LANG": "C.UTF-8",
            "PATH": f"{self.clone}/.venv/bin:{kept['PATH']}",
        }
        with _ports():
            return subprocess.run(
                [*_own_network(), "bash", "-c", script(page)],
                cwd=self.clone,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=_PAGE_SECONDS,
                check=False,
            )


def set_up_desk(folder: Path) -> Desk:
    """Copies the sources, with the installed packages of this Python as .venv."""
    desk = Desk(folder)
    desk.home.mkdir(parents=True)
    desk.clone.mkdir()
    for name in _sources():
        target = desk.clone / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    (desk.clone / ".venv").symlink_to(sys.prefix)
    return desk


def _ports() -> AbstractContextManager[object]:
    """Keeps other pages off the documented ports where a page has no network of its own."""
    if _own_network():
        return nullcontext()
    return FileLock(Path(tempfile.gettempdir()) / "certclient-documents.lock")


def _sources() -> list[str]:
    """The files that git knows, or would. What other tests make meanwhile is not among them."""
    listing = ("git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard", "-z")
    done = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.split("\0") if (ROOT / name).is_file()]


@functools.cache
def _own_network() -> tuple[str, ...]:
    """A network of its own, so that the documented ports are free and nobody else is reached."""
    command = ("unshare", "-n") if os.geteuid() == 0 else ("unshare", "-rn")
    starting = (*command, "sh", "-c", 'ip link set lo up && exec "$0" "$@"')
    allowed = subprocess.run([*starting, "true"], capture_output=True, check=False)
    return starting if allowed.returncode == 0 else ()
