"""What is published: complete, signed, the same twice, and nothing that only auditors may have."""

from __future__ import annotations

import hashlib
from contextlib import closing
from pathlib import Path

import pypdfium2
import pytest
from sqlalchemy.orm import Session, sessionmaker
from tally_samples import CODE, NIGHT, book, finish

from epilwu.audit.verify import Workers
from epilwu.audit.verifying.authority import Brought
from epilwu.audit.verifying.run import Asked, verify_paths
from epilwu.disk import FileTrouble
from epilwu.election.outcome import Counts
from epilwu.media import published, setup_index
from epilwu.media.paper_counts import PaperCounts, PaperStation
from epilwu.media.published import Books, VillageResult
from epilwu.media.setup_index import SetupIndex
from epilwu.protocol.verify_report import Status
from epilwu.tally import log
from epilwu.tally.board import Counting
from epilwu.tally.errors import PublishRefused, ResultRefused
from epilwu.tally.intake import Intake
from epilwu.tally.official_record import RECORD, record_facts
from epilwu.tally.prepare import Prepared
from epilwu.tally.public_state import PROGRESS, CheckState
from epilwu.tally.publish import publish, publish_for_auditors
from epilwu.tally.village_page import read_village
from epilwu.tally.villages import find_village
from epilwu.tally.web import WebConfig, create_app
from epilwu.trust.certificates import Role
from epilwu.trust.envelope import verify_detached
from epilwu.trust.errors import CertificateRefused, SignatureRefused
from epilwu.web.security import HEADERS

PAGE = f"/desa/{CODE}/"


def put_out(factory: sessionmaker[Session], prepared: Prepared, folder: Path, paper: PaperCounts | None = None) -> Path:
    publish(factory, CODE, folder, prepared.keys.tally, at=NIGHT, actor="uji", paper=paper)
    return folder


def page(folder: Path) -> str:
    client = create_app(WebConfig((folder,))).test_client()
    return " ".join(client.get(PAGE).get_data(as_text=True).split())


def paper(public: Path, **changes: object) -> PaperCounts:
    digest = hashlib.sha256((public / published.DEFINITION).read_bytes()).hexdigest()
    fields: dict[str, object] = {"number": 1, "slips": Counts((1, 3, 1), 1), "odd": 0, "missing": 0}
    first = PaperStation(**(fields | changes))  # type: ignore[arg-type]
    second = PaperStation(number=2, slips=Counts((3, 2, 1), 0), odd=0, missing=0)
    return PaperCounts(definition_hash=digest, stations=tuple(sorted((first, second), key=lambda s: s.number)))


def test_the_folder_holds_result_books_boards_and_record(public: Path, counting: Counting, prepared: Prepared) -> None:
    result = VillageResult.parse((public / published.RESULT).read_bytes())
    assert (result.ranking.counts, result.complete) == (Counts((4, 5, 2), 1), True)
    assert (result.ranking.winner, result.ranking.margin, result.disputed) == (2, 1, False)
    assert [line.voters for line in result.stations] == [8, 8]
    books = Books.parse((public / published.BOOKS).read_bytes())
    assert [b.differences[-1].value for _, b in books.stations] == [None, None]
    assert {d.value for _, b in books.stations for d in b.differences[:-1]} == {0}
    names = {path.name for path in public.iterdir()}
    for station in prepared.setup.stations:
        assert {f"{station.uuid}.bel", f"{station.uuid}.decryption.json", f"{station.uuid}.result.json.sig"} <= names
    assert not any(path.suffix in (".epr", ".epd") for path in public.iterdir())


def test_what_the_committee_committed_itself_to_is_published_as_it_was_signed(public: Path, prepared: Prepared) -> None:
    """Ballots do not bind the list of credentials; this does."""
    data, signature = ((public / name).read_bytes() for name in (setup_index.NAME, f"{setup_index.NAME}.sig"))
    root = prepared.setup.root
    verify_detached(setup_index.CONTEXT, data, signature, root, at=NIGHT, holder_role=Role.COMMITTEE)
    index = SetupIndex.parse(data)
    assert index.lists(setup_index.TRUSTEES, (public / setup_index.TRUSTEES).read_bytes())
    for station in prepared.setup.stations:
        assert index.lists(setup_index.credentials_name(station.uuid), station.credentials)
        assert index.lists(setup_index.election_name(station.uuid), station.election)
        assert not index.lists(setup_index.credentials_name(station.uuid), station.credentials + b" ")


def test_publishing_again_gives_the_same_bytes(public: Path, counting: Counting, prepared: Prepared) -> None:
    before = {path.name: path.read_bytes() for path in public.iterdir()}
    put_out(counting.sessions, prepared, public)
    assert {path.name: path.read_bytes() for path in public.iterdir()} == before


