from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from risk_samples import station, write_village

from epilwu.cli import main

SEED = "01234567890123456789"
IDS = [hashlib.sha256(b"%d" % n).hexdigest() for n in range(5)]
CODE = "32.09.07.2007"


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["audit", *arguments])


def _json(*arguments: str) -> dict[str, object]:
    result = _run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("papers", "margin", "figures"),
    [
        ("3000", "100", (180, 187, 174)),
        ("500", "50", (58, 63, 56)),
        ("1000", "50", (116, 125, 112)),
        ("3000", "50", (350, 374, 338)),
        ("6000", "50", (702, 748, 677)),
    ],
)
def test_plan(papers: str, margin: str, figures: tuple[int, int, int]) -> None:
    found = _json("plan", "--papers", papers, "--margin", margin, "--risk-limit", "0.05")
    assert found == dict(zip(("betting", "kaplan_markov", "zero_error"), figures, strict=True))


def test_plan_in_words() -> None:
    output = _run("plan", "--papers", "3000", "--margin", "100").output
    for words in ("3.000", "100 suara (3,33 %)", "180 lembar", "187 lembar", "174 lembar", "220 lembar", "372 lembar"):
        assert words in output
    assert "Usul: contoh. Baca 180 lembar" in output


def test_plan_proposes_the_full_count_past_a_quarter() -> None:
    output = _run("plan", "--papers", "500", "--margin", "2").output
    assert "Usul: HITUNG PENUH. Contoh 479 lembar lebih dari seperempat dari 500 kertas." in output
    assert "menggantikan hasil" in output


def test_plan_takes_missing_papers_off_the_margin() -> None:
    assert _json("plan", "--papers", "3000", "--margin", "100", "--missing", "10") == _json(
        "plan", "--papers", "2990", "--margin", "80"
    )
    result = _run("plan", "--papers", "3000", "--margin", "100", "--missing", "50")
    assert result.exit_code == 1
    assert "tidak dapat dikonfirmasi" in result.output


@pytest.mark.parametrize(
    ("overstatements", "decision"),
    [
        (["0"] * 179, "continue"),
        (["0"] * 180, "confirmed"),
        (["1"] + ["0"] * 218, "continue"),
        (["1"] + ["0"] * 219, "confirmed"),
        (["2"] + ["0"] * 370, "continue"),
        (["2"] + ["0"] * 371, "confirmed"),
        (["0"] * 3000, "full_count"),
        (["2"] * 50, "full_count"),
    ],
)
def test_risk(overstatements: list[str], decision: str) -> None:
    found = _json("risk", "--papers", "3000", "--margin", "100", "--overstatements", ",".join(overstatements))
    assert set(found) == {"p_betting", "p_kaplan_markov", "decision"}
    assert found["decision"] == decision
    assert isinstance(found["p_betting"], float)
    assert (found["p_betting"] <= 0.05) == (decision == "confirmed" or len(overstatements) == 3000)


def test_risk_takes_understatements_and_missing_papers() -> None:
    base = ("risk", "--papers", "3000", "--margin", "100")
    better = _json(*base, "--overstatements", "-1,-2,0")
    assert better["p_betting"] < _json(*base, "--overstatements", "0,0,0")["p_betting"]  # type: ignore[operator]
    assert _json(*base, "--missing", "50", "--overstatements", "0")["decision"] == "cannot_be_confirmed"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["3000", "100", ",".join(["0"] * 180)], "TERKONFIRMASI"),
        (["3000", "100", "0,1"], "cukup sampai kertas ke-220"),
        (["3000", "20", "0,1"], "diusulkan hitung penuh"),
        (["3", "1", "0,0,0"], "Semua kertas sudah dibaca; jumlah menurut mata menggantikan"),
        (["10", "4", "2,2"], "Sekalipun semua kertas berikutnya sama"),
    ],
)
def test_risk_in_words(arguments: list[str], words: str) -> None:
    papers, margin, overstatements = arguments
    result = _run("risk", "--papers", papers, "--margin", margin, "--overstatements", overstatements)
    assert result.exit_code == 0
    assert words in result.output
    if "Semua" in words:
        assert "risiko menurut" not in result.output  # after a full count there is no risk to speak of


def test_a_risk_never_looks_smaller_than_it_is() -> None:
    output = _run("risk", "--papers", "3000", "--margin", "100", "--overstatements", ",".join(["0"] * 179)).output
    assert "5,06 %" in output  # 5.0536…
    output = _run("risk", "--papers", "3000", "--margin", "100", "--overstatements", ",".join(["0"] * 180)).output
    assert "4,97 %" in output  # 4.9674…


