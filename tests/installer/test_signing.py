"""Signs a Windows program with each kind of key, and checks signatures."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives import serialization

from support.small_build import PROGRAM
from tools.installer.settings import DEFAULT, BuildSettingsError, Places, read_settings
from tools.installer.signatures import UNSIGNED, read_signer
from tools.installer.signing import PIN_VARIABLE, CodeSigner, SigningError, make_signer
from tools.installer.testing_ca import TestingCa, make_testing_ca

SOFTHSM = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "s3cret word"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    copy = tmp_path / "program.exe"
    copy.write_bytes(PROGRAM.read_bytes())
    return copy


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> TestingCa:
    return make_testing_ca(tmp_path_factory.mktemp("ca"))


def signer_for(folder: Path, **signing: str | Path) -> CodeSigner:
    settings = read_settings()
    given = {name: str(value) for name, value in signing.items()}
    changed = msgspec.structs.replace(settings.signing, **given)
    return make_signer(replace(settings, signing=changed), Places(folder), DEFAULT, ask=False)


def test_test_ca_signs_if_no_key_is_configured(tmp_path: Path, program: Path) -> None:
    signer = signer_for(tmp_path)
    assert signer.identity.is_test
    signer.sign(program)
    signer.check(program)
    assert read_signer(program).startswith("CN=certclient TEST signature")
    again = signer_for(tmp_path)
    again.check(program)
    assert Path(signer.identity.key).stat().st_mode & 0o077 == 0


def test_signature_has_sha256_and_product_title(tmp_path: Path, program: Path) -> None:
    signer_for(tmp_path).sign(program)
    shown = subprocess.run(
        ["osslsigncode", "verify", "-in", program], capture_output=True, text=True, check=False
    ).stdout
    assert "Message digest algorithm  : SHA256" in shown
    assert read_settings().product.title_en in shown


def test_changed_program_is_detected(tmp_path: Path, program: Path) -> None:
    signer = signer_for(tmp_path)
    signer.sign(program)
    content = bytearray(program.read_bytes())
    content[0x600] ^= 1
    program.write_bytes(content)
    with pytest.raises(SigningError, match="verify failed"):
        signer.check(program)
    with pytest.raises(SigningError, match="was changed after it was signed"):
        read_signer(program)


def test_signature_of_another_ca_is_refused(tmp_path: Path, program: Path) -> None:
    signer_for(tmp_path / "one").sign(program)
    with pytest.raises(SigningError):
        signer_for(tmp_path / "other").check(program)


def test_unsigned_program_is_reported(tmp_path: Path, program: Path) -> None:
    assert read_signer(program) == UNSIGNED
    with pytest.raises(SigningError):
        signer_for(tmp_path).check(program)


def encrypted(ca: TestingCa, target: Path) -> Path:
    key = serialization.load_pem_private_key(ca.key.read_bytes(), None)
    target.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(PIN.encode()),
        )
    )
    return target


def test_passphrase_comes_from_environment_and_is_on_no_command_line(
    tmp_path: Path, program: Path, ca: TestingCa, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = encrypted(ca, tmp_path / "key.pem")
    given = {"key": key, "certificates": ca.certificates, "anchors": ca.root}
    without_pin = signer_for(tmp_path, **given)
    assert not without_pin.identity.is_test
    with pytest.raises(SigningError, match=PIN_VARIABLE):
        without_pin.sign(program)
    monkeypatch.setenv(PIN_VARIABLE, PIN)
    signer = signer_for(tmp_path, **given)
    assert not any(PIN in word for word in signer.command())
    signer.sign(program)
    signer.check(program)


def test_only_signing_command_receives_pin(
    tmp_path: Path, program: Path, ca: TestingCa, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All other processes of the build inherit our environment unchanged."""

    def pin_is_inherited() -> bool:
        return PIN.encode() in subprocess.run(["env"], capture_output=True, check=True).stdout

    monkeypatch.setenv(PIN_VARIABLE, PIN)
    assert pin_is_inherited()
    key = encrypted(ca, tmp_path / "key.pem")
    signer = signer_for(tmp_path, key=key, certificates=ca.certificates, anchors=ca.root)
    assert not pin_is_inherited()
    assert signer.environment() == {PIN_VARIABLE: PIN}
    signer.sign(program)
    assert not pin_is_inherited()
    assert signer_for(tmp_path).environment() == {}, "a key without a PIN"


