"""Taking a village's setup in, and finding villages, stations and booths again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from epilwu.election import definition as definitions
from epilwu.election.definition import Definition
from epilwu.election.rules import RulePack
from epilwu.protocol.canonical import sha256_hex
from epilwu.protocol.election_json import BeleniosElection
from epilwu.protocol.trustees import TrusteeSet, parse_trustees
from epilwu.tally import log
from epilwu.tally.errors import SetupRefused, UnknownVillage
from epilwu.tally.models import Booth, Station, Village
from epilwu.tally.setup_folder import ReadSetup


def import_setup(session: Session, read: ReadSetup, *, at: datetime, actor: str) -> Village:
    """Take a verified setup in, within the caller's transaction. The same setup twice changes nothing.

    Raises ``SetupRefused`` where the village already has another definition for that day.
    """
    setup, definition = read.setup, read.definition
    digest = definitions.definition_hash(setup.definition)
    RulePack.parse_toml(setup.rule_pack)
    code = definition.region.text
    known = session.scalars(select(Village).filter_by(code=code, date=definition.date)).first()
    if known is not None:
        other_index = known.setup_index is not None and known.setup_index != read.index
        if known.definition_hash != digest or known.trustees != setup.trustees or other_index:
            raise SetupRefused(
                "Desa ini sudah punya definisi lain untuk tanggal itu.",
                where=code,
                todo="Satu pemilihan hanya boleh satu definisi; hubungi panitia kabupaten.",
            )
        return known
    village = _new_village(read, digest)
    session.add(village)
    log.append(session, log.SetupImported(code, digest, sha256_hex(setup.trustees)), at=at, actor=actor)
    return village


def _new_village(read: ReadSetup, digest: str) -> Village:
    """The rows of a verified setup whose definition has the SHA-256 ``digest``."""
    setup, definition = read.setup, read.definition
    return Village(
        code=definition.region.text,
        date=definition.date,
        definition=setup.definition,
        definition_hash=digest,
        definition_signature=read.definition_signature,
        root=setup.root,
        trustees=setup.trustees,
        rule_pack=setup.rule_pack,
        setup_index=read.index,
        setup_signature=read.index_signature,
        stations=[
            Station(
                number=station.number,
                uuid=station.uuid,
                election=station.election,
                credentials=station.credentials,
                booths=[
                    Booth(
                        number=booth,
                        credentials=credentials,
                        certificate=read.booth_certificates[station.number, booth],
                    )
                    for booth, credentials in station.booth_credentials.items()
                ],
            )
            for station in setup.stations
        ],
    )


def find_village(session: Session, code: str) -> Village:
    """The village of that region code (its latest election); raises ``UnknownVillage``."""
    village = session.scalars(select(Village).filter_by(code=code).order_by(Village.date.desc())).first()
    if village is None:
        raise UnknownVillage("Desa ini belum dikenal.", where=code, todo="Masukkan dahulu map persiapannya (setup).")
    return village


def definition_of(village: Village) -> Definition:
    """The village's parsed definition."""
    return definitions.parse(village.definition)


def rules_of(village: Village) -> RulePack:
    """The village's rule pack."""
    return RulePack.parse_toml(village.rule_pack)


def election_of(station: Station) -> BeleniosElection:
    """The station's Belenios election."""
    return BeleniosElection.parse(station.election)


def trustees_of(village: Village) -> TrusteeSet:
    """The village's trustees, verified."""
    return parse_trustees(village.trustees)