RISK = ("risk", "--papers", "30", "--margin", "10")


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "--papers", "0", "--margin", "1"),
        ("plan", "--papers", "100001", "--margin", "1"),
        ("plan", "--papers", "30", "--margin", "31"),
        ("plan", "--papers", "30", "--margin", "0"),
        ("plan", "--papers", "+30", "--margin", "1"),
        ("plan", "--papers", "3_0", "--margin", "1"),
        ("plan", "--papers", "３０", "--margin", "1"),
        ("plan", "--papers", "30", "--margin", "-1"),
        ("plan", "--papers", "30", "--margin", "1.0"),
        ("plan", "--papers", "30", "--margin", "1", "--risk-limit", "0"),
        ("plan", "--papers", "30", "--margin", "1", "--risk-limit", "0,05"),
        ("plan", "--papers", "30", "--margin", "1", "--missing", "31"),
        (*RISK, "--overstatements", ""),
        (*RISK, "--overstatements", "0,,0"),
        (*RISK, "--overstatements", "0,0,"),
        (*RISK, "--overstatements", "3"),
        (*RISK, "--overstatements", "-3"),
        (*RISK, "--overstatements", "+1"),
        (*RISK, "--overstatements", "-0"),
        (*RISK, "--overstatements", "0, 0"),
        (*RISK, "--overstatements", "1.0"),
        (*RISK, "--overstatements", ",".join(["0"] * 31)),
        (*RISK, "--overstatements", ",".join(["0"] * 100_001)),
        (*RISK, "--overstatements", "0", "--missing", "31"),
        (*RISK, "--overstatements", "0", "--risk-limit", "0.51"),
        ("sample", "--seed", "123", "--village", CODE, "--ids", "ids.txt"),
        ("sample", "--seed", SEED, "--village", "32.09", "--ids", "ids.txt"),
        ("sample", "--seed", SEED, "--village", CODE, "--ids", "tidak-ada.txt"),
    ],
)
def test_refuses_in_a_sentence(arguments: tuple[str, ...]) -> None:
    result = _run(*arguments)
    assert result.exit_code == 1
    assert result.output.strip() and "Traceback" not in result.output and "program" not in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan",),
        ("plan", "--papers", "30"),
        ("plan", "--margin", "3"),
        ("plan", "folder", "--papers", "30", "--margin", "3"),
        ("plan", "--papers", "30", "--margin", "3", "--root", "root.pem"),
        ("plan", "--public", "folder", "--papers", "30"),
        ("plan", "--public", "folder", "--missing", "0"),
        ("risk", "--papers", "30", "--margin", "3"),
        ("sample", "--seed", SEED),
    ],
)
def test_wrong_use(arguments: tuple[str, ...]) -> None:
    assert _run(*arguments).exit_code == 2


def test_sample(tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_text("\n".join(IDS) + "\n", "ascii")
    arguments = ("sample", "--seed", SEED, "--village", CODE, "--ids", str(tmp_path / "ids.txt"))
    expected = sorted((hashlib.sha256(f"{SEED},{CODE},{slip}".encode()).hexdigest(), slip) for slip in IDS)
    lines = [line.split("\t") for line in _run(*arguments).output.splitlines() if not line.startswith("#")]
    assert lines == [[str(n), slip, ticket] for n, (ticket, slip) in enumerate(expected, 1)]
    assert _json(*arguments) == {
        "seed": SEED,
        "village": CODE,
        "draws": [{"number": n, "id": slip, "ticket": ticket} for n, (ticket, slip) in enumerate(expected, 1)],
    }


def test_sample_refuses_a_paper_twice(tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_text("\n".join([*IDS, IDS[0]]), "ascii")
    result = _run("sample", "--seed", SEED, "--village", CODE, "--ids", str(tmp_path / "ids.txt"))
    assert result.exit_code == 1
    assert "dua kali" in result.output and "baris 6" in result.output


def test_plan_of_a_village(tmp_path: Path) -> None:
    folder = write_village(tmp_path / "desa", [station((700, 300), 1010), station((400, 500), 990)])
    output = _run("plan", "--public", str(folder), "--pace", "60").output
    assert "32.09.07.2007 Lemahabang: contoh" in output
    assert "kertas 2.000; selisih 300 suara" in output
    assert "dibaca 40 kertas, 0,7 jam" in output
    assert "TPS 1: kira-kira 20,2 dari 1.010 kertas" in output
    assert "Cocokkan sidik sertifikat akar" in output
    folder = write_village(tmp_path / "ketat", [station((310, 300), 620)])
    assert "TPS 1: semua 620 kertas" in _run("plan", "--public", str(folder)).output


def test_plan_of_a_regency(tmp_path: Path) -> None:
    stations = {
        "32.09.07.2007": [station((700, 300), 1010), station((400, 500), 990)],
        "32.09.07.2008": [station((310, 300), 620)],
        "32.09.07.2009": [station((300, 300), 620)],
        "32.09.07.2010": [station((310, 300), None)],
    }
    folders = [str(write_village(tmp_path / code, found, region=code)) for code, found in stations.items()]
    found = _json("plan", "--public", *folders)
    villages = found["villages"]
    assert isinstance(villages, list)
    assert [village["proposal"] for village in villages] == [
        "sample",
        "full_count",
        "cannot_be_confirmed",
        "not_planned",
    ]
    assert [village["read"] for village in villages] == [40, 620, 620, 0]
    assert found["read"] == 40 + 620 + 620
    assert found["hours"] == pytest.approx(1.4 + 2.1 + 2.1)
    assert villages[0]["stations"][0] == {"station": 1, "papers": 1010, "expected": 20.2}
    output = _run("plan", "--public", folders[0], "--public", folders[1], *folders[2:]).output
    assert "Jumlah: 1.280 kertas, 5,6 jam" in output
    assert "contoh 1 desa, hitung penuh 1 desa, tidak dapat dikonfirmasi 1 desa" in output


def test_plan_refuses_a_root_that_did_not_certify(tmp_path: Path) -> None:
    folder = write_village(tmp_path / "desa", [station((700, 300), 1010)])
    (tmp_path / "root.pem").write_bytes(b"bukan sertifikat")
    assert _run("plan", "--public", str(folder), "--root", str(folder / "root.pem")).exit_code == 0
    result = _run("plan", "--public", str(folder), "--root", str(tmp_path / "root.pem"))
    assert result.exit_code == 1
