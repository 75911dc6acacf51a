"""The windows' access to the one observed state: its changes arrive in the GUI thread."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

if TYPE_CHECKING:
    from certclient.enrollment.observed_state import ObservedState
    from certclient.enrollment.overview import Overview


class StateSignals(QObject):
    """Lives in the GUI thread. `state` may be fed from any thread."""

    changed = Signal(object)
    """The newest Overview. Changes in quick succession arrive as one."""
    _woken = Signal()

    def __init__(self, state: ObservedState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = state
        self._lock = threading.Lock()
        self._waking = False
        self._delivered = state.overview
        self._woken.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._unsubscribe = state.subscribe(self._wake)

    @property
    def overview(self) -> Overview:
        """What the windows show: the snapshot that `changed` has brought last. A worker may have
        changed the state since."""
        return self._delivered

    def close(self) -> None:
        """Ends the subscription; call it before the application ends."""
        self._unsubscribe()

    def _wake(self) -> None:
        """Called in the thread of the change."""
        if QThread.currentThread() is self.thread():
            self._deliver()
            return
        with self._lock:
            if not self._waking:
                self._waking = True
                self._woken.emit()

    @Slot()
    def _deliver(self) -> None:
        with self._lock:
            self._waking = False
        self._delivered = self.state.overview
        self.changed.emit(self._delivered)
