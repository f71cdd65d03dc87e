"""Before the day: root, definition, the trustees' ceremony, certificates, tokens, booth packages, cards."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import date

from epilwu.demo.errors import DemoBroken
from epilwu.demo.figures import BOOTHS, CANDIDATES, STATIONS, Figures
from epilwu.demo.layout import Layout
from epilwu.demo.portraits import portrait
from epilwu.election.rules import RulePack, load_rule_pack
from epilwu.tally import prepare as preparing
from epilwu.tally.prepare import Prepared, Validity
from epilwu.tally.private_folders import write_cards, write_desks, write_envelopes, write_keys, write_packages
from epilwu.tally.setup_folder import write_setup
from epilwu.tally.spec import BoothPlan, CandidatePlan, StationPlan, VillageSpec
from epilwu.trust.keyfile import DEFAULT, Cost
from epilwu.trustee import evening
from epilwu.trustee.plan import Plan, draw_plan

SPARES = 3
CLOSING = "13:00"


@dataclass(frozen=True, slots=True)
class Ready:
    """What the demonstration's people hold before the day. ``votes`` by station and booth: (token, choice)."""

    prepared: Prepared
    rules: RulePack
    plan: Plan
    passphrases: tuple[str, ...] = field(repr=False)
    committee_passphrase: str = field(repr=False)
    desk_codes: dict[int, str] = field(repr=False)
    votes: dict[tuple[int, int], tuple[tuple[str, int], ...]] = field(repr=False)


def prepare_village(figures: Figures, layout: Layout, *, cost: Cost = DEFAULT) -> Ready:
    """Run every step of the preparation and write its folders; ``cost`` is that of every passphrase."""
    rule_pack = load_rule_pack()
    rules = RulePack.parse_toml(rule_pack)
    queues = _queues(figures)
    spec = _spec(figures, queues)
    definition = preparing.define(spec, rule_pack)
    passphrases = tuple(secrets.token_urlsafe(16) for _ in range(rules.trustees.value))
    plan = draw_plan(
        rules,
        region=figures.village.code,
        place=f"Desa {figures.village.village}, {figures.village.district}, {figures.village.regency}",
        title=spec.title,
        date=figures.date,
    )
    trustees = hold_ceremony(layout, plan, passphrases, cost)
    validity = Validity.around(date.fromisoformat(figures.date))
    authority = preparing.create_authority(f"{figures.village.regency} (peragaan)", validity)
    prepared = preparing.prepare(spec, definition, trustees, rule_pack, authority, cost=cost)
    committee = secrets.token_urlsafe(16)
    write_setup(prepared, layout.setup)
    write_packages(prepared, layout.packages)
    write_envelopes(prepared, layout.envelopes)
    desks = write_desks(prepared, layout.desks, layout.envelopes, cost=cost)
    write_cards(prepared, layout.cards)
    write_keys(prepared.keys, figures.village.code.text, layout.keys, committee, cost=cost)
    return Ready(prepared, rules, plan, passphrases, committee, desks, _hand_out(prepared, queues))


def hold_ceremony(layout: Layout, plan: Plan, passphrases: tuple[str, ...], cost: Cost = DEFAULT) -> bytes:
    """The trustees' evening: everybody does what the next step asks for, up to the trial; ``trustees.json``."""
    for folder in (layout.ceremony, *(layout.stick(seat.index) for seat in plan.seats)):
        folder.mkdir(parents=True, exist_ok=True)
    now = evening.begin(layout.ceremony, plan)
    while (seat := now.next_seat) is not None:
        if now.sha256 is not None:  # a fingerprint to be compared aloud
            now = evening.tick(layout.ceremony, seat.index, now.sha256)
        else:
            words = passphrases[seat.index - 1]
            now = evening.act(layout.ceremony, layout.stick(seat.index), words, seat=seat.index, cost=cost)
    if now.stage is not evening.Stage.DONE:
        raise DemoBroken("Upacara kunci tidak selesai.", where=now.stage)
    return evening.confirmed(layout.ceremony).data


def _queues(figures: Figures) -> dict[tuple[int, int], list[int]]:
    """Every vote dealt to a booth in turn, so that stations come out nearly equal."""
    places = [(station, booth) for booth in range(1, BOOTHS + 1) for station in range(1, STATIONS + 1)]
    queues: dict[tuple[int, int], list[int]] = {place: [] for place in places}
    for turn, choice in enumerate(figures.choices()):
        queues[places[turn % len(places)]].append(choice)
    return queues


def _spec(figures: Figures, queues: dict[tuple[int, int], list[int]]) -> VillageSpec:
    names = CANDIDATES[: len(figures.votes)]
    return VillageSpec(
        title=f"Pemilihan Kuwu {figures.date[:4]}",
        date=figures.date,
        names=figures.village,
        candidates=tuple(CandidatePlan(name, portrait(number)) for number, name in enumerate(names, 1)),
        stations=tuple(
            StationPlan(
                station,
                tuple(BoothPlan(len(queues[station, booth]), SPARES) for booth in range(1, BOOTHS + 1)),
            )
            for station in range(1, STATIONS + 1)
        ),
        close_not_before=CLOSING,
    )


def _hand_out(
    prepared: Prepared, queues: dict[tuple[int, int], list[int]]
) -> dict[tuple[int, int], tuple[tuple[str, int], ...]]:
    """Each voter in the queue with the card that the desk handed out."""
    return {
        place: tuple((token.text, choice) for token, choice in zip(prepared.tokens[place].main, queue, strict=True))
        for place, queue in queues.items()
    }
