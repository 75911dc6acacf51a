"""Variables of libraries that somebody has planted in the session change nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from support.command_line import PC_USER, CliComputer

CONFIGURATION = """\
openssl_conf = openssl_init
[openssl_init]
providers = providers
[providers]
planted = planted
default = default
[planted]
module = {library}
activate = 1
[default]
activate = 1
"""
SOURCE = """\
#include <fcntl.h>
__attribute__((constructor)) static void loaded(void) { creat("%s", 0600); }
"""


@pytest.fixture
def planted(tmp_path: Path) -> dict[str, str]:
    """Variables that name a library, which leaves a file when it is loaded, and a file of keys."""
    source, library = tmp_path / "planted.c", tmp_path / "planted.so"
    source.write_text(SOURCE % (tmp_path / "loaded"))
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, source], check=True)
    configuration = tmp_path / "openssl.cnf"
    configuration.write_text(CONFIGURATION.format(library=library))
    return {
        "OPENSSL_CONF": str(configuration),
        "OPENSSL_MODULES": str(tmp_path),
        "SSLKEYLOGFILE": str(tmp_path / "keys"),
    }


def test_a_renewal_loads_nothing_and_gives_no_keys_away(
    started_pc: CliComputer, planted: dict[str, str], tmp_path: Path
) -> None:
    started_pc.add_certificate(PC_USER, started_pc.nss.store())
    started_pc.variables |= planted
    done = started_pc.run("renew", "--yes", PC_USER)
    assert done.code == 0, done.err
    assert not (tmp_path / "loaded").exists()
    assert not (tmp_path / "keys").exists()
