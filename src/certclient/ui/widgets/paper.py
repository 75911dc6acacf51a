"""A document on paper: printed, or as a PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QPageSize, QPdfWriter
from PySide6.QtPrintSupport import QPrintDialog, QPrinter

if TYPE_CHECKING:
    from PySide6.QtGui import QTextDocument
    from PySide6.QtWidgets import QWidget


def pdf_bytes(document: QTextDocument) -> bytes:
    """Returns `document` as a PDF with A4 pages. Whoever writes it into a file learns whether that
    worked, which QPdfWriter does not say."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    document.print_(writer)
    return bytes(buffer.data().data())


def print_document(document: QTextDocument, parent: QWidget) -> None:
    """Asks for a printer over `parent` and prints; does nothing if the user cancels."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    if QPrintDialog(printer, parent).exec():
        document.print_(printer)
