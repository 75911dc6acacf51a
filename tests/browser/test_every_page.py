"""Every page of the bank in a real browser: accessible (axe), in both languages, on a phone too."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
from selenium.webdriver import Chrome

from certclient_practice.bank.ca import INTERMEDIATE_NAME
from support.browser import CustomerDesktop, accessibility_faults, browsing, click, set_up_desktop
from support.command_line import CliComputer

USER = "TKYM1408054"
PHONE = 390


@pytest.fixture
def desktop(pc: CliComputer) -> CustomerDesktop:
    bank = pc.bank
    bank.bank.add_customer(USER, "1403", contract_id="TKYM14080", email="a@example.jp")
    bank.bank.add_customer("TKYM1408055", "1394", contract_id="TKYM14080")
    pc.add_certificate(USER, pc.nss.store(), days=20)
    return set_up_desktop(pc)


def faults(driver: Chrome, width: int) -> list[str]:
    """Accessibility violations that axe finds, excess width and scripts."""
    found = accessibility_faults(driver)
    root = "document.documentElement"
    if driver.execute_script(f"return {root}.scrollWidth > {root}.clientWidth"):
        found.append(f"{driver.current_url} is wider than {width} pixels")
    if driver.execute_script("return document.scripts.length"):
        found.append(f"{driver.current_url} has a script")
    return found


@pytest.mark.parametrize(("language", "width"), [("ja", PHONE), ("en", 1100)])
def test_every_page(desktop: CustomerDesktop, language: str, width: int) -> None:
    addresses = desktop.pc.bank.addresses
    found: list[str] = []
    with browsing(desktop, INTERMEDIATE_NAME, width=width) as driver:
        driver.get(f"{addresses.public_url}?lang={language}")
        assert driver.find_element("tag name", "html").get_attribute("lang") == language
        found += faults(driver, width)
        for base, paths in (
            (addresses.public_url, ("login-screen", "obtain", "download", "nowhere")),
            (addresses.login_url, ("login", "notices", "notices/renewal", "main")),
            (addresses.login_url, ("login?as=administrator",)),
            (addresses.operator_url, (addresses.operator_url, "certificates", "coverage")),
            (addresses.operator_url, ("mails", "clock", f"/customers/{USER}")),
        ):
            for path in paths:
                driver.get(urljoin(base, path if "://" in path else f"/{path.lstrip('/')}"))
                found += faults(driver, width)
        click(driver, "#letter")
        found += faults(driver, width)
    assert found == []
