"""`make gallery`: every component of the windows in every state and theme, as pictures.

They are written to build/gallery, with a page that shows them all; docs/design keeps some of them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

if not sys.platform.startswith("win"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPalette
from PySide6.QtWidgets import QApplication, QGridLayout, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from certclient.i18n.language import Language
from certclient.platform.resources import resources_folder
from certclient.ui.language import Languages
from certclient.ui.widgets.appearance import apply_style
from certclient.ui.widgets.buttons import (
    DangerButton,
    LinkButton,
    PrimaryButton,
    SecondaryButton,
)
from certclient.ui.widgets.callout import Callout
from certclient.ui.widgets.card import ActionCard, Card, ChoiceCard
from certclient.ui.widgets.expander import Expander
from certclient.ui.widgets.fields import CheckBox, LabelledField, RadioButton, TextField
from certclient.ui.widgets.key_values import KeyValueList
from certclient.ui.widgets.labels import (
    BigNumber,
    CardTitle,
    Heading,
    SecondaryText,
    Sentence,
    SmallText,
    StrongText,
)
from certclient.ui.widgets.pictures import Picture, ResultMark
from certclient.ui.widgets.progress import ProgressBar
from certclient.ui.widgets.status import NumberedSteps, StatusPill, StepLine, StepList
from certclient.ui.widgets.theme import palette_of, use_palette
from certclient.ui.widgets.tokens import Scheme, Severity, Space, tokens_of
from tools.contrast_themes import CONTRAST_THEMES
from tools.translations import compile_changed

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "gallery"
KEPT = ROOT / "docs" / "design"
KEPT_THEMES = ("light", "dark", "night-sky")
_WIDTH = 760
_TIGHTEST = 0

STATES = ("", "hover", "pressed", "focus", "disabled")


def palettes() -> Mapping[str, QPalette]:
    """Every theme by its name."""
    plain = {scheme.value: palette_of(tokens_of(scheme)) for scheme in (Scheme.LIGHT, Scheme.DARK)}
    return plain | {name: theme.palette() for name, theme in CONTRAST_THEMES.items()}


def put_into_state(widget: QWidget, state: str) -> None:
    """Shows `widget` as it looks under the pointer, pressed, with the focus, or disabled."""
    if state == "disabled":
        widget.setEnabled(False)
    if state in ("hover", "pressed"):
        widget.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    if state == "pressed" and isinstance(widget, SecondaryButton):
        widget.setDown(True)
    if state == "focus":
        widget.setFocus(Qt.FocusReason.TabFocusReason)


def buttons(state: str) -> QWidget:
    """All ranks of buttons."""
    menu = SecondaryButton("その他(&O)")
    menu.setMenu(QMenu(menu))
    icon = SecondaryButton("詳細(&D)")
    icon.set_icon("details")
    link = LinkButton("印刷(&P)")
    link.set_icon("print")
    shown = (
        PrimaryButton("今すぐ更新する(&N)"),
        SecondaryButton("後で更新する(&L)"),
        DangerButton("完全に削除(&F)"),
        icon,
        menu,
        link,
    )
    return _in_a_grid(shown, state, focused=shown[0])


def texts(_state: str) -> QWidget:
    """The type scale."""
    scale = (
        (BigNumber, "あと20日"),
        (Heading, "電子証明書の更新をお願いします"),
        (CardTitle, "練習銀行（リハーサル）"),
        (StrongText, "強調する文"),
        (Sentence, "本文。有効期限は2026年12月21日 23:59です。"),
        (SecondaryText, "補足。このパソコンの電子証明書です。"),
        (SmallText, "小さい文字：エラーコード CC-NET-UNREACHABLE"),
    )
    made = []
    for kind, text in scale:
        label = kind()
        label.set_text(text)
        made.append(label)
    return _in_a_column(made)


def cards(state: str) -> QWidget:
    """A plain card, one that can be clicked, and a selected one."""
    made = []
    for kind in (Card, ActionCard, ActionCard):
        title, pill = CardTitle(), StatusPill()
        title.set_text("TKYM1408054 1403")
        pill.show_state(Severity.WARNING, "更新できます")
        made.append(kind(title, pill))
    clickable, selected = made[1], made[2]
    if isinstance(selected, ActionCard):
        selected.set_selected(True)
    return _in_a_row(made, state, focused=clickable)


def choices(state: str) -> QWidget:
    """パソコン or 専用USB."""
    first, second = ChoiceCard("pc-48"), ChoiceCard("usb-48")
    first.set_texts("パソコンに保存する(&P)", "このパソコンだけでログインできます。")
    second.set_texts("専用USBに保存する(&U)", "専用USBを挿したパソコンでログインできます。")
    first.setChecked(True)
    if state == "disabled":
        second.set_reason("専用USBが見つかりません。パソコンに挿してください。")
        return _in_a_column((first, second))
    return _in_a_column((first, second), state, focused=second)


def states(_state: str) -> QWidget:
    """Pills and result marks."""
    row = QWidget()
    layout = QGridLayout(row)
    for column, severity in enumerate(Severity):
        pill = StatusPill()
        pill.show_state(severity, _WORDS[severity])
        layout.addWidget(pill, 0, column)
        layout.addWidget(ResultMark(severity), 1, column)
    return row


_WORDS = {
    Severity.ERROR: "更新をお急ぎください",
    Severity.WARNING: "更新できます",
    Severity.INFORMATION: "銀行の発行待ち",
    Severity.SUCCESS: "有効",
    Severity.NEUTRAL: "しまった",
}


def callouts(_state: str) -> QWidget:
    """One for each severity."""
    made = []
    for severity in Severity:
        callout = Callout(severity)
        callout.show_text(_WORDS[severity], "何が起きたか、次に何をすればよいかを書きます。")
        made.append(callout)
    return _in_a_column(made)


def steps(_state: str) -> QWidget:
    """A procedure, its short form, and what to do."""
    titles = ("確認", "保存先", "更新", "完了")
    listed, failed, line, numbered = StepList(), StepList(), StepLine(), NumberedSteps()
    listed.show_steps(titles, 1)
    failed.show_steps(titles, 2, failed=True)
    line.show_steps(titles, 1)
    numbered.show_steps(("ブラウザーを閉じます。", "ログインします。", "専用USBを抜きます。"))
    bar = ProgressBar()
    bar.setRange(0, 4)
    bar.setValue(1)
    return _in_a_column((_in_a_row((listed, failed, numbered)), line, bar))


def fields(state: str) -> QWidget:
    """Fields with label, hint and error; tick boxes and radio buttons."""
    right, wrong = LabelledField(TextField("1234")), LabelledField(TextField("12"))
    right.set_label("発行コード(&C)")
    right.set_hint("銀行からの手紙にあります。")
    wrong.set_label("&PIN")
    wrong.set_error("PINが違います。あと2回入力できます。")
    ticked, radio = CheckBox("内容を確認しました(&A)"), RadioButton("専用USB")
    ticked.setChecked(True)
    radio.setChecked(True)
    shown = (right, wrong, CheckBox("表示する(&S)"), ticked, RadioButton("パソコン"), radio)
    return _in_a_column(shown, state, focused=right.field)


def lines(_state: str) -> QWidget:
    """Lines that can be copied, and what unfolds."""
    listed, content = KeyValueList(), Sentence()
    listed.show_lines((("発行者", "Practice Bank CA"), ("シリアル番号", "01 23 45 67 89 ab cd ef")))
    content.set_text("一部の人だけが読みたい内容です。")
    folded = Expander(content)
    folded.set_text("くわしく(&M)")
    folded.set_expanded(True)
    return _in_a_column((listed, folded))


def icons(_state: str) -> QWidget:
    """The whole family."""
    names = sorted(path.stem for path in (resources_folder() / "icons").glob("*.svg"))
    shown = QWidget()
    grid = QGridLayout(shown)
    small = [name for name in names if not name.endswith("-48") and name != "certclient"]
    large = [name for name in names if name.endswith("-48")]
    for number, name in enumerate(small):
        grid.addWidget(Picture(name, 24), number // 16, number % 16)
    below = len(small) // 16 + 1
    for number, name in enumerate(large):
        grid.addWidget(Picture(name, 48), below + number // 8, 2 * (number % 8), 1, 2)
    return shown


COMPONENTS: Mapping[str, tuple[Callable[[str], QWidget], Sequence[str]]] = {
    "texts": (texts, ("",)),
    "buttons": (buttons, STATES),
    "cards": (cards, ("", "hover", "focus")),
    "choices": (choices, STATES),
    "states": (states, ("",)),
    "callouts": (callouts, ("",)),
    "steps": (steps, ("",)),
    "fields": (fields, ("", "focus", "disabled")),
    "lines": (lines, ("",)),
    "icons": (icons, ("",)),
}
"""What is shown, in which states."""


def specimens() -> Iterator[tuple[str, QWidget]]:
    """Every component in every state, as a window that is not shown yet."""
    for name, (make, shown_states) in COMPONENTS.items():
        for state in shown_states:
            window = make(state)
            window.setFixedWidth(_WIDTH)
            yield f"{name}-{state}" if state else name, window


def _in_a_row(
    widgets: Sequence[QWidget], state: str = "", focused: QWidget | None = None
) -> QWidget:
    return _laid_out(QHBoxLayout(), widgets, state, focused)


def _in_a_column(
    widgets: Sequence[QWidget], state: str = "", focused: QWidget | None = None
) -> QWidget:
    return _laid_out(QVBoxLayout(), widgets, state, focused)


def _in_a_grid(widgets: Sequence[QWidget], state: str, focused: QWidget) -> QWidget:
    rows = [_in_a_row(widgets[:3]), _in_a_row(widgets[3:])]
    shown = _in_a_column(rows)
    for widget in widgets if state not in ("", "focus") else (focused,):
        put_into_state(widget, state)
    return shown


def _laid_out(
    layout: QHBoxLayout | QVBoxLayout,
    widgets: Sequence[QWidget],
    state: str,
    focused: QWidget | None,
) -> QWidget:
    window = QWidget()
    layout.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
    layout.setSpacing(Space.M)
    window.setLayout(layout)
    for widget in widgets:
        layout.addWidget(widget)
        if state not in ("", "focus"):
            put_into_state(widget, state)
    if focused is not None and state == "focus":
        put_into_state(focused, state)
    return window


def picture(window: QWidget) -> QImage:
    """Shows `window` and returns its picture."""
    window.show()
    window.activateWindow()
    for _ in range(3):
        QApplication.processEvents()
    image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    window.close()
    return image


def _page(names: Sequence[str], themes: Sequence[str]) -> str:
    head = "".join(f"<th>{theme}</th>" for theme in themes)
    rows = "".join(
        f"<tr><td>{name}</td>"
        + "".join(f'<td><img src="{name}-{theme}.png" alt="{name}"></td>' for theme in themes)
        + "</tr>"
        for name in names
    )
    style = "body{font-family:sans-serif} img{width:480px} td{vertical-align:top}"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Components</title>'
        f"<style>{style}</style><table><tr><th></th>{head}</tr>{rows}</table></html>"
    )


def main(arguments: Sequence[str]) -> int:
    """Writes all pictures and the page. Returns 0."""
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    application = QApplication([])
    apply_style(application)
    compile_changed()
    Languages(Language.JAPANESE, application)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    names: list[str] = []
    for theme, palette in palettes().items():
        use_palette(palette)
        names = []
        for name, window in specimens():
            names.append(name)
            image = picture(window)
            image.save(str(FOLDER / f"{name}-{theme}.png"))
            if name in COMPONENTS and theme in KEPT_THEMES:
                image.save(str(KEPT / f"{name}-{theme}.png"), None, _TIGHTEST)
    (FOLDER / "index.html").write_text(_page(names, list(palettes())), encoding="utf-8")
    print(f"{FOLDER / 'index.html'}: {len(names)} components in {len(palettes())} themes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
