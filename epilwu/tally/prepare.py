"""From a village's plan to sealed booth packages: pure steps, so that the trustees' ceremony can stand between them.

Order: ``create_authority`` (once per regency) · ``define`` · the trustees' ceremony, elsewhere, giving
``trustees.json`` · ``certify`` · ``make_tokens`` · ``hold_elections`` · ``pack_booths``. ``prepare`` runs all that
follow the ceremony. Files are ``setup_folder``'s business. Tokens and keys live in memory only: tokens go to paper,
keys leave sealed.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from epilwu.election.definition import Candidate, Definition, Station, definition_hash, parse, serialise
from epilwu.election.rules import RulePack
from epilwu.media import booth_package, officers
from epilwu.media.booth_keys import REGISTER_KEY_SIZE, BoothKeys, seal_booth_keys
from epilwu.media.booth_package import BoothPackage
from epilwu.protocol.credential import Token, derive, new_uuid, serialise_credentials
from epilwu.protocol.station import station_election
from epilwu.protocol.trustees import TrusteeSet, parse_trustees
from epilwu.tally.errors import SpecRefused
from epilwu.tally.spec import VillageSpec
from epilwu.trust import certificates, keyfile
from epilwu.trust.certificates import WESTERN_TIME, Holder, Role
from epilwu.trust.pin import new_pin

Place = tuple[int, int]
"""Station number, booth number."""

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Letters and digits that are not taken for one another when read aloud or off paper."""
CODE_GROUPS, CODE_GROUP_SIZE = 4, 4
"""Sixteen of 31 signs: 79 bits, behind Argon2id."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key with its certificate (PEM)."""

    key: Ed25519PrivateKey = field(repr=False)
    certificate: bytes


@dataclass(frozen=True, slots=True)
class Validity:
    """First and last moment of certificates, aware."""

    not_before: datetime
    not_after: datetime

    @staticmethod
    def around(day: date, *, before: int = 120, after: int = 365) -> Validity:
        """From ``before`` days ahead of ``day`` to ``after`` days behind it, midnight in western Indonesia."""
        noon = datetime.combine(day, time(0), WESTERN_TIME)
        return Validity(noon - timedelta(days=before), noon + timedelta(days=after))


@dataclass(frozen=True, slots=True)
class VillageKeys:
    """All keys of a village but the trustees': committee, tally, desks by station, booth devices by place."""

    committee: KeyPair
    tally: KeyPair
    desks: Mapping[int, KeyPair]
    booths: Mapping[Place, KeyPair]