def test_wrong_passphrase_leaves_file_unchanged(
    tmp_path: Path, program: Path, ca: TestingCa, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = encrypted(ca, tmp_path / "key.pem")
    monkeypatch.setenv(PIN_VARIABLE, "another")
    signer = signer_for(tmp_path, key=key, certificates=ca.certificates, anchors=ca.root)
    with pytest.raises(SigningError, match="sign failed"):
        signer.sign(program)
    assert program.read_bytes() == PROGRAM.read_bytes()
    assert list(tmp_path.glob("*.signed")) == []


def softhsm(command: str, *arguments: str | Path) -> None:
    line = ["softhsm2-util", command, *map(str, arguments)]
    subprocess.run(line, check=True, capture_output=True)


@pytest.fixture
def token(tmp_path: Path, ca: TestingCa, monkeypatch: pytest.MonkeyPatch) -> str:
    """The PKCS#11 URI of the CA's signing key on a token."""
    (tmp_path / "tokens").mkdir()
    configuration = tmp_path / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\n", encoding="utf-8")
    monkeypatch.setenv("SOFTHSM2_CONF", str(configuration))
    softhsm("--init-token", "--free", "--label", "signing", "--pin", PIN, "--so-pin", "97531086")
    named = ("--token", "signing", "--label", "code", "--id", "01", "--pin", PIN)
    softhsm("--import", ca.key, *named)
    return "pkcs11:token=signing;object=code;type=private"


def test_token_key_signs_with_pin_from_environment(
    tmp_path: Path, program: Path, ca: TestingCa, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PIN_VARIABLE, PIN)
    signer = signer_for(tmp_path, key=token, module=SOFTHSM, certificates=ca.certificates)
    signer.sign(program)
    signer.check(program)


def test_wrong_token_pin_signs_nothing(
    tmp_path: Path, program: Path, ca: TestingCa, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PIN_VARIABLE, "0000")
    signer = signer_for(tmp_path, key=token, module=SOFTHSM, certificates=ca.certificates)
    with pytest.raises(SigningError):
        signer.sign(program)
    assert read_signer(program) == UNSIGNED


@pytest.mark.parametrize("missing", ["certificates", "module"])
def test_incomplete_signing_settings_are_refused(
    tmp_path: Path, ca: TestingCa, missing: str
) -> None:
    given = {"key": "pkcs11:object=code", "certificates": str(ca.certificates), "module": SOFTHSM}
    with pytest.raises(BuildSettingsError, match=f"signing.{missing}"):
        signer_for(tmp_path, **{**given, missing: ""})


@contextmanager
def timestamp_server(folder: Path) -> Iterator[tuple[str, Path]]:
    """OpenSSL's time stamping authority over HTTP; yields its URL and its root (PEM)."""
    make_authority(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query, answer = folder / "query.tsq", folder / "answer.tsr"
            query.write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            openssl(
                *("ts", "-reply", "-config", folder / "ts.cnf", "-section", "tsa"),
                *("-queryfile", query, "-out", answer),
            )
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer.read_bytes())

        def log_message(self, format: str, *args: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", folder / "root.pem"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


TS_CONFIGURATION = """\
[tsa]
dir = {folder}
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
certs = {folder}/root.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_chain = yes
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
[stamps]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
"""


def make_authority(folder: Path) -> None:
    folder.mkdir()
    configuration = folder / "ts.cnf"
    configuration.write_text(TS_CONFIGURATION.format(folder=folder), encoding="ascii")
    (folder / "serial").write_text("01", encoding="ascii")
    new = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-config", configuration)
    root = ("-keyout", folder / "root.key", "-out", folder / "root.pem")
    openssl(*new, "-subj", "/CN=stamps root", "-extensions", "root", *root)
    issued = ("-CA", folder / "root.pem", "-CAkey", folder / "root.key")
    leaf = ("-keyout", folder / "tsa.key", "-out", folder / "tsa.pem")
    openssl(*new, "-subj", "/CN=stamps", "-extensions", "stamps", *issued, *leaf)


def test_timestamp_is_verified_against_its_own_anchors(
    tmp_path: Path, program: Path, ca: TestingCa
) -> None:
    with timestamp_server(tmp_path / "tsa") as (address, root):
        signer = signer_for(
            tmp_path,
            key=ca.key,
            certificates=ca.certificates,
            timestamp=address,
            timestamp_anchors=root,
        )
        signer.sign(program)
    signer.check(program)
    other = signer_for(
        tmp_path, key=ca.key, certificates=ca.certificates, timestamp_anchors=ca.root
    )
    with pytest.raises(SigningError):
        other.check(program)


def test_unreachable_timestamp_server_fails_signing(
    tmp_path: Path, program: Path, ca: TestingCa
) -> None:
    with timestamp_server(tmp_path / "tsa") as (address, _):
        pass
    signer = signer_for(tmp_path, key=ca.key, certificates=ca.certificates, timestamp=address)
    with pytest.raises(SigningError):
        signer.sign(program)
    assert read_signer(program) == UNSIGNED


def test_signing_command_works_from_any_folder(tmp_path: Path, program: Path) -> None:
    signer = signer_for(tmp_path)
    subprocess.run([*signer.command(), program.name], cwd=tmp_path, check=True, env=os.environ)
    signer.check(program)
