"""A real Chromium in a customer's home, driven by Selenium. It uses the certificates in the NSS
database and opens `certclient:` links with the program in the desktop entry.

with browsing(pc, choice) as driver:
    driver.get(bank.addresses.public_url)
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from certclient.platform.desktop_entry import register
from demo.terminal_user import write_terminal_user
from support.command_line import CliComputer

PAGE_SECONDS = 200
APP_SECONDS = 600
_AXE = "axe_core_python"

_FLAGS = (
    "--headless=new",
    # All pages are the practice bank's, and Chromium's sandbox does not work for root.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--password-store=basic",
)


@dataclass(frozen=True)
class CustomerDesktop:
    """The customer's desktop: its environment, and the output of a program opened by a link."""

    pc: CliComputer
    environment: dict[str, str]
    screen: Path
    """The terminal's text; its last line is the exit code."""

    def program_ended(self) -> str:
        """Waits until the program opened by a link has ended; returns its output."""
        deadline = time.monotonic() + APP_SECONDS
        while not self.screen.exists():
            assert time.monotonic() < deadline, "no program was opened, or it did not end"
            time.sleep(0.05)
        text = self.screen.read_text(encoding="utf-8")
        self.screen.unlink()
        return text


def set_up_desktop(pc: CliComputer, *answers: str) -> CustomerDesktop:
    """Registers the scheme with a simulated user who answers the questions of `certclient
    open-link` at a terminal, and trusts the bank's TLS root."""
    person, screen = pc.home / "person", pc.home / "screen.txt"
    program = [sys.executable, "-m", "certclient", "--profile", str(pc.bank.profile_path)]
    write_terminal_user(person, screen, answers, [*program, "open-link"])
    return _desktop(pc, person, screen)


def set_up_desktop_with_windows(pc: CliComputer) -> CustomerDesktop:
    """The same with a simulated user of the program's windows; see `support.window_user`."""
    person, screen = pc.home / "person", pc.home / "screen.txt"
    helper = str(Path(__file__).with_name("window_user.py"))
    command = [sys.executable, helper, str(screen), str(pc.bank.profile_path)]
    person.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n', encoding="utf-8")
    person.chmod(0o755)
    return _desktop(pc, person, screen)


def _desktop(pc: CliComputer, person: Path, screen: Path) -> CustomerDesktop:
    pc.nss.certutil("-A", "-n", "practice bank", "-t", "C,,", "-i", str(pc.bank.root_file))
    home = pc.home
    register([str(person)], home / ".local" / "share", home / ".config")
    places = {
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        # xdg-open opens links only if there is a display; headless Chromium does not use it.
        "DISPLAY": ":none",
        "TMPDIR": str(home),
    }
    return CustomerDesktop(pc, {**pc.environment, **places, "PATH": os.environ["PATH"]}, screen)


@contextmanager
def browsing(
    desktop: CustomerDesktop, issuer: str, *, width: int = 1100, newest_tls: str = "tls1.3"
) -> Iterator[Chrome]:
    """Starts a fresh Chromium, without remembered choices and cookies."""
    origins = [
        "{0.scheme}://{0.netloc}".format(urlsplit(url))
        for url in (desktop.pc.bank.login_url, desktop.pc.bank.addresses.public_url)
    ]
    flag = f"--ssl-version-max={newest_tls}"
    with _chromium(desktop.environment, _preferences(origins, issuer), width, flag) as driver:
        yield driver


@contextmanager
def reading_files(*, width: int = 1100) -> Iterator[Chrome]:
    """Starts a fresh Chromium that reads pages from files; it reaches no network by itself."""
    with _chromium({"PATH": os.environ["PATH"]}, {"intl.accept_languages": "ja"}, width) as driver:
        yield driver


@contextmanager
def _chromium(
    environment: dict[str, str], preferences: dict[str, Any], width: int, *flags: str
) -> Iterator[Chrome]:
    # Chromium's socket must have a path below 108 characters.
    with tempfile.TemporaryDirectory(prefix="browser-") as profile:
        options = ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for flag in (*_FLAGS, *flags, f"--user-data-dir={profile}", f"--window-size={width},1400"):
            options.add_argument(flag)
        options.add_experimental_option("prefs", preferences)
        # What pages load, for `get_log`.
        options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
        places = {**environment, "TMPDIR": profile, "LANGUAGE": "ja"}
        service = Service("/usr/bin/chromedriver", env=places, log_output=subprocess.DEVNULL)
        driver = Chrome(options=options, service=service)
        try:
            driver.set_page_load_timeout(PAGE_SECONDS)
            yield driver
        finally:
            driver.quit()


def _preferences(origins: list[str], issuer: str) -> dict[str, Any]:
    """What a user would click once: this certificate, and "always open links of this page"."""
    choice = {"setting": {"filters": [{"ISSUER": {"CN": issuer}}]}}
    return {
        "profile.content_settings.exceptions.auto_select_certificate": {
            f"{origin},*": choice for origin in origins
        },
        "protocol_handler.allowed_origin_protocol_pairs": {
            origin: {"certclient": True} for origin in origins
        },
        "intl.accept_languages": "ja",
    }


def tls_versions(driver: Chrome) -> set[str]:
    """The versions of TLS by which pages came since the last call ("TLS 1.3")."""
    log: Callable[[str], list[dict[str, str]]] = cast(Any, driver).get_log
    events = [json.loads(entry["message"])["message"] for entry in log("performance")]
    return {
        event["params"]["response"]["securityDetails"]["protocol"]
        for event in events
        if event["method"] == "Network.responseReceived"
        and "securityDetails" in event["params"]["response"]
    }


def text_of(driver: Chrome, selector: str) -> str:
    return driver.find_element(By.CSS_SELECTOR, selector).text


def reason_of(driver: Chrome) -> str:
    """The page's machine-readable reason."""
    return driver.find_element(By.CSS_SELECTOR, "main").get_attribute("data-reason") or ""


def click(driver: Chrome, selector: str) -> None:
    """Clicks an element that leads to another page, and waits until that page is loaded."""
    _follow(driver, driver.find_element(By.CSS_SELECTOR, selector))


def click_link(driver: Chrome, text: str) -> None:
    """Like `click`, for a link with this text."""
    _follow(driver, driver.find_element(By.LINK_TEXT, text))


def open_app(driver: Chrome, selector: str) -> None:
    """Clicks an element that opens the program; the page stays."""
    driver.find_element(By.CSS_SELECTOR, selector).click()


def _follow(driver: Chrome, element: WebElement) -> None:
    """Marks the old page to distinguish it from the new one; queries fail in between."""
    driver.execute_script("window.before = true")
    element.click()
    wait = WebDriverWait(driver, PAGE_SECONDS, 0.05, ignored_exceptions=[WebDriverException])
    there = "return window.before === undefined && document.readyState === 'complete'"
    wait.until(lambda _: driver.execute_script(there))


def fill(driver: Chrome, selector: str, text: str) -> None:
    driver.find_element(By.CSS_SELECTOR, selector).send_keys(text)


def accessibility_faults(driver: Chrome, within: str = "html") -> list[str]:
    """Violations that axe-core finds on the page (WCAG 2.1 A and AA, best practices), in the
    elements that match the selector `within`."""
    source = (files(_AXE) / "axe.min.js").read_text(encoding="utf-8")
    driver.execute_script(source)
    found: dict[str, Any] = driver.execute_async_script(
        "const done = arguments[arguments.length - 1]; axe.run(arguments[0]).then(done);", within
    )
    return [
        f"{driver.current_url}: {violation['id']}: {node['html']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
