"""Which variables the child of a module gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from certclient.store.isolated.environment import child_environment

GIVEN = {
    "PATH": "/bin",
    "LC_ALL": "ja_JP.UTF-8",
    "OPENSC_DRIVERS": "piv",
    "PYTHONSTARTUP": "/home/x/start.py",
    "LD_PRELOAD": "/home/x/other.so",
    "HTTPS_PROXY": "http://user:password@proxy:8080",
    "VENDOR_CONFIG": "/etc/vendor",
    "VENDOR": "1",
}


def passed(module: Path) -> set[str]:
    return set(child_environment(module, GIVEN, ["/program"]))


@pytest.mark.parametrize(
    ("content", "more"),
    [
        (b"\x7fELF\0VENDOR_CONFIG\0", {"VENDOR_CONFIG"}),
        (b"\0VENDOR_CONFIG\0VENDOR\0", {"VENDOR_CONFIG", "VENDOR"}),
        (b"a sentence about VENDOR_CONFIG.\0", set()),
        (b"\0PYTHONSTARTUP\0LD_PRELOAD\0", set()),
    ],
)
def test_module_gets_the_variables_that_its_file_names(
    tmp_path: Path, content: bytes, more: set[str]
) -> None:
    module = tmp_path / "vendor.so"
    module.write_bytes(content)
    assert passed(module) == {"PATH", "LC_ALL", "OPENSC_DRIVERS", "PYTHONPATH"} | more


def test_module_that_is_missing_gets_the_known_ones(tmp_path: Path) -> None:
    assert "OPENSC_DRIVERS" in passed(tmp_path / "missing.so")


@pytest.mark.parametrize(
    "name",
    [
        "SOFTHSM2_CONF",
        "OPENSC_CONF",
        "PCSCLITE_CSOCK_NAME",
        "TPM2_PKCS11_STORE",
        "TPM2_PKCS11_TCTI",
        "TPM2TOOLS_TCTI",
        "DBUS_SESSION_BUS_ADDRESS",
        "P11_KIT_STRICT",
        "NSS_DEFAULT_DB_TYPE",
        "XDG_CONFIG_HOME",
    ],
)
def test_what_leads_a_module_to_its_service_passes(tmp_path: Path, name: str) -> None:
    given = {name: "somewhere"}
    module = tmp_path / "missing.so"
    assert child_environment(module, given, ["/program"]).keys() == {name, "PYTHONPATH"}