@dataclass(frozen=True, slots=True)
class BoothTokens:
    """A booth's tokens: those to be handed out and the sealed spares. For printing only; never stored."""

    main: tuple[Token, ...] = field(repr=False)
    spare: tuple[Token, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class StationSetup:
    """A station's public files: Belenios election, the station's credentials, each booth's part of them."""

    number: int
    uuid: str
    election: bytes
    credentials: bytes
    booth_credentials: Mapping[int, bytes]


@dataclass(frozen=True, slots=True)
class SealedBooth:
    """A booth package, and its station's officers' PINs by number, of which any two open it; they travel apart."""

    package: bytes = field(repr=False)
    pins: Mapping[int, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class VillageSetup:
    """A village's public files."""

    definition: bytes
    root: bytes
    trustees: bytes
    rule_pack: bytes
    stations: tuple[StationSetup, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that preparing a village gives. ``tokens``, and the booths' PINs, are for paper only."""

    setup: VillageSetup
    keys: VillageKeys
    tokens: Mapping[Place, BoothTokens]
    booths: Mapping[Place, SealedBooth]


def create_authority(name: str, validity: Validity) -> KeyPair:
    """The regency's root. ``name`` is shown to people."""
    return KeyPair(*certificates.create_root(name, validity.not_before, validity.not_after))


def define(spec: VillageSpec, rule_pack: bytes) -> bytes:
    """The definition's bytes, with a fresh election uuid per station. Raises ``DefinitionRefused``."""
    candidates = tuple(
        Candidate(ballot_number=i, name=c.name, photo_sha256=None if c.photo is None else _sha256(c.photo))
        for i, c in enumerate(spec.candidates, 1)
    )
    definition = Definition(
        rehearsal=spec.rehearsal,
        title=spec.title,
        date=spec.date,
        region=spec.names.code,
        village=spec.names.village,
        district=spec.names.district,
        regency=spec.names.regency,
        blank=spec.blank,
        candidates=candidates,
        stations=tuple(Station(number=s.number, uuid=new_uuid(), booths=len(s.booths)) for s in spec.stations),
        rule_pack_sha256=_sha256(rule_pack),
        close_not_before=spec.close_not_before,
    )
    return serialise(definition)


def certify(authority: KeyPair, definition: Definition, validity: Validity) -> VillageKeys:
    """Fresh keys with certificates under the root for the committee, the tally, each desk and each booth."""

    def pair(role: Role, station: int | None = None, booth: int | None = None) -> KeyPair:
        key = Ed25519PrivateKey.generate()
        holder = Holder(role, definition.region.text, station, booth)
        root_key, root = authority.key, authority.certificate
        pem = certificates.issue(root_key, root, key.public_key(), holder, validity.not_before, validity.not_after)
        return KeyPair(key, pem)

    return VillageKeys(
        committee=pair(Role.COMMITTEE),
        tally=pair(Role.TALLY),
        desks={s.number: pair(Role.DESK, s.number) for s in definition.stations},
        booths={(s.number, b): pair(Role.BOOTH, s.number, b) for s in definition.stations for b in _booths(s)},
    )


def make_tokens(spec: VillageSpec) -> dict[Place, BoothTokens]:
    """Fresh tokens for every booth of the plan."""
    return {
        (station.number, number): BoothTokens(
            tuple(Token.generate() for _ in range(booth.tokens)), tuple(Token.generate() for _ in range(booth.spares))
        )
        for station in spec.stations
        for number, booth in enumerate(station.booths, 1)
    }


def hold_elections(
    definition_bytes: bytes, trustees: bytes, tokens: Mapping[Place, BoothTokens]
) -> tuple[StationSetup, ...]:
    """Each station's Belenios election and credential lists; lists are sorted, so they tell no order of tokens.

    Raises ``TrusteesRefused`` (protocol) for a bad ``trustees.json`` and ``SpecRefused`` where a booth of the
    definition has no tokens, or tokens have no booth.
    """
    definition = parse(definition_bytes)
    digest = definition_hash(definition_bytes)
    public_key = parse_trustees(trustees).public_key
    places = {(s.number, b) for s in definition.stations for b in _booths(s)}
    if places != set(tokens):
        raise SpecRefused("Kartu token tidak sesuai dengan bilik-bilik dalam definisi.")
    setups = []
    for station in definition.stations:
        lists = {b: _credentials(tokens[station.number, b], station.uuid) for b in _booths(station)}
        setups.append(
            StationSetup(
                number=station.number,
                uuid=station.uuid,
                election=station_election(definition, digest, station.number, public_key),
                credentials=serialise_credentials([public for each in lists.values() for public in each]),
                booth_credentials={b: serialise_credentials(each) for b, each in lists.items()},
            )
        )
    return tuple(setups)


def draw_pins(setup: VillageSetup, titles: Sequence[str]) -> dict[int, dict[int, str]]:
    """Fresh PINs by station and officer: an officer has one PIN, good at every booth of the own station."""
    return {
        station.number: {officer.number: new_pin() for officer in officers.parse(officers.serialise(titles))}
        for station in setup.stations
    }


def pack_booths(
    setup: VillageSetup,
    keys: VillageKeys,
    photos: Mapping[str, bytes],
    titles: Sequence[str],
    *,
    voices: Mapping[str, bytes] | None = None,
    cost: keyfile.Cost = keyfile.DEFAULT,
) -> dict[Place, SealedBooth]:
    """A sealed package per booth. ``photos`` by SHA-256 in hex, as the definition names them; ``titles`` the officers';
    ``voices`` the recordings of the spoken guide by name, as ``voice_clips`` has them.

    Raises what ``booth_package.write`` raises for parts that do not fit together.
    """
    region = parse(setup.definition).region.text
    pins = draw_pins(setup, titles)
    packed: dict[Place, SealedBooth] = {}
    for station in setup.stations:
        for booth, credentials in station.booth_credentials.items():
            pair = keys.booths[station.number, booth]
            booth_keys = BoothKeys(pair.key, secrets.token_bytes(REGISTER_KEY_SIZE))
            holder = Holder(Role.BOOTH, region, station.number, booth)
            package = BoothPackage(
                definition=setup.definition,
                election=station.election,
                trustees=setup.trustees,
                credentials=station.credentials,
                booth_credentials=credentials,
                station=station.number,
                booth=booth,
                root_pem=setup.root,
                certificate_pem=pair.certificate,
                officers=officers.serialise(titles),
                sealed_keys=seal_booth_keys(booth_keys, pins[station.number], holder, cost=cost),
                photos=photos,
                voices=voices or {},
            )
            data = booth_package.write(package, keys.committee.key, keys.committee.certificate)
            packed[station.number, booth] = SealedBooth(data, pins[station.number])
    return packed


def prepare(
    spec: VillageSpec,
    definition: bytes,
    trustees: bytes,
    rule_pack: bytes,
    authority: KeyPair,
    *,
    validity: Validity | None = None,
    voices: Mapping[str, bytes] | None = None,
    cost: keyfile.Cost = keyfile.DEFAULT,
) -> Prepared:
    """All that follows the trustees' ceremony. ``definition`` is what ``define`` gave for this ``spec``.

    Raises ``SpecRefused`` where plan, rule pack and definition differ, and what the single steps raise.
    """
    parsed = parse(definition)
    if parsed.rule_pack_sha256 != _sha256(rule_pack):
        raise SpecRefused("Aturan yang diberikan bukan aturan dalam definisi.", todo="Pakai berkas aturan yang sama.")
    _check_rules(parsed, parse_trustees(trustees), RulePack.parse_toml(rule_pack))
    keys = certify(authority, parsed, validity or Validity.around(parsed.day))
    tokens = make_tokens(spec)
    setup = VillageSetup(
        definition, authority.certificate, trustees, rule_pack, hold_elections(definition, trustees, tokens)
    )
    photos = {_sha256(c.photo): c.photo for c in spec.candidates if c.photo is not None}
    return Prepared(setup, keys, tokens, pack_booths(setup, keys, photos, spec.officers, voices=voices, cost=cost))


def _check_rules(definition: Definition, trustees: TrusteeSet, rules: RulePack) -> None:
    """The plan keeps to the rule pack; to depart from a rule, change the pack, which the definition names."""
    if not rules.regency.contains(definition.region):
        raise SpecRefused(f"Aturan {rules.name} bukan untuk desa {definition.region}.")
    if len(definition.candidates) not in rules.candidates:
        raise SpecRefused(
            f"Jumlah calon {len(definition.candidates)}, menurut aturan {rules.candidates.least} sampai "
            f"{rules.candidates.most}."
        )
    found = [(item.threshold, len(item.owners)) for item in trustees.items]
    if found != [(rules.trustees_threshold.value, rules.trustees.value)]:
        raise SpecRefused(
            f"Pemegang kunci harus {rules.trustees.value} orang, {rules.trustees_threshold.value} di antaranya cukup "
            "untuk membuka hasil.",
            where="trustees.json",
        )


def new_opening_code() -> str:
    """A fresh code for a desk's envelope, such as ``7KQM-2XBW-9TRD-H4VN``."""
    groups = ("".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_GROUP_SIZE)) for _ in range(CODE_GROUPS))
    return "-".join(groups)


def _booths(station: Station) -> range:
    return range(1, station.booths + 1)


def _credentials(tokens: BoothTokens, uuid: str) -> list[str]:
    return [derive(token, uuid).public_hex for token in (*tokens.main, *tokens.spare)]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
