"""Scanners on a line and at the keyboard, stacks of pages, pages full of slips: each paper comes through once."""

from __future__ import annotations

import os
import pty
import random
import shutil
import tty
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from audit_samples import scene
from paper_damage import DESK, half_printed, photo
from paper_drawing import draw
from PIL import Image
from scan_samples import session_in

from epilwu.audit.scan import pdf, pictures
from epilwu.audit.scan.codes import many_papers, one_paper
from epilwu.audit.scan.errors import DeviceLost, ReadAgain
from epilwu.audit.scan.events import Source
from epilwu.audit.scan.pictures import portions, read_bytes, read_picture, scan_files
from epilwu.audit.scan.sources import LINE_LIMIT, PictureFiles, SerialLine, TypedLines
from epilwu.audit.scan.table import Table, serial_and_words
from epilwu.audit.slips import Certainty
from epilwu.audit.verify import Workers

SLIPS = [*scene().slips[1, 1], *scene().slips[1, 2]]
TEXT = SLIPS[0].text


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> list[Image.Image]:
    """The station's slips as they left the printer."""
    folder = tmp_path_factory.mktemp("drawn")
    found = []
    for slip in SLIPS:
        with Image.open(draw(slip, folder)) as image:
            found.append(image.convert("L"))
    return found


