"""Where a running practice bank is found."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Addresses:
    """`operator_url` holds the key to the operator's pages: the file that keeps it is for its owner
    alone."""

    public_url: str
    login_url: str
    operator_url: str = field(default="", repr=False)

    @property
    def cmp_url(self) -> str:
        return f"{self.public_url}cmp"

    @property
    def download_url(self) -> str:
        """証明書発行アプリのダウンロード."""
        return f"{self.public_url}download"