def test_only_the_tally_publishes(counting: Counting, prepared: Prepared, tmp_path: Path) -> None:
    with pytest.raises(CertificateRefused):
        publish(counting.sessions, CODE, tmp_path / "x", prepared.keys.committee, at=NIGHT, actor="uji")
    assert not (tmp_path / "x").exists()


def test_a_folder_that_cannot_be_written_is_named(
    counting: Counting, public: Path, prepared: Prepared, tmp_path: Path
) -> None:
    (tmp_path / "berkas").write_text("bukan map")
    with counting.sessions() as session:
        before = len(log.read_log(session))
    with pytest.raises(FileTrouble, match="berkas"):
        put_out(counting.sessions, prepared, tmp_path / "berkas")
    with counting.sessions() as session:
        assert len(log.read_log(session)) == before


def test_auditors_get_reports_books_and_the_log(
    public: Path, counting: Counting, reports: dict[tuple[int, int], bytes], tmp_path: Path
) -> None:
    folder = tmp_path / "auditor"
    publish_for_auditors(counting.sessions, CODE, folder, at=NIGHT, actor="uji")
    assert (folder / "TPS01-B2.epr").read_bytes() == reports[1, 2]
    assert (folder / "TPS02.epd").exists()
    acts = log.verify_chain((folder / "log.jsonl").read_bytes().splitlines())
    assert [act.kind for act in acts].count("report-imported") == 4
    assert acts[-1].kind == "published"


def test_the_first_screen_answers_what_people_ask(public: Path) -> None:
    shown = page(public)
    for words in (
        "Desa Lemahabang",
        "Minggu, 22 Oktober 2023",
        "Hasil sementara – 2 dari 2 TPS, sudah diperiksa",
        "nomor 2, Bima Sakti",
        "1 suara<small>9,09 % dari suara sah",
        "75,00 %<small>12 dari 16 pemilih",
        "bukti kriptografi</a>: <strong>cocok",
        "pembukuan</a>: <strong>cocok",
        "struk kertas</a>: <strong>belum diperiksa",
        "epilwu audit verify --epilwu *.bel",
        "belenios-tool election verify --dir",
    ):
        assert words in shown, words
    assert "<script" not in shown
    assert "style=" not in shown


def test_pages_carry_the_headers_and_names_are_text(public: Path) -> None:
    client = create_app(WebConfig((public.parent,))).test_client()
    for path in ("/", PAGE, f"{PAGE}berkas/result.json", "/tidak-ada"):
        response = client.get(path)
        assert all(response.headers[name] == value for name, value in HEADERS.items())
    assert "Desa Lemahabang" in client.get("/").get_data(as_text=True)


def test_downloads_are_the_files_and_nothing_else(public: Path) -> None:
    client = create_app(WebConfig((public,))).test_client()
    for path in public.iterdir():
        assert client.get(f"{PAGE}berkas/{path.name}").data == path.read_bytes()
    (public / ".draf").write_text("x")
    (public.parent / "rahasia").write_text("x")
    for name in (".draf", "..%2Frahasia", "../rahasia", "tidak-ada.bel", "%2Fetc%2Fpasswd"):
        assert client.get(f"{PAGE}berkas/{name}").status_code == 404
    assert client.get("/desa/32.09.07.2008/").status_code == 404
    etag = client.get(f"{PAGE}berkas/result.json").headers["ETag"]
    assert client.get(f"{PAGE}berkas/result.json", headers={"If-None-Match": etag}).status_code == 304


def test_before_any_result(reported: Intake, counting: Counting, prepared: Prepared, tmp_path: Path) -> None:
    early = page(put_out(counting.sessions, prepared, tmp_path / "a"))
    assert "Belum ada hasil – laporan 2 dari 2 TPS sudah lengkap" in early
    assert "laporan lengkap, diperiksa" in early
    finish(counting, prepared, 1)
    half = page(put_out(counting.sessions, prepared, tmp_path / "b"))
    assert "Hasil sementara – 1 dari 2 TPS" in half
    assert "Unggul sementara" in half
    assert "menunggu pemegang kunci (0 dari 3)" in half
    assert "tidak diketahui" in half
    assert "bukti kriptografi</a>: <strong>belum diperiksa" in half
    assert not (tmp_path / "b" / RECORD).exists()
    with counting.sessions() as session, pytest.raises(ResultRefused, match="1 dari 2"):
        record_facts(find_village(session, CODE))


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, CheckState.PASSED),
        ({"slips": Counts((2, 2, 1), 1)}, CheckState.FAILED),
        ({"odd": 1}, CheckState.FAILED),
        ({"missing": 1}, CheckState.FAILED),
        ({"number": 3}, CheckState.NOT_CHECKED),
    ],
)
def test_paper_counts_are_compared_choice_by_choice(
    public: Path, counting: Counting, prepared: Prepared, changes: dict[str, object], state: CheckState
) -> None:
    put_out(counting.sessions, prepared, public, paper(public, **changes))
    assert read_village(public).paper is state


