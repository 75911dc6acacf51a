"""A real Chromium that logs in with a client certificate, in its own profile folder.

It is controlled through `--remote-debugging-pipe` (Chrome DevTools Protocol over two pipes), so
that no port is open. docs/adr/0008-demo-browser.md explains this setup.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from demo.child_processes import running

PAGE_SECONDS = 60.0
_POLL_SECONDS = 0.05
_FLAGS = (
    # It only loads the practice bank's pages, and Chromium's sandbox does not run as root.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--password-store=basic",
    "--remote-debugging-pipe",
    "about:blank",
)


_WINDOW_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--password-store=basic",
    # Beside the app's window on a typical screen.
    "--window-position=560,40",
    "--window-size=900,800",
)


class BrowserError(Exception):
    """Chromium exited, did not respond in time, or could not load the page."""


@dataclass(frozen=True)
class Choice:
    """The certificate that Chromium selects for `origin` (scheme, host, port) without asking."""

    origin: str
    issuer_common_name: str
    subject_common_name: str

    def preferences(self) -> dict[str, object]:
        """Returns Chromium's Preferences with this choice, as a JSON object.

        It is the content setting that the policy AutoSelectCertificateForUrls would make for the
        whole computer.
        """
        wanted = {
            "ISSUER": {"CN": self.issuer_common_name},
            "SUBJECT": {"CN": self.subject_common_name},
        }
        setting = {f"{self.origin},*": {"setting": {"filters": [wanted]}}}
        exceptions = {"auto_select_certificate": setting}
        return {
            "profile": {"content_settings": {"exceptions": exceptions}},
            # As if the user had chosen "always open links of this kind" in Chromium's dialog.
            "protocol_handler": {
                "allowed_origin_protocol_pairs": {self.origin: {"certclient": True}}
            },
        }


class Browser:
    """A running Chromium with one page. Created by `chromium()`."""

    def __init__(self, commands: IO[bytes], answers: IO[bytes]) -> None:
        self._commands = commands
        self._answers = answers
        self._buffer = b""
        self._last_id = 0
        self._session = ""
        self._session = self._attach()

    def start_loading(self, url: str) -> int:
        """Starts loading `url`; returns the message ID for `finish_loading`."""
        return self._send("Page.navigate", {"url": url})

    def finish_loading(self, loading: int, seconds: float = PAGE_SECONDS) -> None:
        """Waits until the page is complete.

        Raises BrowserError if it is not within `seconds` or cannot be loaded.
        """
        deadline = time.monotonic() + seconds
        failure = self._receive(loading, deadline).get("errorText")
        if failure:
            raise BrowserError(f"the page did not load: {failure}")
        while self._evaluate("document.readyState", deadline) != "complete":
            time.sleep(_POLL_SECONDS)

    def text(self, selector: str) -> str:
        """Returns the visible text of the first match of `selector` (CSS), "" without a match."""
        element = f"document.querySelector({json.dumps(selector)})"
        return self._evaluate(f"{element}?.innerText ?? ''", time.monotonic() + PAGE_SECONDS)

    def attribute(self, selector: str, name: str) -> str:
        """Returns an attribute of the first match of `selector` (CSS), "" without a match."""
        element = f"document.querySelector({json.dumps(selector)})"
        value = f"{element}?.getAttribute({json.dumps(name)}) ?? ''"
        return self._evaluate(value, time.monotonic() + PAGE_SECONDS)

    def press(self, selector: str) -> None:
        """Clicks the first match of `selector` (CSS) with a simulated user gesture."""
        deadline = time.monotonic() + PAGE_SECONDS
        self._evaluate(f"document.querySelector({json.dumps(selector)}).click()", deadline)

    def follow(self, selector: str) -> None:
        """Clicks a link and waits for the next page. Raises BrowserError if none is loaded."""
        deadline = time.monotonic() + PAGE_SECONDS
        self._evaluate("window.before = true", deadline)
        self.press(selector)
        there = "window.before === undefined && document.readyState === 'complete'"
        while self._evaluate(there, deadline) != "True":
            if time.monotonic() > deadline:
                raise BrowserError("no other page came")
            time.sleep(_POLL_SECONDS)

    def close(self) -> None:
        """Requests Chromium to exit; does not wait for it."""
        self._send("Browser.close", {})

    def _attach(self) -> str:
        deadline = time.monotonic() + PAGE_SECONDS
        targets = self._receive(self._send("Target.getTargets", {}), deadline)
        page = next(t["targetId"] for t in targets["targetInfos"] if t["type"] == "page")
        attach = self._send("Target.attachToTarget", {"targetId": page, "flatten": True})
        return str(self._receive(attach, deadline)["sessionId"])

    def _evaluate(self, expression: str, deadline: float) -> str:
        parameters = {"expression": expression, "userGesture": True}
        answer = self._receive(self._send("Runtime.evaluate", parameters), deadline)
        return str(answer["result"].get("value", ""))

    def _send(self, method: str, parameters: Mapping[str, object]) -> int:
        self._last_id += 1
        message = {"id": self._last_id, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._commands.write(json.dumps(message).encode() + b"\0")
        return self._last_id

    # Any: the shape of a result depends on the protocol's method.
    def _receive(self, message_id: int, deadline: float) -> dict[str, Any]:
        """Returns the result of the command `message_id`; discards events received before."""
        while True:
            answer = json.loads(self._next_message(deadline))
            if answer.get("id") != message_id:
                continue
            if "error" in answer:
                raise BrowserError(str(answer["error"].get("message", "")))
            result: dict[str, Any] = answer["result"]
            return result

    def _next_message(self, deadline: float) -> bytes:
        while b"\0" not in self._buffer:
            self._wait_readable(deadline)
            chunk = os.read(self._answers.fileno(), 1 << 16)
            if not chunk:
                raise BrowserError("Chromium ended by itself")
            self._buffer += chunk
        message, _, self._buffer = self._buffer.partition(b"\0")
        return message

    def _wait_readable(self, deadline: float) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._answers, selectors.EVENT_READ)
            if not selector.select(max(deadline - time.monotonic(), 0.0)):
                raise BrowserError("Chromium did not answer in time")


@contextmanager
def window(profile: Path, environment: Mapping[str, str], url: str) -> Iterator[None]:
    """Opens a Chromium window at `url` for the user; terminates it at the end.

    Like a customer's browser, it asks which certificate to use.
    """
    profile.mkdir()
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    flags = [*sandbox, f"--user-data-dir={profile}", *_WINDOW_FLAGS, url]
    with (profile / "chromium.log").open("wb") as log:

        def start() -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                ["chromium", *flags],
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

        with running(start, _terminate_group):
            yield


def _terminate_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=5)
    _kill_group(process)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def chromium(
    profile: Path, environment: Mapping[str, str], choice: Choice, *, headless: bool = True
) -> Iterator[Browser]:
    """Starts Chromium with a new `profile` folder; kills its process group at the end.

    `environment` must contain HOME, where Chromium finds its NSS database, and, unless headless,
    DISPLAY.
    """
    (profile / "Default").mkdir(parents=True)
    (profile / "Default" / "Preferences").write_text(json.dumps(choice.preferences()))
    # The read end of the commands gets the lowest number, so "3<&" never overwrites the other.
    command_read, command_write = os.pipe()
    answer_read, answer_write = os.pipe()
    flags = [*(["--headless"] if headless else []), f"--user-data-dir={profile}", *_FLAGS]
    with (
        os.fdopen(command_write, "wb", buffering=0) as commands,
        os.fdopen(answer_read, "rb", buffering=0) as answers,
        (profile / "chromium.log").open("wb") as log,
    ):
        redirect = f'exec "$@" 3<&{command_read} 4>&{answer_write}'

        def start() -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                ["bash", "-c", redirect, "bash", "chromium", *flags],
                pass_fds=(command_read, answer_write),
                env={**environment, "LC_ALL": "C.UTF-8", "LANGUAGE": "en"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

        with running(start, _kill_group) as process:
            os.close(command_read)
            os.close(answer_write)
            browser = Browser(commands, answers)
            yield browser
            browser.close()
            process.wait(timeout=10)
