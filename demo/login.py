"""Logs in to the practice bank with a real browser, like a customer."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from certclient.model.certificate import Certificate
from certclient.model.secret import Secret
from demo.browser import Browser, Choice, chromium
from demo.display import type_pin, virtual_display


@dataclass(frozen=True)
class DemoLoginPage:
    """The bank's response to a login.

    `result` is "welcome" or the reason for the refusal; `serial` (hex) is that of the certificate
    presented; `seconds` is the time from starting Chromium to the page.
    """

    result: str
    title: str
    reason: str
    serial: str
    seconds: float


@dataclass(frozen=True)
class BrowserCustomer:
    """A customer's browser: its `environment` (HOME) and the certificate to select."""

    environment: Mapping[str, str]
    certificate: Certificate

    def choice(self, url: str) -> Choice:
        """Returns the certificate choice for the origin of `url`."""
        parts = urlsplit(url)
        return Choice(
            f"{parts.scheme}://{parts.netloc}",
            self.certificate.issuer_common_name,
            self.certificate.common_name,
        )


def log_in(url: str, customer: BrowserCustomer, profile: Path) -> DemoLoginPage:
    """Logs in with a certificate in the PC's database, in a headless Chromium.

    `profile` is a new folder. Raises BrowserError.
    """
    start = time.monotonic()
    with chromium(profile, customer.environment, customer.choice(url)) as browser:
        browser.finish_loading(browser.start_loading(url))
        return _read(browser, start)


def log_in_with_token(
    url: str, customer: BrowserCustomer, profile: Path, pin: Secret
) -> DemoLoginPage:
    """Logs in with a certificate on a token.

    Chromium asks for the PIN in a dialog, so it runs on a virtual display. Raises BrowserError,
    DisplayError.
    """
    start = time.monotonic()
    with (
        _windows(customer.environment) as environment,
        chromium(profile, environment, customer.choice(url), headless=False) as browser,
    ):
        loading = browser.start_loading(url)
        type_pin(environment, pin)
        browser.finish_loading(loading)
        return _read(browser, start)


@contextmanager
def _windows(environment: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    with virtual_display() as display:
        yield {**environment, "DISPLAY": display}


def _read(browser: Browser, start: float) -> DemoLoginPage:
    return DemoLoginPage(
        result=browser.attribute("meta[name=login-result]", "content"),
        title=browser.text("h1"),
        reason=browser.text("section[lang=en] p"),
        serial=browser.text("#serial"),
        seconds=time.monotonic() - start,
    )
