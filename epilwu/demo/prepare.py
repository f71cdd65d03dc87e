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
from epilwu.trustee import ceremony
from epilwu.trustee.ceremony import Ceremony

SPARES = 3
CLOSING = "13:00"


@dataclass(frozen=True, slots=True)
class Ready:
    """What the demonstration's people hold before the day. ``votes`` by station and booth: (token, choice)."""

    prepared: Prepared
    rules: RulePack
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
    trustees = hold_ceremony(layout, passphrases, rules.trustees_threshold.value, cost)
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
    return Ready(prepared, rules, passphrases, committee, desks, _hand_out(prepared, queues))


def hold_ceremony(layout: Layout, passphrases: tuple[str, ...], threshold: int, cost: Cost = DEFAULT) -> bytes:
    """The trustees' evening: certificate, dealing, accepting, assembling, confirming; ``trustees.json``."""
    size = len(passphrases)
    holders = [Ceremony(layout.stick(index), layout.ceremony) for index in range(1, size + 1)]
    for folder in (layout.ceremony, *(holder.stick for holder in holders)):
        folder.mkdir(parents=True, exist_ok=True)
    for index, (holder, passphrase) in enumerate(zip(holders, passphrases, strict=True), 1):
        ceremony.certificate(holder, passphrase, index=index, threshold=threshold, size=size, cost=cost)
    _agree({ceremony.deal(holder, words) for holder, words in zip(holders, passphrases, strict=True)})
    for holder, passphrase in zip(holders, passphrases, strict=True):
        ceremony.accept(holder, passphrase)
    trustees = ceremony.assemble(layout.ceremony)
    _agree({ceremony.confirm(holder) for holder in holders})
    return trustees


def _agree(fingerprints: set[str]) -> None:
    """The trustees read a fingerprint aloud; all must have the same."""
    if len(fingerprints) != 1:
        raise DemoBroken("Sidik yang dibacakan para pemegang kunci tidak sama.")


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
