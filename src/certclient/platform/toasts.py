"""Notifications with buttons, as Windows 10 and 11 take them ("toasts"): their content.

Each button is a `certclient:` link or closes the notification, so it works from Windows'
notification centre, too, when the program has long ended; a link only ever opens a window that
asks. Microsoft: "Toast content schema".
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass

from certclient.model.visible_text import visible


@dataclass(frozen=True, slots=True)
class ToastButton:
    """`link`: a `certclient:` link, "" to only close the notification."""

    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Toast:
    """A newer notification with the same `tag` (1 to 64 characters) replaces this one. A click
    beside the buttons, of which there are at most five, opens `link`."""

    title: str
    text: str
    tag: str
    link: str
    buttons: tuple[ToastButton, ...] = ()


def toast_xml(toast: Toast) -> str:
    """Returns the notification's content as XML; no text in it can become markup."""
    top = ET.Element("toast", launch=toast.link, activationType="protocol", duration="long")
    visual = ET.SubElement(ET.SubElement(top, "visual"), "binding", template="ToastGeneric")
    for line in (toast.title, toast.text):
        ET.SubElement(visual, "text").text = visible(line, lines=True)
    actions = ET.SubElement(top, "actions")
    for button in toast.buttons:
        kind, arguments = ("protocol", button.link) if button.link else ("system", "dismiss")
        ET.SubElement(
            actions, "action", content=button.text, activationType=kind, arguments=arguments
        )
    return ET.tostring(top, encoding="unicode")
