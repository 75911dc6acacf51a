"""The NSS database as the PC store, checked with NSS's own tools."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from pkcs11 import exceptions as p11

from certclient.model.certificate import Certificate
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.keys import KeySpec
from certclient.store.base import Available, StoreSession, no_pin
from certclient.store.pkcs11.errors import translated
from certclient.store.pkcs11.nss import NssStore
from certclient.store.pkcs11.softokn import Opening, load_softokn
from support.nss import NssDatabase
from support.pki import SERVER_AUTH, Lab, certificate_pem, ec_key, make_lab, spki_of
from support.softhsm import ScriptedPins

LABEL = "certclient 0001"
NAME = "bank certificate"
PASSWORD = "master password"


@pytest.fixture(scope="module")
def lab() -> Lab:
    return make_lab()


def enroll(session: StoreSession, lab: Lab) -> Certificate:
    key = session.create_key(KeySpec(), LABEL)
    certificate = lab.issue(session.signer(key).spki)
    session.install(key, certificate, NAME)
    session.install_intermediates(lab.chain)
    return certificate


def trust_flags(nss: NssDatabase, nickname: str) -> str:
    """The flags in `certutil -L`; `u`: the user has the key, so browsers offer the certificate."""
    (line,) = [line for line in nss.certutil("-L").splitlines() if line.startswith(nickname)]
    return line.removeprefix(nickname).strip()


def test_reading_creates_no_database(nss: NssDatabase) -> None:
    assert nss.store().availability() == Available(needs_pin=False)
    assert list(nss.store().certificates()) == []
    assert not nss.directory.exists()


def test_new_database_is_private_whatever_the_umask(tmp_path: Path) -> None:
    folder = tmp_path / ".pki" / "nssdb"
    before = os.umask(0)
    try:
        with NssStore(load_softokn(), folder).open(no_pin):
            pass
    finally:
        os.umask(before)
    for path in (folder.parent, folder, *folder.iterdir()):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode & 0o077 == 0, f"{path} {mode:o}"


def test_nss_accepts_a_new_database(nss: NssDatabase, lab: Lab) -> None:
    with nss.store().open(no_pin) as session:
        enroll(session, lab)
    assert nss.directory.stat().st_mode & 0o077 == 0
    assert trust_flags(nss, NAME) == "u,u,u"
    assert trust_flags(nss, lab.intermediate.certificate.common_name) == ",,"
    assert LABEL in nss.certutil("-K")


def test_root_certificate_is_not_installed(nss: NssDatabase, lab: Lab) -> None:
    with nss.store().open(no_pin) as session:
        session.install_intermediates((*lab.chain, lab.root.certificate))
    listing = nss.certutil("-L")
    assert lab.intermediate.certificate.common_name in listing
    assert lab.root.certificate.common_name not in listing


def test_nss_validates_the_chain(nss: NssDatabase, lab: Lab, tmp_path: Path) -> None:
    with nss.store().open(no_pin) as session:
        enroll(session, lab)
    root = tmp_path / "root.pem"
    root.write_bytes(certificate_pem(lab.root.certificate))
    nss.certutil("-A", "-n", "root", "-t", "CT,,", "-a", "-i", str(root))
    assert "certificate is valid" in nss.certutil("-V", "-n", NAME, "-u", "C")


def test_archiving_clears_the_trust_flag_that_browsers_use(nss: NssDatabase, lab: Lab) -> None:
    with nss.store().open(no_pin) as session:
        certificate = enroll(session, lab)
        session.archive(certificate)
    assert trust_flags(nss, NAME) == ",,"
    with nss.store().open(no_pin) as session:
        session.unarchive(certificate)
    assert trust_flags(nss, NAME) == "u,u,u"


def test_deletion_leaves_nothing_in_the_database(nss: NssDatabase, lab: Lab) -> None:
    with nss.store().open(no_pin) as session:
        session.delete(enroll(session, lab))
    assert NAME not in nss.certutil("-L")
    assert "no keys found" in nss.certutil("-K")


def test_certificate_added_by_another_program_is_listed_at_once(
    nss: NssDatabase, lab: Lab, tmp_path: Path
) -> None:
    with nss.store().open(no_pin) as session:
        enroll(session, lab)
    other = lab.issue(spki_of(ec_key()))
    file = tmp_path / "other.pem"
    file.write_bytes(certificate_pem(other))
    nss.certutil("-A", "-n", "colleague", "-t", ",,", "-a", "-i", str(file))
    found = {stored.certificate: stored.key for stored in nss.store().certificates()}
    assert len(found) == 2
    assert found[other] is None


def test_database_restored_from_a_backup_is_reopened(
    nss: NssDatabase, lab: Lab, tmp_path: Path
) -> None:
    with nss.store().open(no_pin) as session:
        certificate = enroll(session, lab)
    backup = tmp_path / "backup"
    shutil.copytree(nss.directory, backup)
    with nss.store().open(no_pin) as session:
        session.delete(certificate)
    shutil.rmtree(nss.directory)
    shutil.copytree(backup, nss.directory)
    with nss.store().open(no_pin) as session:
        session.self_test(certificate)


def test_master_password_is_requested(nss: NssDatabase, lab: Lab) -> None:
    nss.create(PASSWORD)
    assert nss.store().availability() == Available(needs_pin=True)
    pins = ScriptedPins("not this one", PASSWORD)
    with nss.store().open(pins) as session:
        certificate = enroll(session, lab)
    assert [request.previous_incorrect for request in pins.requests] == [False, True]
    (stored,) = nss.store().certificates()
    assert stored.certificate == certificate
    assert stored.key is not None


def test_imported_certificate_has_no_key_before_login(
    nss: NssDatabase, lab: Lab, tmp_path: Path
) -> None:
    """NSS gives every imported certificate a CKA_ID, and private keys are invisible until login."""
    nss.create(PASSWORD)
    file = tmp_path / "server.pem"
    file.write_bytes(certificate_pem(lab.issue(spki_of(ec_key()), usages=(SERVER_AUTH,))))
    nss.certutil("-A", "-n", "server", "-t", ",,", "-a", "-i", str(file))
    (stored,) = nss.store().certificates()
    assert stored.key is None


def test_wrong_master_password_is_not_retried(nss: NssDatabase) -> None:
    nss.create(PASSWORD)
    pins = ScriptedPins("not this one")
    with pytest.raises(CertclientError) as error, nss.store().open(pins):
        pass
    assert error.value.code is ErrorCode.PASSWORD_INCORRECT
    assert error.value.data["path"] == str(nss.directory)
    assert len(pins.requests) == 2
    assert all(request.database for request in pins.requests)


def test_nss_exports_keys_whatever_their_attributes(
    nss: NssDatabase, lab: Lab, tmp_path: Path
) -> None:
    """A known limitation: therefore certclient promises "never leaves" for tokens only. If this
    test fails one day, the promise can include NSS."""
    with nss.store().open(no_pin) as session:
        enroll(session, lab)
    exported = tmp_path / "exported.p12"
    nss.pk12util("-o", str(exported), "-n", NAME, "-W", "x", "-K", "")
    assert exported.stat().st_size > 1000


def test_more_databases_than_nss_has_slots(tmp_path: Path, lab: Lab) -> None:
    first = NssStore(load_softokn(), tmp_path / "first")
    with first.open(no_pin) as session:
        certificate = enroll(session, lab)
    for number in range(100):
        directory = tmp_path / f"database-{number}"
        directory.mkdir()
        assert load_softokn().slot(Opening(directory, read_only=False)) >= 4
    with first.open(no_pin) as session:
        session.self_test(certificate)


def test_two_databases_at_the_same_time(tmp_path: Path, lab: Lab) -> None:
    one, two = (NssStore(load_softokn(), tmp_path / name) for name in ("one", "two"))
    with one.open(no_pin) as first, two.open(no_pin) as second:
        certificate = enroll(first, lab)
        enroll(second, lab)
        first.self_test(certificate)
    assert [len(store.certificates()) for store in (one, two)] == [1, 1]


def test_damaged_database_is_unavailable_and_not_modified(nss: NssDatabase) -> None:
    nss.directory.mkdir()
    damaged = nss.directory / "cert9.db"
    damaged.write_bytes(b"not a database" * 1000)
    with pytest.raises(CertclientError) as error, nss.store().open(no_pin):
        pass
    assert error.value.code is ErrorCode.STORE_UNAVAILABLE
    assert error.value.data["path"] == str(nss.directory)
    assert damaged.read_bytes() == b"not a database" * 1000


def test_store_is_unavailable_if_its_folder_cannot_be_created(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = NssStore(load_softokn(), tmp_path / "file" / "nssdb")
    with pytest.raises(CertclientError) as error, store.open(no_pin):
        pass
    assert error.value.code is ErrorCode.STORE_UNAVAILABLE


@pytest.mark.parametrize(
    "name",
    [
        b"x' flags=readOnly>",
        b"it's (mine) [1] {2} <3>",
        b'a "quoted" back\\slash\\',
        b"new\nline",
        "信金".encode("cp932"),
    ],
    ids=["parameters", "brackets", "backslash", "newline", "cp932"],
)
def test_any_folder_name_works(tmp_path: Path, lab: Lab, name: bytes) -> None:
    """Each character means itself: none ends the name early or adds a parameter."""
    directory = tmp_path / os.fsdecode(name)
    store = NssStore(load_softokn(), directory)
    with store.open(no_pin) as session:
        certificate = enroll(session, lab)
    assert (directory / "cert9.db").exists()
    assert [stored.certificate for stored in store.certificates()] == [certificate]
    assert list(tmp_path.iterdir()) == [directory]
    json.dumps(store.store_id).encode()


def test_a_folder_with_a_japanese_name(tmp_path: Path, lab: Lab) -> None:
    store = NssStore(load_softokn(), tmp_path / "電子 証明書")
    with store.open(no_pin) as session:
        session.self_test(enroll(session, lab))
    assert (tmp_path / "電子 証明書" / "cert9.db").exists()


def test_missing_nss_is_reported_as_missing_middleware(tmp_path: Path) -> None:
    with pytest.raises(CertclientError) as error:
        load_softokn([tmp_path / "libsoftokn3.so"])
    assert error.value.code is ErrorCode.STORE_MIDDLEWARE_MISSING


def truncate_key(nss: NssDatabase, label: str) -> None:
    """Leaves of a key pair what a disk leaves that becomes full during generation (measured with
    NSS 3.87.1): a private key whose numbers NSS refuses to return, and no public key."""
    with closing(sqlite3.connect(nss.directory / "key4.db")) as keys, keys:
        (identifier,) = keys.execute(
            "SELECT id FROM nssPrivate WHERE a3 = ?", (label.encode(),)
        ).fetchone()
        keys.execute("DELETE FROM metaData WHERE id LIKE ?", (f"sig_key_{identifier:08x}_%",))
    with closing(sqlite3.connect(nss.directory / "cert9.db")) as certificates, certificates:
        certificates.execute("DELETE FROM nssPublic WHERE a3 = ?", (label.encode(),))


def test_truncated_key_hides_no_certificate_and_is_removed(nss: NssDatabase, lab: Lab) -> None:
    with nss.store().open(no_pin) as session:
        certificate = enroll(session, lab)
        session.create_key(KeySpec(), "certclient 0002")
    truncate_key(nss, "certclient 0002")
    (stored,) = nss.store().certificates()
    assert stored.certificate == certificate
    with nss.store().open(no_pin) as session:
        session.self_test(certificate)
        assert session.find_key("certclient 0002") is None
    assert "certclient 0002" not in nss.certutil("-K")
    assert LABEL in nss.certutil("-K")


@dataclass(frozen=True)
class DatabaseProbe:
    label: str = "/home/taro/.pki/nssdb"
    database: bool = True

    def present(self) -> bool:
        return True

    def free_memory(self) -> int | None:
        return None


@pytest.mark.parametrize(
    "fault",
    [
        p11.FunctionFailed(),
        p11.DeviceMemory(),
        p11.SessionHandleInvalid(),
        p11.TokenWriteProtected(),
        CertclientError(ErrorCode.TOKEN_FAILED, reason="still there"),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_database_errors_never_ask_for_a_token(fault: Exception) -> None:
    with pytest.raises(CertclientError) as error, translated(DatabaseProbe(), writing=True):
        raise fault
    assert error.value.code is ErrorCode.STORE_UNAVAILABLE
    assert error.value.data["path"] == "/home/taro/.pki/nssdb"


def test_program_exits_without_error_output() -> None:
    """python-pkcs11 unloads a library in its destructor, which may run at any time."""
    program = "from certclient.store.pkcs11.softokn import load_softokn\n"
    program += "kept = [load_softokn()]; kept.append(kept)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
