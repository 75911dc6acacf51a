"""A certificate renewed in a snap's own folder is the one that its Chromium logs in with."""

from __future__ import annotations

from certclient.store.pkcs11.nss import NssStore
from certclient.store.pkcs11.softokn import load_softokn
from certclient_practice.bank.ca import INTERMEDIATE_NAME
from support.browser import browsing, set_up_desktop, text_of
from support.command_line import PC_USER, CliComputer


def test_chromium_of_a_snap_logs_in_with_the_renewed_certificate(pc: CliComputer) -> None:
    """A snap's home folder is `~/snap/chromium/current`."""
    (pc.home / "snap/chromium/2805").mkdir(parents=True)
    (pc.home / "snap/chromium/current").symlink_to("2805")
    snap = CliComputer(pc.home / "snap/chromium/current", pc.bank, pc.hsm)
    old = pc.add_certificate(PC_USER, NssStore(load_softokn(), snap.nss.directory))
    done = pc.run("renew", PC_USER, "--yes", "--json")
    assert done.code == 0, done.out + done.err
    new = done.json["results"][0]["certificate"]["serial"]
    with browsing(set_up_desktop(snap, "y"), INTERMEDIATE_NAME) as driver:
        driver.get(pc.bank.login_url)
        assert text_of(driver, "h1") == "メイン"
        assert text_of(driver, "#serial") == new != old.serial_hex
