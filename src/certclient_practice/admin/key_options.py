"""Options of commands that write a profile: the kind of key that it asks for."""

from __future__ import annotations

import click

from certclient.model.keys import KeyAlgorithm

_RSA = "rsa"

KEY_ALGORITHM = click.option(
    "--key-algorithm",
    type=click.Choice([_RSA, KeyAlgorithm.EC_P256.value, KeyAlgorithm.EC_P384.value]),
    default=_RSA,
    show_default=True,
    help="Kind of key that the profile names. プロファイルの鍵の種類",
)
KEY_BITS = click.option(
    "--key-bits",
    type=click.Choice(["2048", "3072", "4096"]),
    help="Length of an RSA key; default: 2048. RSAの鍵の長さ",
)


def key_of(algorithm: str, bits: str | None) -> KeyAlgorithm:
    """The kind of key that the two options name. Raises click.UsageError."""
    if algorithm == _RSA:
        return KeyAlgorithm(f"rsa-{bits or 2048}")
    if bits is not None:
        raise click.UsageError(f"--key-bits is for --key-algorithm {_RSA} only")
    return KeyAlgorithm(algorithm)
