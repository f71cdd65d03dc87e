"""Lays parts out on A4 pages: running foot with page x of y, the rehearsal's mark, the same bytes each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, SimpleDocTemplate

from epilwu.document import style

REHEARSAL_MARK = "GLADI – BUKAN PEMILIHAN"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on every page: the paper's title (also the file's), the foot's left text, whether it is a drill.

    ``lang`` is the paper's language, ``id`` or ``en``.
    """

    title: str
    foot: str
    rehearsal: bool = False
    lang: str = "id"


def render(sheet: Sheet, parts: Sequence[Flowable | Sequence[Flowable]]) -> bytes:
    """Return the PDF of ``parts`` in order; a part may be a list of parts. Equal input gives equal bytes, anywhere.

    The file names no time of its own making: what time belongs on a paper is written on it by its author.
    """
    style.embed_fonts()
    story: list[Flowable] = []
    for part in parts:
        story.extend([part] if isinstance(part, Flowable) else part)
    target = BytesIO()
    document = SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=style.MARGIN - 6,  # the frame pads its content by 6 points on each side
        rightMargin=style.MARGIN - 6,
        topMargin=18 * mm,
        bottomMargin=20 * mm,
        title=sheet.title,
        subject=sheet.foot,
        author="E-Pilwu",
        creator="E-Pilwu",
        lang=sheet.lang,
        invariant=1,
    )
    document.build(story, canvasmaker=_canvas_maker(sheet))
    return target.getvalue()


def _canvas_maker(sheet: Sheet) -> type[Canvas]:
    class NumberedCanvas(Canvas):
        """Keeps each page back until the number of pages is known."""

        def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 passed on as they come
            super().__init__(*arguments, **options)
            self._kept: list[dict[str, Any]] = []

        def showPage(self) -> None:
            self._kept.append(dict(self.__dict__))
            self._startPage()  # type: ignore[attr-defined]  # absent from the stubs

        def save(self) -> None:
            for number, kept in enumerate(self._kept, start=1):
                self.__dict__.update(kept)
                _draw_frame(self, sheet, number, len(self._kept))
                super().showPage()
            super().save()

    return NumberedCanvas


def _draw_frame(canvas: Canvas, sheet: Sheet, number: int, pages: int) -> None:
    width, height = A4
    canvas.setFillColor(style.INK)
    canvas.setStrokeColor(style.LINE)
    canvas.setLineWidth(0.5)
    canvas.line(style.MARGIN, 15 * mm, width - style.MARGIN, 15 * mm)
    canvas.setFont(style.REGULAR, 8)
    canvas.drawString(style.MARGIN, 11 * mm, sheet.foot)
    place = f"page {number} of {pages}" if sheet.lang == "en" else f"halaman {number} dari {pages}"
    canvas.drawRightString(width - style.MARGIN, 11 * mm, place)
    if sheet.rehearsal:
        canvas.setFont(style.BOLD, 11)
        canvas.drawCentredString(width / 2, height - 12 * mm, REHEARSAL_MARK)
        canvas.drawCentredString(width / 2, 6 * mm, REHEARSAL_MARK)
