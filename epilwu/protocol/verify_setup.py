"""Checking what an election starts from: its description, the trustees, the credentials, and which rules apply."""

from __future__ import annotations

from dataclasses import dataclass

from epilwu.election import definition as definitions
from epilwu.errors import EpilwuError
from epilwu.protocol.archive import Event
from epilwu.protocol.credential import parse_credentials
from epilwu.protocol.election_json import BeleniosElection
from epilwu.protocol.station import definition_hash_of, station_election
from epilwu.protocol.trustees import TrusteeSet, parse_trustees
from epilwu.protocol.verify_report import Findings, Name, Profile


@dataclass(frozen=True, slots=True)
class Setup:
    """The first event's content; a part is None where it was refused."""

    profile: Profile
    uuid: str | None
    election: BeleniosElection | None
    trustees: TrusteeSet | None
    credentials: frozenset[bytes] | None


def choose_profile(election: BeleniosElection | None, *, asked: bool) -> Profile:
    """E-Pilwu's rules where they are ``asked`` for or where the election says that it is E-Pilwu's.

    The election's own words are bound into every ballot, so nobody can reach the weaker rules by deleting a file that
    stands beside the archive.
    """
    if asked or (election is not None and claims_epilwu(election)):
        return Profile.EPILWU
    return Profile.BELENIOS


def claims_epilwu(election: BeleniosElection) -> bool:
    """Whether the election says that it is E-Pilwu's, in the right form or not."""
    try:
        return definition_hash_of(election) is not None
    except EpilwuError:
        return True


def check_setup(event: Event, findings: Findings, *, asked: bool, definition: bytes | None) -> Setup:
    """Check the Setup event's three files, and the election against ``definition`` (bytes) where that is given."""
    election_data, trustees_data, credentials_data, _ = event.data
    election = _check_election(election_data, findings, event.height)
    profile = choose_profile(election, asked=asked)
    if definition is not None and election is not None:
        _check_definition(election, definition, findings, event.height)
    trustees = _check_trustees(trustees_data, election, profile, findings, event.height)
    credentials = _check_credentials(credentials_data, profile, findings, event.height)
    return Setup(profile, None if election is None else election.uuid, election, trustees, credentials)


def _check_election(data: bytes, findings: Findings, position: int) -> BeleniosElection | None:
    try:
        election = BeleniosElection.parse(data)
        definition_hash = definition_hash_of(election)
    except EpilwuError as error:
        findings.refused(Name.ELECTION, error, position)
        return None
    bound = f", bound to the definition sha256:{definition_hash}" if definition_hash else ""
    findings.passed(Name.ELECTION, f"{election.name}, {len(election.question.answers)} answers{bound}")
    return election


def _check_definition(election: BeleniosElection, data: bytes, findings: Findings, position: int) -> None:
    """The published definition must give this very election, byte for byte."""
    digest = definitions.definition_hash(data)
    if definition_hash_of(election) != digest:
        detail = f"the definition given has sha256:{digest}, which is not the one that the election is bound to"
        findings.failed(Name.DEFINITION, "definition-hash", detail, position)
        return
    try:
        definition = definitions.parse(data)
        numbers = [station.number for station in definition.stations if station.uuid == election.uuid]
        expected = [station_election(definition, digest, number, election.public_key) for number in numbers]
    except EpilwuError as error:
        findings.refused(Name.DEFINITION, error, position)
        return
    if expected != [election.data]:
        detail = "the definition has no station with this election" if not expected else "the election differs from it"
        findings.failed(Name.DEFINITION, "definition-mismatch", detail, position)
        return
    findings.passed(Name.DEFINITION, f"the election is that of TPS {numbers[0]} in the definition sha256:{digest}")


def _check_trustees(
    data: bytes, election: BeleniosElection | None, profile: Profile, findings: Findings, position: int
) -> TrusteeSet | None:
    try:
        trustees = parse_trustees(data)
    except EpilwuError as error:
        findings.refused(Name.TRUSTEES, error, position)
        return None
    if election is not None and trustees.public_key != election.public_key:
        detail = "the election's key is not the product of the trustees' keys"
        findings.failed(Name.TRUSTEES, "trustees-election-key", detail, position)
        return None
    if profile is Profile.EPILWU and not trustees.is_one_group:
        detail = "E-Pilwu's elections have one threshold group of trustees and no others"
        findings.failed(Name.TRUSTEES, "trustees-not-one-group", detail, position)
    if election is None:
        findings.blocked(Name.TRUSTEES, "the election could not be read, so its key could not be compared")
    groups = ", ".join(f"{item.threshold} of {len(item.owners)}" for item in trustees.items)
    findings.passed(Name.TRUSTEES, f"{len(trustees.owners)} trustees ({groups}); they hold the election's key")
    return trustees


def _check_credentials(data: bytes, profile: Profile, findings: Findings, position: int) -> frozenset[bytes] | None:
    try:
        listed = parse_credentials(data, bare=profile is Profile.EPILWU)
    except EpilwuError as error:
        findings.refused(Name.CREDENTIALS, error, position)
        return None
    findings.passed(Name.CREDENTIALS, f"{len(listed)} credentials, all valid, none twice")
    return frozenset(map(bytes.fromhex, listed))
