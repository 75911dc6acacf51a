"""What a rehearsal reports at its end. tests/integration/practice runs whole ones."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from certclient.cli import rehearsal as module
from certclient.cli.rehearsal import rehearsal
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform.rehearsal import VARIABLE
from support.cli_runner import CliRunner


def stores_in_use(_folder: Path) -> None:
    raise PermissionError("registry key")


def test_store_that_cannot_be_removed_does_not_keep_the_rest(cli_runner: CliRunner) -> None:
    services = replace(cli_runner.services(), remove_rehearsal_stores=stores_in_use)
    with rehearsal(services) as one:
        assert one.folder.is_dir()
    assert not one.folder.exists()
    assert VARIABLE not in os.environ


def test_folder_that_remains_is_not_reported_as_removed(
    cli_runner: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_remove", lambda _folder: None)
    with pytest.raises(CertclientError) as error, rehearsal(cli_runner.services()) as one:
        pass
    assert error.value.code is ErrorCode.DATA_REMAINS
    assert error.value.data == {"path": str(one.folder)}
    shutil.rmtree(one.folder)
