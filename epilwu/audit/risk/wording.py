"""Plans and verdicts in words: plain Indonesian for auditors, candidates and witnesses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil

from epilwu.audit.risk.contest import Contest
from epilwu.audit.risk.decision import Assessment, Decision
from epilwu.audit.risk.plan import FULL_COUNT_SHARE, Plan
from epilwu.audit.risk.sampler import Draw
from epilwu.audit.risk.village_plan import Pace, Proposal, VillagePlan
from epilwu.election.region import RegionCode
from epilwu.indonesian import figure, percent

PROPOSAL_WORDS = {
    Proposal.SAMPLE: "contoh",
    Proposal.FULL_COUNT: "HITUNG PENUH",
    Proposal.CANNOT: "TIDAK DAPAT DIKONFIRMASI",
    Proposal.NOT_PLANNED: "BELUM DAPAT DIRENCANAKAN",
}
REPLACES = "Hitung semua kertas dengan mata; hasil hitung penuh itu menggantikan hasil yang diumumkan."


def share(value: Fraction | float) -> str:
    """A risk as ``4,97 %``, rounded up to a hundredth of a percent, so that it never looks smaller than it is."""
    hundredths = ceil(Fraction(value) * 10_000)
    whole, part = divmod(hundredths, 100)
    return f"{whole},{part:02d} %" if part else f"{whole} %"


def tenths(count: int) -> str:
    """A number of tenths as ``4,5``."""
    return f"{figure(count // 10)},{count % 10}"


def plan_lines(plan: Plan, missing: int, after_one: int, after_two: int) -> Iterator[str]:
    """One contest's plan; ``after_one`` and ``after_two``: papers if the first one overstates by 1 or 2 votes."""
    contest = plan.contest
    yield from _contest_lines(contest, plan.limit, missing)
    yield ""
    yield "Yang dibaca bila tulisan dan QR sama pada semua struk:"
    yield f"  uji taruhan (yang memutuskan)     {figure(plan.betting):>7} lembar"
    yield f"  Kaplan–Markov (pembanding)        {figure(plan.kaplan_markov):>7} lembar"
    yield f"  paling sedikit yang mungkin       {figure(plan.zero_error):>7} lembar (satu beda = hitung penuh)"
    yield "Bila struk pertama melebihkan selisih:"
    yield f"  1 suara                           {figure(after_one):>7} lembar"
    yield f"  2 suara                           {figure(after_two):>7} lembar"
    yield ""
    if plan.full_count:
        yield (
            f"Usul: HITUNG PENUH. Contoh {figure(plan.betting)} lembar lebih dari seperempat dari"
            f" {figure(contest.papers)} kertas. {REPLACES}"
        )
    else:
        yield f"Usul: contoh. Baca {figure(plan.betting)} lembar; berhenti hanya bila risiko tidak melebihi batas."


def risk_lines(contest: Contest, missing: int, limit: Fraction, found: Assessment) -> Iterator[str]:
    """The verdict after some papers."""
    yield from _contest_lines(contest if found.contest is None else found.contest, limit, missing)
    yield f"Sudah dibaca: {figure(found.read)} kertas."
    if found.contest is not None and found.read < found.contest.papers:
        yield f"  risiko menurut uji taruhan (yang memutuskan)  {share(found.p_betting):>9}"
        yield f"  menurut Kaplan–Markov (pembanding)            {share(found.p_kaplan_markov):>9}"
    yield f"Putusan: {verdict(found)}"