def test_books_that_differ_are_shown_with_their_sign(
    reported: Intake, counting: Counting, prepared: Prepared, tmp_path: Path
) -> None:
    reported.receive_desk_book(book(prepared, 1, handed=7, roll=None), name="x", at=NIGHT)
    shown = page(put_out(counting.sessions, prepared, tmp_path / "a"))
    assert "pembukuan</a>: <strong>tidak cocok" in shown
    assert ">+1<" in shown
    assert ">−1<" in shown


def test_a_folder_whose_parts_disagree_is_not_shown(public: Path, counting: Counting, prepared: Prepared) -> None:
    uuid = prepared.setup.stations[0].uuid
    archive = public / f"{uuid}.bel"
    whole = archive.read_bytes()
    archive.write_bytes(whole + b"x")
    assert read_village(public).proofs is CheckState.FAILED
    assert "bukti kriptografi</a>: <strong>tidak cocok" in page(public)
    archive.write_bytes(whole)
    result = (public / published.RESULT).read_bytes()
    (public / published.RESULT).write_bytes(result.replace(b'"winner":2', b'"winner":1'))
    with pytest.raises(SignatureRefused):
        read_village(public)
    client = create_app(WebConfig((public,))).test_client()
    response = client.get(PAGE)
    assert response.status_code == 503
    assert str(public) not in response.get_data(as_text=True)
    listed = client.get("/")
    assert listed.status_code == 200
    assert f"<strong>{CODE}</strong>: tidak dapat ditampilkan" in listed.get_data(as_text=True)


def test_other_rules_or_another_villages_progress_are_refused(public: Path) -> None:
    rules, progress = public / published.RULES, public / PROGRESS
    whole = rules.read_bytes()
    rules.write_bytes(whole + b"# lain\n")
    with pytest.raises(PublishRefused, match="Aturan"):
        read_village(public)
    rules.write_bytes(whole)
    digest = hashlib.sha256((public / published.DEFINITION).read_bytes()).hexdigest().encode()
    progress.write_bytes(progress.read_bytes().replace(digest, b"0" * 64))
    with pytest.raises(PublishRefused, match="campuran"):
        read_village(public)


def test_the_official_record_says_all_in_figures_and_words(public: Path, prepared: Prepared) -> None:
    document = pypdfium2.PdfDocument((public / RECORD).read_bytes())
    words = " ".join(" ".join(p.get_textpage().get_text_bounded().split()) for p in document)
    archive = next(public.glob("*.bel")).read_bytes()
    for expected in (
        "BERITA ACARA PEMUNGUTAN DAN PENGHITUNGAN SUARA",
        "Lemahabang (32.09.07.2007)",
        "Minggu, 22 Oktober 2023",
        "2. Bima Sakti 5 lima",
        "Jumlah surat suara 12 dua belas",
        "calon nomor 2, Bima Sakti, dengan selisih 1 (satu) suara atau 9,09 %",
        "Desa 8 8 6 6 20 12 0 8",
        "Saksi calon nomor 3",
        "Ketua panitia",
    ):
        assert expected in words, expected
    assert hashlib.sha256(archive).hexdigest() in words.replace(" ", "")


def test_the_auditors_program_finds_nothing_wrong_with_what_is_published(
    public: Path, counting: Counting, prepared: Prepared, tmp_path: Path
) -> None:
    """All that the tally gives out, judged by the other room; only what auditors must bring themselves is left open."""
    put_out(counting.sessions, prepared, public, paper(public))
    auditors = tmp_path / "auditor"
    publish_for_auditors(counting.sessions, CODE, auditors, at=NIGHT, actor="uji")
    with closing(Workers(1)) as workers:
        verification = verify_paths([public, auditors], Asked(Brought(prepared.setup.root)), workers)
    failed = {result.kind.name: result.detail.id for result in verification.results if result.status is Status.FAILED}
    assert failed == {}
    left = {result.kind.name for result in verification.results if result.status is Status.NOT_CHECKED}
    assert left == {"revocations-signature", "revoked", "log-growth"}
    assert [path.name for path in verification.not_used] == [RECORD]
