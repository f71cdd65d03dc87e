"""A verification as a paper to sign."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.platypus import Flowable

from epilwu.audit.verifying.view import Page, Row, View
from epilwu.document import page as pages
from epilwu.document import parts
from epilwu.protocol.verify_report import Status

_ROLES = {
    "id": ("Auditor", "Auditor", "Panitia pemilihan", "Saksi"),
    "en": ("Auditor", "Auditor", "Committee", "Witness"),
}
_BLANKS = {
    "id": ("Hari dan tempat pemeriksaan", "Diperiksa oleh"),
    "en": ("Day and place of verification", "Verified by"),
}
_LINE = "…………………………………………………"


def render(view: View) -> bytes:
    """The PDF; the same bytes from the same verification."""
    words = view.words
    title = words.title.upper()
    story: list[Flowable | Sequence[Flowable]] = [
        parts.title(title, view.pages[0].title if view.pages else ""),
        parts.facts([(label, _LINE) for label in _BLANKS[view.lang]]),
        parts.heading(view.verdict),
    ]
    for page in view.pages:
        story += _page(page, view)
    if view.notes:
        story += [parts.heading(words.notes_title), parts.items(list(view.notes))]
    story += [
        parts.text(words.not_proof),
        parts.text(words.program, fine=True),
        parts.signatures([parts.Signature(role) for role in _ROLES[view.lang]], caption=words.signatures),
    ]
    sheet = pages.Sheet(title=words.title, foot=words.title, rehearsal=view.rehearsal, lang=view.lang)
    return pages.render(sheet, story)


def _page(page: Page, view: View) -> list[Flowable | Sequence[Flowable]]:
    words = view.words
    story: list[Flowable | Sequence[Flowable]] = [parts.heading(page.title)]
    if page.facts:
        story.append(parts.facts(page.facts))
    if page.choices:
        rows = [
            (
                choice.label,
                *(words.unknown if votes is None else str(votes) for votes in (choice.proven, choice.announced)),
            )
            for choice in page.choices
        ]
        header = (words.choice, words.proven, words.announced)
        story.append(parts.table(header, rows, widths=(10, 3, 3), figures={1, 2}))
    story.append(parts.text(page.verdict))
    failed, left = page.rows(Status.FAILED), page.rows(Status.NOT_CHECKED)
    if failed:
        story += [parts.heading(words.failures), *(part for row in failed for part in _row(row))]
    if left:
        reasons = [(str(row.number), row.title, "; ".join(row.remarks)) for row in left]
        story.append(parts.heading(words.open))
        story.append(parts.table((words.number, words.check, words.why), reasons, widths=(1.4, 8, 10.6)))
    story.append(parts.heading(words.all_checks))
    for section in page.sections:
        lines = [(str(row.number), row.title, row.word, _seen(row)) for row in section.rows]
        names = (words.number, section.title, words.answer, words.seen)
        story.append(parts.table(names, lines, widths=(1.4, 7.4, 3.8, 7.4)))
    return story


def _row(row: Row) -> list[Flowable | Sequence[Flowable]]:
    head = f"{row.number} {row.title}: {row.word}."
    story: list[Flowable | Sequence[Flowable]] = [parts.text(f"{head} {row.means} {row.touched}".strip())]
    return [*story, parts.items(row.remarks)]


def _seen(row: Row) -> str:
    return "; ".join(row.remarks) if row.status is Status.PASSED else ""
