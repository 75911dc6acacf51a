"""What the main window needs for its frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from certclient.ui.language import Languages
    from certclient.ui.settings import UiSettings


class FrameContext(Protocol):
    """What the frame needs; an AppContext has it, too."""

    @property
    def languages(self) -> Languages: ...

    @property
    def settings(self) -> UiSettings: ...


@dataclass(frozen=True, slots=True)
class EarlyContext:
    """What is known when the first window is painted."""

    languages: Languages
    settings: UiSettings
