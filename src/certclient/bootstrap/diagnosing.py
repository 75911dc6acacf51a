"""Where the facts of a diagnosis (`enrollment.diagnosis`) come from on this computer."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.enrollment.diagnosis.examination import Examination
    from certclient.enrollment.diagnosis.values import Fact
    from certclient.model.banks import Banks
    from certclient.model.profile import Profile
    from certclient.platform.proxies.routes import Routes
    from certclient.store.base import CertificateStore


def examine(bank: str = "") -> Examination:
    """Examines this computer and this user. See `enrollment.diagnosis.examination.examine`.

    `bank`: the only one to look at (id or profile file); "" for all.
    """
    from functools import partial

    from certclient import bootstrap
    from certclient.configuration.policy import read_policy
    from certclient.enrollment.diagnosis import examination
    from certclient.platform import folders

    return examination.examine(
        examination.Sources(
            program=_program,
            computer=_computer,
            banks=partial(_chosen, bank) if bank else bootstrap.banks,
            policy=read_policy,
            stores=_stores,
            statuses=bootstrap.bank_statuses,
            procedures=bootstrap.open_procedures,
            routes=_routes,
            home=str(folders.home()),
            log_file=folders.log_file(),
            clock=bootstrap.clock,
        )
    )


def _chosen(name: str) -> Banks:
    """Raises as `bootstrap.bank`."""
    from pathlib import Path

    from certclient import bootstrap
    from certclient.configuration.profiles import is_path
    from certclient.model.banks import Banks, ConfiguredBank

    if is_path(name):
        return Banks((ConfiguredBank(Path(name).stem, Path(name), bootstrap.bank(name)),))
    listed = tuple(one for one in bootstrap.banks().configured if one.id == name)
    return Banks(listed or (ConfiguredBank(name, None, bootstrap.bank(name)),))


def _program() -> Sequence[Fact]:
    import platform
    import sqlite3
    import ssl
    from importlib import metadata

    import cryptography
    from cryptography.hazmat.backends.openssl import backend

    from certclient import __version__
    from certclient.enrollment.diagnosis.values import Fact
    from certclient.platform.rehearsal import rehearsal_folder

    def version(package: str) -> str:
        try:
            return metadata.version(package)
        except metadata.PackageNotFoundError:
            return "-"

    return (
        Fact("version", __version__),
        Fact("installed", "frozen" if getattr(sys, "frozen", False) else "python"),
        Fact("rehearsal", "yes" if rehearsal_folder() is not None else "no"),
        Fact("python", f"{platform.python_version()}, {ssl.OPENSSL_VERSION}"),
        Fact("cryptography", f"{cryptography.__version__}, {backend.openssl_version_text()}"),
        Fact("sqlite", sqlite3.sqlite_version),
        Fact("qt", version("PySide6_Essentials")),
    )


def _computer() -> Sequence[Fact]:
    import platform
    from datetime import datetime

    from certclient import bootstrap
    from certclient.enrollment.diagnosis.values import Fact
    from certclient.platform.folders import data_folder
    from certclient.platform.free_space import room

    now = datetime.now().astimezone()
    remote = bootstrap.system().remote
    try:
        free = f"{room(data_folder()).free_bytes >> 20} MiB"
    except OSError as error:
        free = type(error).__name__
    return (
        Fact("system", platform.platform()),
        Fact("machine", platform.machine()),
        Fact("time", f"{now.isoformat(timespec='seconds')} ({now.tzname()})"),
        Fact("data-folder", f"{data_folder()} ({free})"),
        Fact("remote", "-" if remote is None else "yes" if remote() else "no"),
    )


def _stores(profiles: Sequence[Profile]) -> Sequence[CertificateStore]:
    from certclient import bootstrap

    return bootstrap.all_stores(profiles, bootstrap.PATIENCE_SECONDS)


def _routes(url: str) -> Routes:
    """As the transports find them. Raises CertclientError: PROXY_SETTING, POLICY_INVALID."""
    from certclient import bootstrap
    from certclient.ca.proxies import system_proxies
    from certclient.configuration.policy import read_policy

    resolver = bootstrap.decided_proxy(read_policy()) or system_proxies()
    return resolver.routes(url)
