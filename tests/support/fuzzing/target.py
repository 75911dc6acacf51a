"""A fuzz target: one reader of what others have written, the inputs it starts from, its mutator."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from certclient.i18n.catalogue import Catalogue, load
from certclient.i18n.language import Language
from certclient.model.errors import CertclientError, ErrorCode

Mutator = Callable[[bytes, Random], bytes]

MOST_SECONDS = 1.0
"""Of the processor, for one input."""


class FindingError(AssertionError):
    """A target did what no input may make it do."""


@dataclass(frozen=True)
class Target:
    """`run` reads one input and returns or raises one of `refusals`, or a CertclientError with one
    of `codes`, which is rendered in both languages; anything else is a finding.

    `seeds`: valid inputs. `longest`: bytes of an input.
    """

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], Sequence[bytes]]
    mutate: Mutator
    codes: Collection[ErrorCode] = ()
    refusals: tuple[type[Exception], ...] = ()
    longest: int = 8192

    def check(self, data: bytes) -> bool:
        """Runs one input. Returns whether it was accepted.

        Raises FindingError, or the exception that no reader may raise.
        """
        started = time.thread_time()
        try:
            self.run(data)
        except CertclientError as error:
            if error.code not in self.codes:
                raise FindingError(f"{self.name}: {error}") from error
            check_told(error)
            return False
        except self.refusals:
            return False
        finally:
            if time.thread_time() - started > MOST_SECONDS:
                raise FindingError(f"{self.name}: took more than {MOST_SECONDS} s")
        return True


def check_told(error: CertclientError) -> None:
    """The error can be shown in each language, without control characters."""
    for catalogue in _catalogues().values():
        text = catalogue.error(error)
        for line in (text.title, text.sentence, text.next_step, *text.details):
            if not all(one.isprintable() or one == "\n" for one in line):
                raise FindingError(f"not printable: {line!r}") from error


@functools.cache
def _catalogues() -> Mapping[Language, Catalogue]:
    return {language: load(language) for language in Language}
