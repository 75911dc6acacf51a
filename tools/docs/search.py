"""Splits text for the site's search index, Japanese included, in Python and in the browser.

Sphinx's own splitter for Japanese runs only while the index is built; what a reader types is split
at blanks, so 発行コード finds nothing. Here both sides use the same rule: a run of Japanese letters
becomes its pairs of neighbours (更新期限 is 更新, 新期, 期限), everything else is split into words.
"""

from __future__ import annotations

import re

from sphinx.search import SearchLanguage

_JAPANESE = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_PART = re.compile(rf"[{_JAPANESE}]+|[^\W{_JAPANESE}]+")
_JAPANESE_RUN = re.compile(rf"[{_JAPANESE}]+")

_SPLIT_QUERY = f"""
var splitQuery = (query) =>
  (
    query.match(/[{_JAPANESE}]+|(?:[^\\s{_JAPANESE}\\p{{P}}\\p{{S}}]|_)+/gu) || []
  ).flatMap((part) => {{
    if (!/^[{_JAPANESE}]/u.test(part) || part.length === 1) return [part];
    return Array.from({{ length: part.length - 1 }}, (_, i) => part.slice(i, i + 2));
  }});
"""


class JapaneseAndEnglish(SearchLanguage):
    """Words of English and pairs of Japanese letters; single letters are found, too."""

    lang = "ja-en"
    language_name = "Japanese and English"
    js_splitter_code = _SPLIT_QUERY

    def split(self, input: str) -> list[str]:
        """The terms under which `input` is found."""
        return [term for part in _PART.findall(input) for term in _terms(part)]


def _terms(part: str) -> list[str]:
    if not _JAPANESE_RUN.fullmatch(part):
        return [part]
    return [*part, *(part[i : i + 2] for i in range(len(part) - 1))]
