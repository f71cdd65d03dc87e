"""A verification on a terminal: what failed first, in sentences; then every check on a line."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from epilwu.audit.verifying.view import Choice, Page, Row, View
from epilwu.protocol.verify_report import Status

Paint = Callable[[str, Status], str]


def lines(view: View, paint: Paint = lambda text, _status: text) -> Iterator[str]:
    """The report's lines; ``paint`` colours a word by its status."""
    for page in view.pages:
        yield from _page(page, view, paint)
        yield ""
    for note in view.notes:
        yield f"{view.words.notes_title}: {note}"
    yield view.words.not_proof
    yield paint(view.verdict, view.status)


def _page(page: Page, view: View, paint: Paint) -> Iterator[str]:
    yield page.title
    for label, value in page.facts:
        yield f"  {label}: {value}"
    for choice in page.choices:
        yield f"  {_choice(choice, view)}"
    for status, title in ((Status.FAILED, view.words.failures), (Status.NOT_CHECKED, view.words.open)):
        rows = page.rows(status)
        if rows:
            yield f"  {title}"
        for row in rows:
            yield from _row(row, paint)
    for section in page.sections:
        passed = [row for row in section.rows if row.status is Status.PASSED]
        if passed:
            yield f"  {section.title}"
        for row in passed:
            yield from _row(row, paint)
    yield f"  {paint(page.verdict, page.status)}"


def _choice(choice: Choice, view: View) -> str:
    proven, announced = (
        view.words.unknown if votes is None else str(votes) for votes in (choice.proven, choice.announced)
    )
    return f"{choice.label}: {view.words.proven.lower()} {proven}, {view.words.announced.lower()} {announced}"


def _row(row: Row, paint: Paint) -> Iterator[str]:
    head = f"    {row.number} {paint(row.word, row.status)} {row.title} ({row.name})"
    if row.status is Status.PASSED:
        yield f"{head}: {row.remarks[0]}" if row.remarks else head
        return
    yield head
    if row.means:
        yield f"        {row.means} {row.touched}"
    for remark in row.remarks:
        yield f"        – {remark}"
