"""The connections of one renewal to the practice bank's CA."""

from __future__ import annotations

import sys

import pytest

from support.command_line import PC_USER, CliComputer
from support.lossy_line import line_to


@pytest.mark.skipif(sys.platform == "win32", reason="WinHTTP has one for each message")
def test_a_renewal_needs_one_connection_to_the_ca(pc: CliComputer) -> None:
    pc.add_certificate(PC_USER, pc.nss.store())
    with line_to(pc.bank, lambda: False) as line:
        renewed = pc.run("renew", "--yes")
        assert renewed.code == 0, renewed.err
        assert line.connections == 1
