"""Decides by SPDX licence expressions which parts may ship."""

from __future__ import annotations

import re

ALLOWED = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "FTL",
        "HPND",
        "HPND-sell-variant",
        "IJG",
        "ISC",
        "Imlib2",
        "Libpng",
        "LicenseRef-BSD",
        "LicenseRef-ICC-License",
        "LicenseRef-Microsoft-Distributable-Code",
        "LicenseRef-BSD-3-Clause-with-PCRE2-Binary-Like-Packages-Exception",
        "LicenseRef-SHA1-Public-Domain",
        "MIT",
        "MIT-0",
        "MIT-open-group",
        "MPL-2.0",
        "PSF-2.0",
        "Unicode-3.0",
        "X11",
        "Zlib",
        "blessing",
        "libpng-2.0",
        "GPL-2.0-or-later WITH Bootloader-exception",
        "CPL-1.0 WITH NSIS-LZMA-exception",
    }
)
"""None of these obliges a bank to publish source code of its own. The two with an exception belong
to PyInstaller's bootloader and NSIS's stub; the exception covers programs made with them."""

LIBRARIES_ONLY = frozenset({"LGPL-3.0-only"})
"""Allowed for libraries that are separate files, which users can replace: Qt and its bindings."""

REPLACEABLE = frozenset({"pyside6-essentials", "shiboken6", "Qt"})

_TOKEN = re.compile(r"\(|\)|\bAND\b|\bOR\b|(?:(?!\bAND\b|\bOR\b)[^()\s]+\s*)+")


def is_allowed(name: str, licence: str) -> bool:
    """Whether the component `name` may ship under the SPDX expression `licence`.

    `OR` needs one allowed alternative, `AND` needs all; AND binds closer than OR.
    """
    allowed = ALLOWED | LIBRARIES_ONLY if name in REPLACEABLE else ALLOWED
    tokens = [token.strip() for token in _TOKEN.findall(licence)]
    return bool(tokens) and _Expression(tokens, allowed).read()


class _Expression:
    """A recursive-descent parser. Tokens that form no valid expression are not allowed."""

    def __init__(self, tokens: list[str], allowed: frozenset[str]) -> None:
        self._tokens = tokens
        self._allowed = allowed

    def read(self) -> bool:
        result = self._alternatives()
        return result and not self._tokens

    def _alternatives(self) -> bool:
        result = self._all()
        while self._take("OR"):
            result = self._all() or result
        return result

    def _all(self) -> bool:
        result = self._one()
        while self._take("AND"):
            result = self._one() and result
        return result

    def _one(self) -> bool:
        if self._take("("):
            result = self._alternatives()
            return self._take(")") and result
        return bool(self._tokens) and self._tokens.pop(0) in self._allowed

    def _take(self, token: str) -> bool:
        if self._tokens[:1] != [token]:
            return False
        self._tokens.pop(0)
        return True
