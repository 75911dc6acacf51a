"""The practice bank's three HTTPS servers.

The public server (top page, CMP) never requests a client certificate, so no browser opens its
certificate chooser there; the login server (login, EST) requests one in the TLS handshake. Both
listen on 127.0.0.1 by default. The operator's server always listens on 127.0.0.1.
"""

from __future__ import annotations

import json
import secrets
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType

from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.secret import Secret
from certclient_practice.bank.bank import Bank
from certclient_practice.bank.ca import PracticeCa, certificate_pem, identity_pem, write_private
from certclient_practice.web.addresses import Addresses
from certclient_practice.web.applications import Limits, login_app, operator_app, public_app
from certclient_practice.web.https import IDLE_CONNECTIONS, THREADS, HttpsListener, on_first_request

LOOPBACK = "127.0.0.1"
ADDRESSES_FILE = "addresses.json"
REVOCATION_SECONDS = 30.0

X509_V_FLAG_NO_CHECK_TIME = 0x200000
"""From <openssl/x509_vfy.h>; Python's ssl module has no name for it."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """`bind` is an IP address or host name; port 0 takes any free port.

    `downloads` is the folder with the installers for the download page. `idle_connections`: so many
    stay open on a port without a request. `threads`: so many requests a port serves at a time.
    """

    bind: str = LOOPBACK
    port: int = 0
    login_port: int = 0
    operator_port: int = 0
    downloads: Path | None = None
    limits: Limits = field(default_factory=Limits)
    idle_connections: int = IDLE_CONNECTIONS
    threads: int = THREADS


class PracticeServer:
    """Serves `bank` from construction to `stop`.

        with PracticeServer(bank, ServerSettings()) as server:
            print(server.addresses.public_url)

    Raises CertclientError(PRACTICE_PORT) if a port is taken or the address does not belong to this
    computer.
    """

    def __init__(self, bank: Bank, settings: ServerSettings) -> None:
        self._bank = bank
        tls_file = _write_tls_identity(bank, settings.bind)
        with ExitStack() as opened:

            def listen(bind: str, port: int, context: ssl.SSLContext) -> HttpsListener:
                return _listen(opened, bind, port, context, settings)

            self._public = listen(settings.bind, settings.port, _tls_context(tls_file))
            context = _login_context(tls_file, bank.ca)
            self._login = listen(settings.bind, settings.login_port, context)
            self._operator = listen(LOOPBACK, settings.operator_port, _tls_context(tls_file))
            self._key = Secret(secrets.token_urlsafe(24))
            self.addresses = self._addresses(_url_host(settings.bind))
            self._serve(settings)
            opened.pop_all()
        self._stopped = threading.Event()
        self._sweeper = threading.Thread(
            target=self._revoke_overdue_loop, name="practice-sweep", daemon=True
        )
        self._sweeper.start()
        _write_addresses(bank.folder, self.addresses)

    def stop(self) -> None:
        """Finishes the requests in progress (a few seconds at most) and stops."""
        self._stopped.set()
        listeners = (self._public, self._login, self._operator)
        with ThreadPoolExecutor(len(listeners)) as pool:
            for ended in [pool.submit(listener.stop) for listener in listeners]:
                ended.result()
        self._sweeper.join()

    def __enter__(self) -> PracticeServer:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _addresses(self, host: str) -> Addresses:
        return Addresses(
            public_url=f"https://{host}:{self._public.port}/",
            login_url=f"https://{host}:{self._login.port}/login",
            operator_url=f"https://{LOOPBACK}:{self._operator.port}/enter/{self._key.reveal()}",
        )

    def _serve(self, settings: ServerSettings) -> None:
        bank, urls, limits = self._bank, self.addresses, settings.limits
        self._public.serve(public_app(bank, urls, settings.downloads, limits))
        self._login.serve(login_app(bank, urls.public_url, limits))
        self._operator.serve(
            on_first_request(lambda: operator_app(bank, self._key, urls.public_url, limits))
        )

    def _revoke_overdue_loop(self) -> None:
        while not self._stopped.wait(REVOCATION_SECONDS):
            self._bank.revoke_overdue()


def _listen(
    opened: ExitStack, bind: str, port: int, context: ssl.SSLContext, settings: ServerSettings
) -> HttpsListener:
    """Listens; `opened` closes the port again if a later one is taken."""
    idle_connections, threads = settings.idle_connections, settings.threads
    try:
        listener = HttpsListener(bind, port, context, idle_connections, threads)
    except OSError as error:
        raise CertclientError(
            ErrorCode.PRACTICE_PORT, address=bind, port=str(port), reason=str(error)
        ) from error
    opened.callback(listener.stop)
    return listener


def read_addresses(folder: Path) -> Addresses | None:
    """Returns the URLs at which this data folder's server listens, or listened last.

    None if it never ran.
    """
    try:
        return Addresses(**json.loads((folder / ADDRESSES_FILE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def _tls_context(tls_file: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(tls_file)
    return context


def _login_context(tls_file: Path, ca: PracticeCa) -> ssl.SSLContext:
    """Requests a client certificate of this CA.

    Connections without one or with an expired one are accepted, so that a page can explain why the
    login fails; `login.py` checks validity period and state.
    """
    context = _tls_context(tls_file)
    context.verify_mode = ssl.CERT_OPTIONAL
    trusted = (ca.root, *ca.issuing)
    context.load_verify_locations(cadata="".join(map(certificate_pem, trusted)))
    context.verify_flags |= X509_V_FLAG_NO_CHECK_TIME
    return context


def _write_tls_identity(bank: Bank, bind: str) -> Path:
    """Writes a new TLS server key and certificate; every start has its own."""
    hosts = dict.fromkeys([_url_host(bind), LOOPBACK, "localhost"])
    identity = bank.ca.tls_identity(list(hosts), bank.wire_clock())
    path = bank.folder / "tls.pem"
    write_private(path, identity_pem(identity) + "".join(map(certificate_pem, bank.ca.chain)))
    return path


def _write_addresses(folder: Path, addresses: Addresses) -> None:
    write_private(folder / ADDRESSES_FILE, json.dumps(asdict(addresses), indent=2) + "\n")


def _url_host(bind: str) -> str:
    """Returns a host that a browser on this computer can open."""
    return LOOPBACK if bind in ("", "0.0.0.0", "::") else bind  # noqa: S104 - compared, not bound
