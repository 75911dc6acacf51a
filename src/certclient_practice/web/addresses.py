"""URLs of a running practice bank."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Addresses:
    """The URLs of a running practice bank.

    `operator_url` contains the key to the operator's pages, so a file that holds it must be
    private.
    """

    public_url: str
    login_url: str
    operator_url: str = field(default="", repr=False)

    @property
    def cmp_url(self) -> str:
        """The URL for CMP requests by POST."""
        return f"{self.public_url}cmp"

    @property
    def est_url(self) -> str:
        """The base of the EST operations, on the port that requests a client certificate."""
        return self.login_url.removesuffix("login") + ".well-known/est"

    @property
    def download_url(self) -> str:
        """The URL of 証明書発行アプリのダウンロード."""
        return f"{self.public_url}download"