def verdict(found: Assessment) -> str:
    """The decision as a sentence."""
    papers = 0 if found.contest is None else found.contest.papers
    match found.decision:
        case Decision.CONFIRMED:
            return "TERKONFIRMASI. Risiko tidak melebihi batas; pembacaan boleh berhenti."
        case Decision.CONTINUE:
            ahead = f"Bila semua kertas berikutnya sama, cukup sampai kertas ke-{figure(found.papers_if_clean)}."
            much = found.papers_if_clean > FULL_COUNT_SHARE * papers
            more = " Itu lebih dari seperempat kertas: diusulkan hitung penuh." if much else ""
            return f"LANJUTKAN. Tarik dan baca kertas berikutnya. {ahead}{more}"
        case Decision.FULL_COUNT if found.read == papers:
            return (
                "HITUNG PENUH. Semua kertas sudah dibaca; jumlah menurut mata menggantikan hasil yang diumumkan,"
                " siapa pun pemenangnya."
            )
        case Decision.FULL_COUNT:
            return f"HITUNG PENUH. Sekalipun semua kertas berikutnya sama, risiko tetap di atas batas. {REPLACES}"
        case Decision.CANNOT:
            return (
                "TIDAK DAPAT DIKONFIRMASI. Dua kali jumlah kertas hilang mencapai selisih suara; kertas yang ada tidak"
                " dapat membuktikan siapa pemenangnya."
            )


def _contest_lines(contest: Contest, limit: Fraction, missing: int) -> Iterator[str]:
    margin = f"{figure(contest.margin)} suara ({percent(contest.margin, contest.papers)})"
    yield f"Kertas: {figure(contest.papers)}; selisih pemenang: {margin}; batas risiko: {share(limit)}."
    if missing:
        yield f"{figure(missing)} kertas hilang sudah dianggap merugikan pemenang (2 suara tiap kertas)."


def draw_lines(seed: str, village: RegionCode, draws: Sequence[Draw]) -> Iterator[str]:
    """The whole order: remarks that start with #, then number, slip id and ticket between tabs."""
    yield f"# urutan penarikan, desa {village.text}, benih {seed}, {figure(len(draws))} struk"
    yield "# tiket = SHA-256 dari teks benih,kode desa,tanda struk; yang terkecil ditarik lebih dulu"
    yield "# nomor, tanda struk, tiket"
    for draw in draws:
        yield f"{draw.number}\t{draw.slip}\t{draw.ticket}"


def work_lines(plans: Sequence[VillagePlan], limit: Fraction, pace: Pace, *, stations: bool) -> Iterator[str]:
    """The plan of one or many villages, with each station's expected share if ``stations``."""
    yield f"Rencana audit {len(plans)} desa; batas risiko {share(limit)} untuk tiap desa."
    yield f"Laju: {figure(pace.drawn)} kertas per jam bila ditarik, {figure(pace.counted)} bila dihitung semua."
    for plan in plans:
        yield ""
        yield from _village_lines(plan, stations=stations)
    yield ""
    counted = Counter(plan.proposal for plan in plans)
    kinds = ", ".join(f"{PROPOSAL_WORDS[kind].lower()} {counted[kind]} desa" for kind in Proposal if counted[kind])
    hours = tenths(sum(plan.tenths for plan in plans))
    yield f"Jumlah: {figure(sum(plan.to_read for plan in plans))} kertas, {hours} jam ({kinds})."


def _village_lines(plan: VillagePlan, *, stations: bool) -> Iterator[str]:
    rehearsal = " (gladi)" if plan.rehearsal else ""
    yield f"{plan.region} {plan.village}{rehearsal}: {PROPOSAL_WORDS[plan.proposal]}"
    if plan.reason:
        yield f"  {plan.reason}"
    if plan.papers is None:
        return
    missing = f", {figure(plan.missing)} di antaranya hilang" if plan.missing else ""
    yield f"  kertas {figure(plan.papers)}{missing}; selisih {figure(plan.margin)} suara"
    if plan.plan is not None:
        found = plan.plan
        figures = f"uji taruhan {figure(found.betting)}, Kaplan–Markov {figure(found.kaplan_markov)}"
        yield f"  bila semua sama: {figures}, paling sedikit {figure(found.zero_error)}"
    yield f"  dibaca {figure(plan.to_read)} kertas, {tenths(plan.tenths)} jam"
    if stations:
        for line in plan.stations:
            part = f"kira-kira {tenths(line.expected)} dari" if plan.proposal is Proposal.SAMPLE else "semua"
            yield f"    TPS {line.station}: {part} {figure(line.papers)} kertas"
