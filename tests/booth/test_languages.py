"""The catalogues: whole, strictly read, drafts off; and that the screens speak from them and from nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from booth_samples import Polling, make_village, temporary, village
from click.testing import CliRunner

from epilwu.booth import languages, messages
from epilwu.booth.commands import group
from epilwu.booth.devices.errors import PrinterState
from epilwu.booth.errors import LanguageRefused
from epilwu.booth.setup import Settings
from epilwu.booth.states import Cause, Halted, PrintTrouble, Refusal, Refused

FOLDER = Path(languages.__file__).parent
TEMPLATES = Path(languages.__file__).parents[1] / "templates" / "booth"


def _raw(code: str) -> bytes:
    return (FOLDER / f"{code}.toml").read_bytes()


def test_indonesian_and_english_are_whole_and_the_drafts_are_marked() -> None:
    for code in ("id", "en"):
        language = languages.load(code)
        assert not language.draft and not language.unchecked
    for code in ("jv-x-cirebon", "su"):
        language = languages.load(code)
        assert language.draft
        written = {name for name, words in language.entries.items() if words}
        assert language.unchecked == written  # until a native speaker has turned an entry into plain words


def test_a_draft_is_on_only_in_a_rehearsal_or_when_asked_for_expressly() -> None:
    assert [one.code for one in languages.switched_on(("id", "en"), rehearsal=False, unchecked=False)] == ["id", "en"]
    with pytest.raises(LanguageRefused, match="belum diperiksa"):
        languages.switched_on(("id", "su"), rehearsal=False, unchecked=False)
    assert len(languages.switched_on(("id", "su"), rehearsal=True, unchecked=False)) == 2
    assert len(languages.switched_on(("id", "jv-x-cirebon"), rehearsal=False, unchecked=True)) == 2
    for codes in ((), ("id", "id")):
        with pytest.raises(LanguageRefused, match="dua kali"):
            languages.switched_on(codes, rehearsal=True, unchecked=True)
    with pytest.raises(LanguageRefused, match="tidak ada"):
        languages.switched_on(("de",), rehearsal=True, unchecked=True)


def test_a_booth_with_an_unchecked_language_does_not_open_and_writes_nothing() -> None:
    assert Settings().languages == ("id",)
    with temporary() as name:
        polling = Polling(Path(name), village(), settings=Settings(languages=("id", "su")))
        with pytest.raises(LanguageRefused, match="Basa Sunda"):
            polling.start()
        assert list(polling.first.iterdir()) == [] and list(polling.second.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda raw: raw.replace(b'welcome = "Welcome."\n', b""), "idle.welcome"),
        (lambda raw: raw.replace(b'welcome = "Welcome."', b'welcome = "Welcome."\nmore = "More."'), "idle.more"),
        (lambda raw: raw.replace(b'"Booth {booth}"', b'"Booth {number}"', 1), "page.title"),
        (lambda raw: raw.replace(b'"Booth {booth}"', b'"Booth {booth"', 1), "rusak"),
        (lambda raw: raw.replace(b'"Welcome."', b'""'), "kosong"),
        (lambda raw: raw.replace(b'"Welcome."', b'"Welcome.<b>"'), "tidak dapat ditampilkan"),
        (lambda raw: raw.replace(b'"Welcome."', b'"Welcome. "'), "tidak dapat ditampilkan"),
        (lambda raw: raw.replace(b'"Welcome."', b'"' + b"W" * 141 + b'"'), "tidak dapat ditampilkan"),
        (lambda raw: raw.replace(b'"Welcome."', b'"We\\u200blcome."'), "tidak dapat ditampilkan"),
        (lambda raw: raw.replace(b'"Welcome."', b"7"), "bukan kata-kata"),
        (lambda raw: raw.replace(b'"Welcome."', b'{ text = "Welcome.", checked = true }'), "bukan kata-kata"),
        (lambda raw: raw.replace(b'"Welcome."', b'{ text = "Welcome.", checked = false }'), "bukan rancangan"),
        (lambda raw: raw.replace(b"draft = false", b""), "tanpa name"),
        (lambda raw: raw[:-3] + b"\xff", "bukan katalog"),
        (lambda raw: raw + b"=", "bukan katalog"),
    ],
)
def test_a_catalogue_that_is_not_whole_is_refused(change: object, words: str) -> None:
    assert callable(change)
    changed = change(_raw("en"))
    assert changed != _raw("en")
    with pytest.raises(LanguageRefused, match=words):
        languages.parse("en", changed, like=languages.load("id"))


def test_every_trouble_has_its_own_words_in_every_language() -> None:
    for code in languages.CODES:
        words = languages.load(code)
        told = {state: messages.print_trouble(PrintTrouble(1, state.value), words).heading for state in PrinterState}
        broken = [state for state in PrinterState if not state.can_print]
        assert len({told[state] for state in broken}) == len(broken)
        told_cards = {messages.refusal(Refused(reason), words).heading for reason in Refusal}
        assert len(told_cards) == len(Refusal)
        assert messages.refusal(Refused(Refusal.MALFORMED, "5KQ"), words).heading == words("refused.mistyped.title")
        causes = [cause for cause in Cause if cause is not Cause.PRINTER]
        assert len({messages.halted(Halted(cause), words).heading for cause in causes}) == len(causes)
        for recorded, name in ((True, "halted.recorded"), (False, "halted.not_recorded")):
            assert messages.halted(Halted(Cause.DISK, recorded), words).heading == words(name)


def _voters_templates() -> list[Path]:
    return [path for path in TEMPLATES.glob("*.html") if "w(" in path.read_text()]


def test_the_screens_ask_for_entries_that_exist_and_no_entry_is_left_over() -> None:
    words = languages.load("id")
    package = TEMPLATES.parents[1]
    text = "\n".join(path.read_text() for path in (*TEMPLATES.glob("*.html"), *package.glob("*.py")))
    asked = set(re.findall(r'(?:\bw|words|language)\(["\']([a-z_.-]+)["\']', text))
    assert {entry for entry in asked if entry not in words.entries} == set()
    built = re.compile(r"(refused|halted|printer)\.[a-z-]+\.(title|what|meaning|todo)")
    assert [entry for entry in words.entries if entry not in asked and not built.fullmatch(entry)] == []


def test_voters_screens_hold_no_words_of_their_own() -> None:
    for path in _voters_templates():
        no_attributes = re.sub(r"\{% block body_\w+ %\}.*?\{% endblock %\}", " ", path.read_text(), flags=re.S)
        bare = re.sub(r"\{[{%#].*?[}%#]\}|<[^>]*>", " ", no_attributes, flags=re.S)
        assert re.findall(r"[A-Za-z]{3,}", bare) == [], path.name


def test_the_command_counts_what_nobody_has_checked() -> None:
    told = CliRunner().invoke(group, ["languages"]).output
    assert re.search(r"^id +Bahasa Indonesia +\d+ kalimat, lengkap$", told, re.M)
    assert re.search(r"^su +Basa Sunda +\d+ kalimat, rancangan: \d+ belum diperiksa", told, re.M)
    assert "idle.welcome = Wilujeng sumping." in CliRunner().invoke(group, ["languages", "--unchecked"]).output


def test_a_rehearsal_may_try_the_drafts() -> None:
    with temporary() as name:
        settings = Settings(languages=("id", "su"))
        booth = Polling(Path(name), make_village(rehearsal=True, tokens=2), settings=settings).start()
        booth.ledger.store.close()