@pytest.fixture
def line() -> Iterator[tuple[int, SerialLine]]:
    """The scanner's end of a serial line, and the reader at the other."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    with closing(SerialLine(os.ttyname(theirs))) as reader:
        assert reader.read(0) is None
        yield ours, reader
    os.close(ours)
    os.close(theirs)


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_a_code_ends_by_either_end_of_line(line: tuple[int, SerialLine], end: bytes) -> None:
    os.write(line[0], TEXT.encode() + end + b"second" + end)
    assert [line[1].read(2), line[1].read(2)] == [TEXT, "second"]
    assert line[1].read(0) is None


def test_a_code_in_pieces_is_one(line: tuple[int, SerialLine]) -> None:
    os.write(line[0], TEXT[:50].encode())
    assert line[1].read(0.05) is None
    os.write(line[0], TEXT[50:].encode() + b"\r")
    assert line[1].read(2) == TEXT


def test_an_old_beginning_belongs_to_no_code(line: tuple[int, SerialLine], monkeypatch: pytest.MonkeyPatch) -> None:
    os.write(line[0], b"EPW1:LOST")
    assert line[1].read(0.05) is None
    monkeypatch.setattr("epilwu.audit.scan.sources._STALE_AFTER", 0.0)
    os.write(line[0], TEXT.encode() + b"\r")
    assert (line[1].read(2) or "").endswith(TEXT[-20:])
    assert "LOST" not in (line[1].read(0) or "")


@pytest.mark.parametrize("junk", [b"\xff\xfe\x00", b"x" * (LINE_LIMIT + 1), b"EPW1:\x1b[2J"])
def test_noise_on_the_line_is_asked_for_again_and_the_next_code_is_whole(
    line: tuple[int, SerialLine], junk: bytes
) -> None:
    os.write(line[0], junk + b"\r" + TEXT.encode() + b"\r")
    with pytest.raises(ReadAgain, match="tidak utuh"):
        line[1].read(2)
    assert line[1].read(2) == TEXT


def test_a_device_that_never_ends_a_line_fills_no_memory(line: tuple[int, SerialLine]) -> None:
    for _ in range(20):
        os.write(line[0], b"x" * 500)
        assert line[1].read(0.01) is None
    assert len(line[1]._pending) <= 4 * LINE_LIMIT


def test_a_scanner_that_is_not_there_or_goes_away_is_named() -> None:
    with pytest.raises(DeviceLost, match="/dev/nowhere"):
        SerialLine("/dev/nowhere").read(0)
    ours, theirs = pty.openpty()
    with closing(SerialLine(os.ttyname(theirs))) as reader:
        assert reader.read(0) is None
        os.close(theirs)
        os.close(ours)
        with pytest.raises(DeviceLost):
            reader.read(0.5)


def test_at_the_table_with_a_serial_scanner(line: tuple[int, SerialLine], tmp_path: Path) -> None:
    shown: list[str] = []

    def words() -> Iterator[str]:
        os.write(line[0], TEXT.encode() + b"\r" + b"\xff\r" + SLIPS[1].text.encode() + b"\r")
        while sum("DIHITUNG" in each for each in shown) < 2:
            pass
        yield from ("t\n", "\n", "b 3 Ani Lestari\n", "nonsense\n", "q\n")

    with closing(session_in(tmp_path / "scan")) as session:
        Table(session, Source.SERIAL, shown.append).run(serial_and_words(line[1], words()))
        summary = session.summary()
    assert {str(kind): n for kind, n in summary.classes.items() if n} == {"counted": 2, "unreadable": 1}
    assert summary.bundles[0].settled
    assert summary.bundles[0].counted_by == "Ani Lestari"
    assert any("Kiriman pemindai tidak utuh" in each for each in shown)
    assert any("Tidak dikenal" in each for each in shown)


def test_a_keyboard_delivers_lines() -> None:
    source = TypedLines(["\n", TEXT + "\r\n", "x"])
    assert [picture.texts for picture in source.reads()] == [(TEXT,), ("x",)]
    assert source.kind is Source.KEYBOARD


def page_of(slips: list[Image.Image], rng: random.Random, ground: int = 250) -> Image.Image:
    """An A4 page at 300 dots an inch with up to six slips, each at an angle of its own."""
    page = Image.new("L", (2_480, 3_508), ground)
    for number, slip in enumerate(slips):
        turned = slip.rotate(rng.uniform(0, 360), expand=True, fillcolor=ground, resample=Image.Resampling.BICUBIC)
        page.paste(turned, (100 + 1_150 * (number % 2), 40 + 1_120 * (number // 2)))
    return page


@pytest.mark.parametrize(("seed", "ground"), [(1, 250), (2, DESK), (3, 30)])
def test_a_page_of_slips_at_any_angle(drawn: list[Image.Image], seed: int, ground: int) -> None:
    found = many_papers(page_of(drawn[:6], random.Random(seed), ground))
    assert sorted(paper.texts for paper in found) == sorted((slip.text,) for slip in SLIPS[:6])
    assert {paper.certainty for paper in found} == {Certainty.SURE}


def test_papers_are_numbered_as_people_read_a_page(drawn: list[Image.Image]) -> None:
    page = Image.new("L", (2_480, 2_000), 250)
    for number, slip in enumerate(drawn[:6]):
        page.paste(slip, (100 + 800 * (number % 3), 40 + 950 * (number // 3) + (37 * number) % 60))
    assert [paper.texts for paper in many_papers(page)] == [(slip.text,) for slip in SLIPS[:6]]


def test_what_is_half_printed_on_a_page_spoils_no_neighbour(drawn: list[Image.Image]) -> None:
    rng = random.Random(4)
    half = half_printed(photo(drawn[2]), 3, rng).crop((60, 60, 988, 1_822)).resize(drawn[2].size)
    found = many_papers(page_of([*drawn[:2], half, *drawn[3:6]], rng))
    assert {paper.texts for paper in found if paper.texts} == {(s.text,) for n, s in enumerate(SLIPS[:6]) if n != 2}


def test_slips_that_overlap_on_a_page_are_one_paper_with_several_codes(drawn: list[Image.Image]) -> None:
    page = Image.new("L", (2_480, 1_200), 250)
    page.paste(drawn[0], (100, 100))
    page.paste(drawn[1].crop((76, 320, 388, 630)), (176, 728))  # a cut-out code stuck on beneath the first
    page.paste(drawn[2], (1_500, 100))
    found = many_papers(page)
    assert [paper.certainty for paper in found] == [Certainty.SEVERAL, Certainty.SURE]


@pytest.mark.slow
def test_a_pdf_of_pages_one_by_one_and_laid_out(drawn: list[Image.Image], tmp_path: Path) -> None:
    rng = random.Random(5)
    pages = [page_of(drawn[:6], rng), Image.new("L", (2_480, 3_508), 250), page_of(drawn[6:12], rng)]
    pages[0].save(tmp_path / "stack.pdf", resolution=300, save_all=True, append_images=pages[1:])
    found = read_picture(tmp_path / "stack.pdf", laid_out=True)
    assert sorted(picture.texts for picture in found) == sorted((slip.text,) for slip in SLIPS)
    assert found[0].name == "stack.pdf halaman 1 nomor 1"
    assert found[6].name == "stack.pdf halaman 3 nomor 1"
    assert len({picture.digest for picture in found}) == 1
    single = [drawn[0], Image.new("L", drawn[0].size, 255), drawn[1]]
    single[0].save(tmp_path / "single.pdf", resolution=203, save_all=True, append_images=single[1:])
    assert [picture.texts for picture in read_picture(tmp_path / "single.pdf")] == [(TEXT,), (), (SLIPS[1].text,)]


def test_a_tiff_stack_is_shared_among_workers_and_read_in_order(drawn: list[Image.Image], tmp_path: Path) -> None:
    drawn[0].copy().save(tmp_path / "a.tif", save_all=True, append_images=[each.copy() for each in drawn[1:10]])
    drawn[10].save(tmp_path / "b.png")
    shutil.copy(tmp_path / "b.png", tmp_path / "c.png")
    paths = sorted(path for path in tmp_path.iterdir())
    assert [(len(p.files), p.first, p.last) for p in portions(paths)] == [
        (1, 0, 4),
        (1, 4, 8),
        (1, 8, 10),
        (2, 0, None),
    ]
    with closing(Workers(1)) as workers:
        source = PictureFiles(paths, workers)
        found = [picture.texts for picture in source.reads()]
        assert list(scan_files(paths, workers)) == list(source.reads())
    assert found == [(slip.text,) for slip in [*SLIPS[:11], SLIPS[10]]]
    assert (source.kind, PictureFiles((), workers, laid_out=True).kind) == (Source.PICTURE, Source.PAGE)


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7\n", b"%PDF-", b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF", b"II*\0"]
)
def test_a_stack_that_cannot_be_opened_is_one_unreadable_paper(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad").write_bytes(content)
    (found,) = read_picture(tmp_path / "bad", laid_out=True)
    assert found.texts == ()


def test_a_pdf_page_of_any_size_is_drawn_within_bounds(drawn: list[Image.Image], tmp_path: Path) -> None:
    huge = Image.new("L", (400, 400), 255)
    huge.save(tmp_path / "huge.pdf", resolution=1)
    data = (tmp_path / "huge.pdf").read_bytes()
    page = pdf.draw_page(data, 0, 1_000_000)
    assert page is not None
    assert page.width * page.height <= 1_010_000
    assert pdf.draw_page(data, 7, 1_000_000) is None
    assert pdf.draw_page(b"no pdf", 0, 1_000_000) is None


def test_too_many_pages_are_one_unreadable_file(
    drawn: list[Image.Image], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "MAX_PAGES", 2)
    for name in ("stack.pdf", "stack.tif"):
        drawn[0].copy().save(tmp_path / name, save_all=True, append_images=[each.copy() for each in drawn[1:3]])
        assert [picture.texts for picture in read_picture(tmp_path / name)] == [()]
    monkeypatch.setattr(pictures, "MAX_FILE", 100)
    assert [picture.texts for picture in read_bytes("a.png", bytes(101))] == [()]


def test_a_code_beside_the_remains_of_another_is_not_counted(drawn: list[Image.Image]) -> None:
    both = Image.new("L", (drawn[0].width * 2, drawn[0].height), 255)
    both.paste(drawn[1], (drawn[0].width, 0))
    both.paste(drawn[0], (0, 0))
    both.paste(255, (drawn[0].width + 180, 560, drawn[0].width + 290, 640))  # a hole in the second code
    found = one_paper(both.resize((both.width * 2, both.height * 2)))
    assert found.certainty is Certainty.SEVERAL
