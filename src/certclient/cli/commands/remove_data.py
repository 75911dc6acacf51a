"""`certclient remove-data`: deletes this user's data: settings, journal, log, stored secrets.

For the uninstaller, if the user chose it, and for users who want to delete it. Does not touch
certificates and keys.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from certclient.cli.exit_codes import DONE
from certclient.cli.invocation import Invocation
from certclient.cli.json_output import JsonValue, print_json
from certclient.cli.localized import Command, Option, common_parameters
from certclient.model.errors import CertclientError, ErrorCode
from certclient.platform import log


@click.pass_obj
def remove_data(invocation: Invocation, yes: bool) -> int:
    """Deletes the data; may be run again after a partial failure.

    Raises CONSENT_REQUIRED without `yes`, PROCEDURE_UNFINISHED before deleting anything,
    DATA_REMAINS, and JOURNAL_DAMAGED or JOURNAL_NEWER, because unfinished procedures are then
    unknown.
    """
    invocation.command = "remove-data"
    services = invocation.services
    if not yes:
        raise CertclientError(ErrorCode.CONSENT_REQUIRED)
    if user_ids := services.open_procedures().user_ids:
        raise CertclientError(ErrorCode.PROCEDURE_UNFINISHED, user_id=", ".join(user_ids))
    folders = [folder for folder in services.own_folders() if folder.exists()]
    services.forget_secrets()
    log.close()
    for folder in folders:
        _remove(folder)
    if invocation.json:
        records: list[JsonValue] = [str(folder) for folder in folders]
        print_json(invocation, DONE, {"removed": records})
    else:
        click.echo(invocation.catalogue.text("remove-data.done"))
    return DONE


def _remove(folder: Path) -> None:
    """Deletes one folder; it may already be gone with an enclosing one."""
    try:
        if folder.exists():
            shutil.rmtree(folder)
    except OSError as error:
        left = str(error.filename or folder)
        reason = error.strerror or str(error)
        raise CertclientError(ErrorCode.DATA_REMAINS, path=left, reason=reason) from error


command = Command(
    name="remove-data",
    callback=remove_data,
    params=[Option(["--yes", "-y"], is_flag=True), *common_parameters()],
)
