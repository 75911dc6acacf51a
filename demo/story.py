"""The demo's chapters in order. Each reports its progress and raises on failure."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from certclient.bootstrap import enrollment
from certclient.enrollment.procedure import Pending
from certclient.model.certificate import Certificate
from certclient.model.destination import Destination
from certclient.model.keys import KeyAlgorithm
from certclient.model.profile import Profile
from certclient.model.public_keys import kind_and_curve
from certclient.store.base import CertificateStore, Described
from demo.browser import chromium
from demo.command_line import CommandLine, PracticeBank
from demo.customers import current_certificate, issue_certificate_to, store_for
from demo.handover import to_a_terminal
from demo.interruption import InterruptingUser
from demo.login import BrowserCustomer, DemoLoginPage, log_in, log_in_with_token
from demo.report import DemoReport, Renewal
from demo.world import SOFTHSM_MODULE, World, connect_token, trust

PC_USER = "TKYM1408054"
USB_USER = "TKYM1408055"
INTERRUPTED_USER = "TKYM1408056"
NOTICE_USER = "TKYM1408057"

PROFILE = "practice.toml"
"""The bank's profile in the demo's folder, where the commands run."""

_PROFILE_OPTION = ("--profile", PROFILE)
_MAX_WAIT = 60.0
"""Seconds that the interrupted renewal waits for the CA at most."""


class StoryError(Exception):
    """An expectation of the demo failed; the message states which."""


@dataclass
class Story:
    """State that the chapters share. They must run in the order of their definition."""

    world: World
    report: DemoReport
    bank: PracticeBank
    command_line: CommandLine
    profile: Profile
    renewals: list[Renewal] = field(default_factory=list)
    _old: dict[str, Certificate] = field(default_factory=dict)
    _seconds: dict[str, float] = field(default_factory=dict)
    _browsers: int = 0

    def last_year(self) -> None:
        """Installs three certificates that expire in 20 days: two on the PC, one on the token."""
        self.report.step("Three customers whose certificates end in 20 days")
        pc, usb = store_for(Destination.PC), store_for(Destination.USB)
        for user_id, store in ((PC_USER, pc), (USB_USER, usb), (INTERRUPTED_USER, pc)):
            certificate = issue_certificate_to(self.bank, self.world, user_id, store)
            self._old[user_id] = certificate
            self.report.fact(f"{user_id}: serial {certificate.serial_hex} in {_place(store)}")
        self.command_line.show(*_PROFILE_OPTION, "list")

    def renew_on_the_pc(self) -> None:
        """Renews on the PC, after copying its database for `replaced_certificate`."""
        self.report.step("証明書更新, パソコン: the key is made in the PC's certificate database")
        self._keep_a_copy_of_the_pc()
        self._renew(PC_USER, store_for(Destination.PC))

    def renew_on_the_token(self) -> None:
        """Renews on the token, with the PIN through stdin; with an EC key if the token makes
        one."""
        self.report.step(
            "証明書更新, 専用USB: the key is made on the token; the PIN comes by stdin"
        )
        store, profile = store_for(Destination.USB), PROFILE
        if _makes_ec_keys(store):
            profile = "practice-ec.toml"
            module = ("--pkcs11-module", str(SOFTHSM_MODULE))
            ec = ("--key-algorithm", KeyAlgorithm.EC_P256.value)
            self.bank.admin("profile", "--out", profile, *module, *ec)
        pin = f"{self.world.pin.reveal()}\n"
        self._renew(USB_USER, store, "--pin-stdin", stdin=pin, profile=profile)

    def renew_from_the_notice(self) -> None:
        """Renews from the bank's page (way B1).

        A link opens the app, and the same browser then continues without a restart.
        """
        self.report.step("重要なお知らせ → 電子証明書の更新はこちら: the bank's page opens the app")
        store = store_for(Destination.PC)
        old = issue_certificate_to(self.bank, self.world, NOTICE_USER, store)
        handover = to_a_terminal(self.world, self.world.folder / PROFILE)
        browser_at_home = self._at_a_browser(self.world.home, old)
        customer = replace(browser_at_home, environment=handover.environment)
        url, profile = self.bank.login_url, self._new_browser_folder()
        with chromium(profile, customer.environment, customer.choice(url)) as browser:
            browser.finish_loading(browser.start_loading(url))
            self.report.fact(f"Logged in with the old certificate: {browser.text('h1')}")
            browser.follow("#renewal-notice")
            self.report.fact(f"The notice: {browser.text('h1')}")
            browser.press("#renew")
            screen, code = handover.app_ended()
            for line in screen.splitlines():
                if line.strip():
                    self.report.fact(f"  | {line}")
            if code != 0:
                raise StoryError(f"the app ended with {code}: {screen[-500:]}")
            browser.follow(".inside a")
            self.report.fact(f"Back in the browser, without a restart: {browser.text('h1')}")
        new = current_certificate(store, NOTICE_USER)
        self._expect(self._open_page(self.world.home, new), "welcome", new)

    def log_in_with_the_new_ones(self) -> None:
        """Logs in with both renewed certificates and adds them to the summary."""
        self.report.step("Logging in to the bank with the new certificates, in Chromium")
        self._log_in(PC_USER, store_for(Destination.PC))
        self._log_in(USB_USER, store_for(Destination.USB))

    def replaced_certificate(self) -> None:
        """Expects the login with the old certificate to be refused as superseded."""
        self.report.step("The old certificate, in a copy of the PC's database from before")
        page = self._open_page(self._copied_home, self._old[PC_USER])
        self._expect(page, "superseded", self._old[PC_USER])

    def unconfirmed_certificate(self) -> None:
        """Interrupts a renewal before certConf, expects a refusal, then resumes it."""
        self.report.step("A renewal that is interrupted before the bank hears of its success")
        store = store_for(Destination.PC)
        new = self._interrupted_renewal(store)
        self.report.fact(f"stopped: serial {new.serial_hex} is stored, but not confirmed")
        self._expect(self._open_page(self.world.home, new), "unconfirmed", new)
        self.report.step("Resuming it: nothing was lost, and nothing is done twice")
        self.command_line.show(*_PROFILE_OPTION, "resume")
        page = self._open_page(self.world.home, new)
        self._expect(page, "welcome", current_certificate(store, INTERRUPTED_USER))

    def revoked_certificate(self) -> None:
        """Revokes a certificate and expects its login to be refused."""
        self.report.step("The bank's desk revokes it, as after a theft of the PC")
        certificate = current_certificate(store_for(Destination.PC), INTERRUPTED_USER)
        self.bank.admin("revoke", certificate.serial_hex)
        self._expect(self._open_page(self.world.home, certificate), "revoked", certificate)

    # Helpers

    @property
    def _copied_home(self) -> Path:
        return self.world.folder / "home-before"

    def _keep_a_copy_of_the_pc(self) -> None:
        shutil.copytree(self.world.home / ".pki", self._copied_home / ".pki")

    def _renew(
        self,
        user_id: str,
        store: CertificateStore,
        *options: str,
        stdin: str = "",
        profile: str = PROFILE,
    ) -> None:
        renew = ["--profile", profile, "renew", user_id, "--yes", *options]
        self._seconds[user_id] = self.command_line.show(*renew, stdin=stdin)
        new, old = current_certificate(store, user_id), self._old[user_id]
        if new == old or new.spki == old.spki:
            raise StoryError(f"{user_id} has no new certificate with a new key")
        self.report.fact(f"serial {old.serial_hex} → {new.serial_hex}")

    def _log_in(self, user_id: str, store: CertificateStore) -> None:
        certificate = current_certificate(store, user_id)
        page = (
            self._open_page_with_token(certificate)
            if store.destination is Destination.USB
            else self._open_page(self.world.home, certificate)
        )
        self._expect(page, "welcome", certificate)
        self.renewals.append(
            Renewal(
                place=_place(store),
                user_id=user_id,
                old_serial=self._old[user_id].serial_hex,
                new_serial=certificate.serial_hex,
                key=kind_and_curve(certificate.spki),
                valid_until=f"{certificate.not_after_tokyo:%Y-%m-%d %H:%M}",
                renew_seconds=self._seconds[user_id],
                login_seconds=page.seconds,
            )
        )

    def _open_page(self, home: Path, certificate: Certificate) -> DemoLoginPage:
        customer = self._at_a_browser(home, certificate)
        return log_in(self.bank.login_url, customer, self._new_browser_folder())

    def _open_page_with_token(self, certificate: Certificate) -> DemoLoginPage:
        """Logs in with a second browser home, where the token's module is registered."""
        home = self.world.folder / "home-with-token"
        customer = self._at_a_browser(home, certificate)
        connect_token(home / ".pki" / "nssdb", customer.environment)
        folder = self._new_browser_folder()
        return log_in_with_token(self.bank.login_url, customer, folder, self.world.pin)

    def _at_a_browser(self, home: Path, certificate: Certificate) -> BrowserCustomer:
        environment = self.world.environment_of(home)
        root = self.world.folder / "root.pem"
        root.write_bytes(self.profile.tls_anchors[0].x509.public_bytes(Encoding.PEM))
        trust(home / ".pki" / "nssdb", root, environment)
        return BrowserCustomer(environment, certificate)

    def _new_browser_folder(self) -> Path:
        self._browsers += 1
        return self.world.folder / f"browser-{self._browsers}"

    def _expect(self, page: DemoLoginPage, result: str, certificate: Certificate) -> None:
        """Checks the result on the page and that it concerns this certificate."""
        said = f"{page.title} ({page.result}, serial {page.serial})"
        self.report.fact(f"The page: {said}")
        if page.reason and page.result != "welcome":
            self.report.fact(f"          {page.reason}")
        if (page.result, page.serial) != (result, certificate.serial_hex):
            raise StoryError(
                f"expected “{result}” for serial {certificate.serial_hex}, the page said: {said}"
            )

    def _interrupted_renewal(self, store: CertificateStore) -> Certificate:
        """Runs a renewal in this process and stops it before certConf."""
        old = self._old[INTERRUPTED_USER]
        stored = next(s for s in store.certificates() if s.certificate == old)
        procedures = enrollment(self.profile, [store], _MAX_WAIT)
        outcome = procedures.renew(stored, store, InterruptingUser())
        if not isinstance(outcome, Pending):
            raise StoryError("the renewal was not interrupted")
        new = procedures.pending()[0].new_certificate
        if new is None:
            raise StoryError("the interrupted renewal has no certificate")
        return new


def _makes_ec_keys(store: CertificateStore) -> bool:
    made = store.describe().mechanisms if isinstance(store, Described) else ()
    present = {one.name for one in made if one.present}
    return present.issuperset(("CKM_EC_KEY_PAIR_GEN", "CKM_ECDSA"))


def _place(store: CertificateStore) -> str:
    return "PC パソコン" if store.destination is Destination.PC else "USB 専用USB"
