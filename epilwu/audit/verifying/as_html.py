"""A verification as one HTML file: no script, nothing fetched, fit for paper and for a screen reader."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from epilwu.audit.verifying.view import Choice, Page, Row, View
from epilwu.protocol.verify_report import Status

_CLASS = {Status.PASSED: "passed", Status.FAILED: "failed", Status.NOT_CHECKED: "open"}
_MARK = {Status.PASSED: "✓", Status.FAILED: "✗", Status.NOT_CHECKED: "?"}
_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #111; background: #fff; max-width: 62rem; margin: 0 auto;
  padding: 1rem; }
h1 { font-size: 1.7rem; margin: 1rem 0 .5rem; }
h2 { font-size: 1.35rem; margin: 2.2rem 0 .5rem; border-top: 3px solid #111; padding-top: .8rem; }
h3 { font-size: 1.1rem; margin: 1.6rem 0 .4rem; }
.verdict { border: 2px solid; border-left-width: .8rem; padding: .6rem 1rem; font-weight: 700; }
.passed { color: #0b4a20; } .failed { color: #8c0b12; } .open { color: #5a3b00; }
table { border-collapse: collapse; width: 100%; margin: .4rem 0 1rem; }
th, td { border: 1px solid #777; padding: .35rem .55rem; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
th { background: #eeede8; } thead { display: table-header-group; } tr { break-inside: avoid; }
td.figure, th.figure { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.word, td.number { white-space: nowrap; font-weight: 700; }
table.checks { table-layout: fixed; } table.checks caption { text-align: left; font-weight: 700; padding: .3rem 0; }
table.checks th:nth-child(1) { width: 3.2rem; } table.checks th:nth-child(3) { width: 9.5rem; }
dl { display: grid; grid-template-columns: minmax(9rem, max-content) 1fr; gap: .2rem 1rem; margin: .5rem 0; }
@media (max-width: 35rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .4rem; } }
dt { font-weight: 700; } dd { margin: 0; overflow-wrap: break-word; }
.card { border: 1px solid #777; border-left: .5rem solid #8c0b12; padding: .5rem 1rem; margin: .6rem 0;
  break-inside: avoid; color: #111; }
.card.open { border-left-color: #8a6100; color: #111; }
.card p { margin: .25rem 0; } .card ul { margin: .25rem 0; padding-left: 1.2rem; }
.card ul, td.seen { font-size: .92rem; }
.bar { display: block; height: .6rem; background: #33474f; margin-top: .2rem; }
footer { margin-top: 2rem; border-top: 1px solid #777; padding-top: .5rem; font-size: .92rem; }
@media print { body { font-size: 11pt; max-width: none; } }
"""


def render(view: View) -> str:
    """The file's text."""
    return "\n".join(_document(view)) + "\n"


def _document(view: View) -> Iterator[str]:
    yield f'<!doctype html>\n<html lang="{view.lang}">\n<head>\n<meta charset="utf-8">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(view.words.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>"
    yield f"<h1>{escape(view.words.title)}</h1>"
    yield f'<p class="verdict {_CLASS[view.status]}">{_MARK[view.status]} {escape(view.verdict)}</p>'
    for page in view.pages:
        yield from _page(page, view)
    if view.notes:
        yield f"<h2>{escape(view.words.notes_title)}</h2>"
        yield from _list(view.notes)
    yield f"</main>\n<footer><p>{escape(view.words.not_proof)}</p><p>{escape(view.words.program)}</p></footer>"
    yield "</body>\n</html>"


def _page(page: Page, view: View) -> Iterator[str]:
    yield f"<section>\n<h2>{escape(page.title)}</h2>"
    yield f'<p class="verdict {_CLASS[page.status]}">{_MARK[page.status]} {escape(page.verdict)}</p>'
    if page.facts:
        yield "<dl>"
        for label, value in page.facts:
            yield f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>"
        yield "</dl>"
    if page.choices:
        yield from _choices(page.choices, view)
    for status, title in ((Status.FAILED, view.words.failures), (Status.NOT_CHECKED, view.words.open)):
        rows = page.rows(status)
        if rows:
            yield f"<h3>{escape(title)}</h3>"
        for row in rows:
            yield from _card(row)
    yield f"<h3>{escape(view.words.all_checks)}</h3>"
    for section in page.sections:
        yield from _table(section.title, section.rows, view)
    yield "</section>"


def _choices(choices: tuple[Choice, ...], view: View) -> Iterator[str]:
    words = view.words
    most = max((choice.proven or 0 for choice in choices), default=0) or 1
    yield f'<table>\n<thead><tr><th scope="col">{escape(words.choice)}</th>'
    yield f'<th scope="col" class="figure">{escape(words.proven)}</th>'
    yield f'<th scope="col" class="figure">{escape(words.announced)}</th></tr></thead>\n<tbody>'
    for choice in choices:
        bar = ""
        if choice.proven is not None:
            bar = f'<span class="bar" style="width: {100 * choice.proven // most}%"></span>'
        cells = (escape(words.unknown) if votes is None else str(votes) for votes in (choice.proven, choice.announced))
        figures = "".join(f'<td class="figure">{cell}</td>' for cell in cells)
        yield f'<tr><th scope="row">{escape(choice.label)}{bar}</th>{figures}</tr>'
    yield "</tbody>\n</table>"


def _card(row: Row) -> Iterator[str]:
    yield f'<div class="card {_CLASS[row.status]}">'
    yield f"<p><strong>{row.number} {escape(row.title)}</strong> ({escape(row.name)}): {escape(row.word)}</p>"
    if row.means:
        yield f"<p>{escape(row.means)}</p><p><strong>{escape(row.touched)}</strong></p>"
    yield from _list(row.remarks)
    yield "</div>"


def _list(texts: tuple[str, ...]) -> Iterator[str]:
    yield "<ul>"
    for text in texts:
        yield f"<li>{escape(text)}</li>"
    yield "</ul>"


def _table(title: str, rows: tuple[Row, ...], view: View) -> Iterator[str]:
    words = view.words
    yield f'<table class="checks">\n<caption>{escape(title)}</caption>'
    headers = (words.number, words.check, words.answer, words.seen)
    cells = "".join(f'<th scope="col">{escape(header)}</th>' for header in headers)
    yield f"<thead><tr>{cells}</tr></thead>\n<tbody>"
    for row in rows:
        seen = escape("; ".join(row.remarks)) if row.status is Status.PASSED else ""
        answer = f'<td class="word {_CLASS[row.status]}">{_MARK[row.status]} {escape(row.word)}</td>'
        head = f'<td class="number">{row.number}</td><td>{escape(row.title)}</td>'
        yield f'<tr>{head}{answer}<td class="seen">{seen}</td></tr>'
    yield "</tbody>\n</table>"
