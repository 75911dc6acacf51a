"""What the check of the whole computer (`enrollment.full_check`) is made of."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from certclient.ca.client import CaClient
    from certclient.enrollment.full_check.groups import FullCheck
    from certclient.enrollment.overview import Overview
    from certclient.model.errors import CertclientError
    from certclient.model.profile import Profile
    from certclient.store.base import CertificateStore


def full_check() -> FullCheck:
    """更新できますか？ of this computer and this user."""
    from certclient import bootstrap
    from certclient.configuration.policy import read_policy
    from certclient.enrollment.full_check.groups import CheckParts, FullCheck
    from certclient.platform.folders import data_folder
    from certclient.platform.free_space import room

    return FullCheck(
        CheckParts(
            banks=bootstrap.banks,
            policy=read_policy,
            records=_records,
            stores=_stores,
            read=_read,
            connect=_connect,
            logins=bootstrap.proxy_logins(),
            clock=bootstrap.clock,
            system=bootstrap.system(),
            data_folder=data_folder(),
            room=room,
        )
    )


def _stores(profiles: Sequence[Profile]) -> Sequence[CertificateStore]:
    from certclient import bootstrap

    return bootstrap.all_stores(profiles)


def _records() -> CertclientError | None:
    """Why the journal cannot be read, None if it can, or is not there yet."""
    from certclient import bootstrap
    from certclient.model.errors import CertclientError

    try:
        bootstrap.open_procedures()
    except CertclientError as error:
        return error
    return bootstrap.bank_statuses().journal_error


def _read(profiles: Sequence[Profile], stores: Sequence[CertificateStore]) -> Overview:
    from certclient import bootstrap
    from certclient.enrollment.open_procedures import OpenProcedures
    from certclient.enrollment.overview import read_overview
    from certclient.model.errors import CertclientError

    try:
        opened = bootstrap.open_procedures()
    except CertclientError:  # said by `_records`
        opened = OpenProcedures()
    return read_overview(profiles, stores, bootstrap.clock(), bootstrap.bank_statuses(), opened)


def _connect(profile: Profile) -> CaClient:
    """Raises CertclientError: CA_PLUGIN, POLICY_INVALID."""
    from certclient import bootstrap
    from certclient.ca.factory import ca_client_for
    from certclient.configuration.policy import read_policy

    proxies = bootstrap.decided_proxy(read_policy())
    return ca_client_for(profile, bootstrap.clock, os.urandom, proxies, bootstrap.proxy_logins())
