"""``epilwu audit plan``, ``sample`` and ``risk``: each step of the risk-limiting audit from the command line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import click

from epilwu.audit.material import read_file
from epilwu.audit.risk.arguments import LIMIT, WHOLE, parse_overstatements
from epilwu.audit.risk.contest import DEFAULT_LIMIT, Contest
from epilwu.audit.risk.decision import assess
from epilwu.audit.risk.errors import RiskRefused
from epilwu.audit.risk.plan import make_plan, planned_after
from epilwu.audit.risk.published_village import find_villages, read_village
from epilwu.audit.risk.sampler import draw_order, parse_ids, parse_seed, parse_village
from epilwu.audit.risk.village_plan import Pace, VillagePlan, plan_villages
from epilwu.audit.risk.wording import draw_lines, plan_lines, risk_lines, work_lines

_JSON = "Keluaran untuk program lain."
_LIMIT = "Batas risiko, ditulis dengan titik (bawaan: 0.05)."
_MISSING = "Kertas yang hilang dan tidak masuk daftar penarikan."


@click.command("plan")
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path), metavar="")
@click.option("--papers", type=WHOLE, metavar="N", help="Kertas yang seharusnya ada: token yang diserahkan.")
@click.option("--margin", type=WHOLE, metavar="V", help="Selisih suara pemenang dan nomor dua.")
@click.option("--missing", type=WHOLE, metavar="M", help=_MISSING)
@click.option("--public", multiple=True, type=click.Path(path_type=Path), metavar="DIR…", help="Folder hasil terbitan.")
@click.option(
    "--from",
    "within",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder yang berisi folder hasil desa-desa.",
)
@click.option("--root", type=click.Path(path_type=Path), metavar="PEM", help="Sertifikat akar kabupaten.")
@click.option("--pace", type=WHOLE, default=30, metavar="K", help="Kertas per jam bila ditarik (bawaan: 30).")
@click.option("--count-pace", type=WHOLE, default=300, metavar="K", help="Kertas per jam, hitung penuh (bawaan: 300).")
@click.option("--risk-limit", type=LIMIT, default=DEFAULT_LIMIT, metavar="R", help=_LIMIT)
@click.option("--json", "as_json", is_flag=True, help=_JSON)
def plan_command(
    *,
    folders: tuple[Path, ...],
    papers: int | None,
    margin: int | None,
    missing: int | None,
    public: tuple[Path, ...],
    within: Path | None,
    root: Path | None,
    pace: int,
    count_pace: int,
    risk_limit: Fraction,
    as_json: bool,
) -> None:
    """Berapa kertas yang akan dibaca: untuk satu pemilihan, atau untuk desa-desa dari folder hasilnya.

    `epilwu audit plan --papers N --margin V`; atau `epilwu audit plan --public DIR…` (boleh banyak folder); atau
    `epilwu audit plan --from DIR` untuk semua desa di dalam sebuah folder.
    """
    public = (*public, *(find_villages(within) if within is not None else ()))
    if public:
        if (papers, margin, missing) != (None, None, None):
            raise click.UsageError("--public mengambil kertas, selisih dan yang hilang dari folder hasil.")
        plans, root_fingerprints = _read_plans((*public, *folders), root, risk_limit, Pace(pace, count_pace))
        _say_villages(plans, root_fingerprints, risk_limit, Pace(pace, count_pace), as_json=as_json)
        return
    if folders or root is not None or papers is None or margin is None:
        raise click.UsageError("Tulis --papers N --margin V, atau --public DIR…")
    _say_contest(Contest(papers, margin), missing or 0, risk_limit, as_json=as_json)


def _say_contest(contest: Contest, missing: int, limit: Fraction, *, as_json: bool) -> None:
    found = contest.without(missing)
    if found is None:
        raise RiskRefused(
            "Dua kali jumlah kertas hilang mencapai selisih suara: pemenang tidak dapat dikonfirmasi.",
            todo="Cari kertas yang hilang; tanpa itu audit kertas tidak dapat memutuskan.",
        )
    plan = make_plan(found, limit)
    if as_json:
        figures = {"betting": plan.betting, "kaplan_markov": plan.kaplan_markov, "zero_error": plan.zero_error}
        click.echo(json.dumps(figures))
        return
    one, two = (planned_after(found, limit, value) for value in (1, 2))
    click.echo("\n".join(plan_lines(plan, missing, one, two)))


def _read_plans(
    folders: Sequence[Path], root: Path | None, limit: Fraction, pace: Pace
) -> tuple[tuple[VillagePlan, ...], list[str]]:
    pem = None if root is None else read_file(root)
    villages = [read_village(folder, pem) for folder in folders]
    return plan_villages(villages, limit, pace), sorted({village.root_fingerprint for village in villages})


def _say_villages(
    plans: Sequence[VillagePlan], roots: Sequence[str], limit: Fraction, pace: Pace, *, as_json: bool
) -> None:
    if as_json:
        total = {"read": sum(p.to_read for p in plans), "hours": sum(p.tenths for p in plans) / 10}
        click.echo(json.dumps({"roots": roots, "villages": [_village_json(p) for p in plans], **total}, indent=1))
        return
    click.echo("\n".join(work_lines(plans, limit, pace, stations=len(plans) == 1)))
    for fingerprint in roots:
        click.echo(f"Cocokkan sidik sertifikat akar dengan yang diumumkan kabupaten: {fingerprint}")


def _village_json(plan: VillagePlan) -> dict[str, object]:
    found = plan.plan
    return {
        "region": plan.region,
        "village": plan.village,
        "rehearsal": plan.rehearsal,
        "papers": plan.papers,
        "missing": plan.missing,
        "margin": plan.margin,
        "proposal": str(plan.proposal),
        "reason": plan.reason,
        "betting": None if found is None else found.betting,
        "kaplan_markov": None if found is None else found.kaplan_markov,
        "zero_error": None if found is None else found.zero_error,
        "read": plan.to_read,
        "hours": plan.hours,
        "stations": [
            {"station": line.station, "papers": line.papers, "expected": line.expected / 10} for line in plan.stations
        ],
    }


@click.command("sample")
@click.option("--seed", required=True, metavar="S", help="20 angka dari dadu bersisi sepuluh, tanpa spasi.")
@click.option("--village", required=True, metavar="KODE", help="Kode desa, misalnya 32.09.07.2007.")
@click.option("--ids", required=True, type=click.Path(path_type=Path), metavar="BERKAS", help="Tanda struk per baris.")
@click.option("--json", "as_json", is_flag=True, help=_JSON)
def sample_command(*, seed: str, village: str, ids: Path, as_json: bool) -> None:
    """Urutan penarikan struk: tiket = SHA-256 dari `benih,kode desa,tanda struk`, yang terkecil lebih dulu.

    Tanda struk ditulis satu per baris: 64 angka heksadesimal huruf kecil. Setiap struk ditarik paling banyak sekali.
    """
    parse_seed(seed)
    code = parse_village(village)
    draws = draw_order(seed, code, parse_ids(read_file(ids), where=str(ids)))
    if as_json:
        drawn = [{"number": draw.number, "id": draw.slip, "ticket": draw.ticket} for draw in draws]
        click.echo(json.dumps({"seed": seed, "village": code.text, "draws": drawn}, indent=1))
    else:
        click.echo("\n".join(draw_lines(seed, code, draws)))


@click.command("risk")
@click.option("--papers", required=True, type=WHOLE, metavar="N", help="Kertas yang seharusnya ada.")
@click.option("--margin", required=True, type=WHOLE, metavar="V", help="Selisih suara pemenang dan nomor dua.")
@click.option("--overstatements", required=True, metavar="0,0,1,…", help="Bacaan menurut urutan penarikan.")
@click.option("--missing", type=WHOLE, default=0, metavar="M", help=_MISSING)
@click.option("--risk-limit", type=LIMIT, default=DEFAULT_LIMIT, metavar="R", help=_LIMIT)
@click.option("--json", "as_json", is_flag=True, help=_JSON)
def risk_command(
    *, papers: int, margin: int, overstatements: str, missing: int, risk_limit: Fraction, as_json: bool
) -> None:
    """Risiko bahwa pemenang yang keliru lolos, sesudah kertas-kertas ini dibaca, dan putusannya.

    Setiap bacaan adalah berapa suara QR melebihkan selisih pemenang dibanding tulisannya: −2 sampai 2, 0 bila sama.
    Kertas yang ditarik tetapi tidak ditemukan atau tidak terbaca ditulis 2. Putusan: confirmed, continue, full_count
    atau cannot_be_confirmed; status akhir 0 untuk keempatnya.
    """
    contest = Contest(papers, margin)
    found = assess(contest, parse_overstatements(overstatements), risk_limit, missing=missing)
    if as_json:
        figures = {"p_betting": found.p_betting, "p_kaplan_markov": found.p_kaplan_markov, "decision": found.decision}
        click.echo(json.dumps(figures))
    else:
        click.echo("\n".join(risk_lines(contest, missing, risk_limit, found)))
