"""A diagnosis for a help desk: complete, without secrets, and kept as it was shown."""

from __future__ import annotations

import json
import os
import stat
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certclient.enrollment.bank_status import BankStatuses
from certclient.enrollment.diagnosis.archive import DATA, TEXT, file_name, write_archive
from certclient.enrollment.diagnosis.examination import Sources, examine
from certclient.enrollment.diagnosis.last_errors import last_errors
from certclient.enrollment.diagnosis.masking import HIDDEN, Masking
from certclient.enrollment.diagnosis.values import Diagnosis, Fact, Kind, Part
from certclient.enrollment.open_procedures import OpenProcedures
from certclient.model.banks import banks_of
from certclient.model.errors import CertclientError, ErrorCode
from certclient.model.policy import Policy
from certclient.model.proxy_login import ProxyLogin
from certclient.model.secret import Secret
from certclient.platform.proxies.routes import Routes
from support.announcements import PROFILE

NOW = datetime(2026, 11, 30, 3, 4, 5, tzinfo=UTC)
NOTHING = Diagnosis(NOW, (), with_ids=False)


def masked(text: str, *ids: str, personal: bool = False, home: str = "") -> str:
    part = Part(Kind.CERTIFICATE, (Fact("x", text, personal),))
    (found,) = Masking(ids, home).masked([part], with_ids=False)
    return found.facts[0].value


def test_one_customer_has_one_name_everywhere() -> None:
    assert masked("TKYM1 and tkym12, TKYM1", "TKYM1", "TKYM12") == "ID-1 and ID-2, ID-1"


def test_personal_values_are_hidden_and_user_ids_in_them_still_told_apart() -> None:
    assert masked("00c0ffee", "TKYM1", personal=True) == HIDDEN
    assert masked("TKYM1 1403", "TKYM1", personal=True) == "ID-1 1403"


def test_the_home_folder_does_not_tell_who_is_logged_in() -> None:
    assert masked("/home/Taro/.pki", home="/home/taro") == "~/.pki"


def test_ids_are_kept_if_the_customer_agrees() -> None:
    part = Part(Kind.CERTIFICATE, (Fact("serial", "00c0ffee", personal=True),), "TKYM1")
    (kept,) = Masking(("TKYM1",), "/home/taro").masked([part], with_ids=True)
    assert kept == part


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "certclient.log"


def test_errors_of_the_log_are_repeated_by_their_allowed_fields_alone(log: Path) -> None:
    lines = [
        {"time": "2026-11-30T01:00:00+00:00", "event": "start", "code": "CC-NOT-THIS"},
        {"time": "2026-11-30T02:00:00+00:00", "event": "error", "code": "CC-PIN", "pin": "1234"},
        {"event": "crash", "trace": ["builtins.KeyError", r"  C:\x\a.py:1 f", "  /u/b.py:2 g"]},
    ]
    log.write_text("not JSON\n[1]\n" + "\n".join(map(json.dumps, lines)), encoding="utf-8")
    found = last_errors(log)
    assert found[0] == Fact("2026-11-30T02:00:00+00:00", "CC-PIN")
    assert found[1].value == "crash builtins.KeyError b.py:2 g a.py:1 f"
    assert len(found) == 2


def test_only_the_end_of_a_long_log_is_read(log: Path) -> None:
    line = json.dumps({"time": "t", "event": "error", "code": "CC-OLD"})
    last = json.dumps({"time": "t", "event": "error", "code": "CC-NEW"})
    log.write_text(f"{line}\n" * 20_000 + last, encoding="utf-8")
    found = last_errors(log)
    assert len(found) == 30
    assert found[-1].value == "CC-NEW"


def test_a_missing_log_is_no_error(log: Path) -> None:
    assert last_errors(log) == ()
    log.mkdir()
    assert last_errors(log) == ()


@pytest.fixture
def sources(log: Path) -> Sources:
    return Sources(
        program=lambda: (Fact("version", "1"),),
        computer=tuple,
        banks=lambda: banks_of([PROFILE]),
        policy=Policy,
        stores=lambda _profiles: (),
        statuses=BankStatuses,
        procedures=OpenProcedures,
        routes=lambda _url: Routes(),
        home="",
        log_file=log,
        clock=lambda: NOW,
    )


def told(sources: Sources) -> str:
    parts = examine(sources).diagnosis(with_ids=True).parts
    return "\n".join(f"{fact.name}={fact.value}" for part in parts for fact in part.facts)


def test_what_cannot_be_read_is_told_and_stops_nothing(sources: Sources) -> None:
    def policy() -> Policy:
        raise CertclientError(ErrorCode.POLICY_INVALID, source="/etc/x", name="Proxy")

    def journal() -> OpenProcedures:
        raise CertclientError(ErrorCode.JOURNAL_DAMAGED, path="/x/journal", reason="torn")

    def routes(_url: str) -> Routes:
        raise CertclientError(ErrorCode.PROXY_SETTING, setting="HTTPS_PROXY", reason="no port")

    found = told(replace(sources, policy=policy, procedures=journal, routes=routes))
    assert "error=CC-POLICY-INVALID source=/etc/x name=Proxy" in found
    assert "error=CC-JOURNAL path=/x/journal reason=torn" in found
    assert "proxy=CC-NET-PROXY-SETTING reason=no port setting=HTTPS_PROXY" in found
    assert "address=https://127.0.0.1:1/cmp" in found


def test_a_proxy_is_named_without_its_login(sources: Sources) -> None:
    login = ProxyLogin("taro", Secret("sesame"))
    routes = Routes(("http://proxy:8080", ""), login=login, setting="HTTPS_PROXY")
    found = told(replace(sources, routes=lambda _url: routes))
    assert "proxy=http://proxy:8080, - HTTPS_PROXY" in found
    assert "taro" not in found
    assert "sesame" not in found


def test_the_zip_holds_what_was_shown_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / file_name(NOW)
    assert path.name == "certclient-diagnosis-20261130-120405.zip"
    part = Part(Kind.BANK, (Fact("file", "\udcff"),), "信金")
    write_archive(path, replace(NOTHING, parts=(part,)), "版: 1\n\udcff\n")
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == [TEXT, DATA]
        assert archive.read(TEXT).decode() == "版: 1\n\\udcff\n"
        found = json.loads(archive.read(DATA))
    assert found["parts"][0]["title"] == "信金"
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_old_zip_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(b"old" * 10_000)
    write_archive(path, NOTHING, "new")
    with zipfile.ZipFile(path) as archive:
        assert archive.read(TEXT) == b"new"
    assert os.listdir(tmp_path) == ["x.zip"]


@pytest.mark.parametrize("name", ["missing/x.zip", "\0", "folder"])
def test_a_file_that_cannot_be_written_is_told_by_its_place(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(CertclientError) as refused:
        write_archive(tmp_path / name, NOTHING, "text")
    assert refused.value.code is ErrorCode.FILE_NOT_WRITTEN
    assert refused.value.data["path"] == str(tmp_path / name)
    assert refused.value.data["reason"]
    assert os.listdir(tmp_path) == ["folder"]
