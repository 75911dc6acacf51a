"""A rehearsal has stores of its own: the user's certificates and keys are not seen, and stay."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("needs Windows", allow_module_level=True)

import json
import time
import winreg

from certclient.bootstrap import system_services
from certclient.cli.main import run
from certclient.cli.rehearsal import rehearsal
from certclient.model.certificate import Certificate
from certclient.model.keys import KeySpec
from certclient.model.practice import RENEWING
from certclient.platform.folders import data_folder, log_file, settings_file
from certclient.platform.rehearsal import VARIABLE
from certclient.store.base import CertificateStore, no_pin
from certclient.store.rehearsal import (
    rehearsal_stores,
    remove_rehearsal_stores,
    stores_of_rehearsals,
)
from certclient.store.rehearsal_leftovers import remove_abandoned_rehearsals
from certclient.store.windows import keys
from support.pki import customer_name, make_lab
from support.windows_pc import CNG, WindowsPc

LAB = make_lab()
STORES = r"Software\Microsoft\SystemCertificates"


def issue_into(store: CertificateStore, user_id: str, label: str) -> Certificate:
    with store.open(no_pin) as session:
        key = session.create_key(KeySpec(), label)
        certificate = LAB.issue(session.signer(key).spki, customer_name(user_id))
        session.install_intermediates(LAB.anchors)
        session.install(key, certificate, user_id)
    return certificate


def registry_keys() -> set[str]:
    with winreg.OpenKey(winreg.HKEY_CURRENT_USER, STORES) as key:
        return {winreg.EnumKey(key, number) for number in range(winreg.QueryInfoKey(key)[0])}


def test_stores_are_apart_and_nothing_is_left(windows_pc: WindowsPc, tmp_path: Path) -> None:
    own = issue_into(windows_pc.store(), "TKYM1408054", "certclient 00000000000000aa")
    with windows_pc.store().open(no_pin) as session:
        session.create_key(KeySpec(), "certclient 00000000000000bb")
    before = registry_keys()
    folder = tmp_path / "certclient-practice-test"
    folder.mkdir()

    (store,) = rehearsal_stores(folder)
    assert not store.certificates()
    practised = issue_into(store, "TKYM1408055", "certclient 00000000000000cc")
    assert [one.certificate for one in store.certificates()] == [practised]
    assert [one.certificate for one in windows_pc.store().certificates()] == [own]
    assert store.unused_keys() == (), "the user's own keys are not the rehearsal's to delete"

    # Killed, and the system has emptied its temporary folder: the stores are found by their names.
    folder.rmdir()
    assert stores_of_rehearsals() == [folder.name]
    assert remove_abandoned_rehearsals(folder.parent, time.time()) == [folder.name]
    assert stores_of_rehearsals() == []
    names = {place.name for place in keys.ours().values()}
    assert names == {"certclient 00000000000000aa", "certclient 00000000000000bb"}
    assert registry_keys() == before
    assert [one.certificate for one in windows_pc.store().certificates()] == [own]
    remove_rehearsal_stores(folder)


def test_files_are_in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    for path in (data_folder(), log_file(), settings_file()):
        assert tmp_path in path.parents
    monkeypatch.setenv(VARIABLE, str(tmp_path / "ended"))
    assert tmp_path not in data_folder().parents
    assert not data_folder().exists()


@pytest.mark.skipif(not CNG, reason="takes a minute; the keys' place does not matter here")
def test_whole_rehearsal_leaves_nothing(
    capsys: pytest.CaptureFixture[str], windows_pc: WindowsPc
) -> None:
    before = registry_keys()
    names = {place.name for place in keys.ours().values()}
    with rehearsal(system_services()) as one:
        one.prepare()
        assert run(["list", "--json"], system_services()) == 0
        listed = json.loads(capsys.readouterr().out)
        assert [row["user_id"] for row in listed["certificates"]] == [RENEWING]
        assert listed["profile"] == "practice"
        folder = one.folder
    assert not folder.exists()
    assert registry_keys() == before
    assert {place.name for place in keys.ours().values()} == names
