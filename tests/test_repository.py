"""The house's own rules, kept by machine: size, pinned packages, papers that tell the truth about the program."""

from __future__ import annotations

import ast
import configparser
import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from epilwu.cli import main

ROOT = Path(__file__).parents[1]
FILE_LIMIT = 400  # lines: a file past this holds more than one thought
FUNCTION_LIMIT = 45  # lines, docstring included
BINARY = {".ttf", ".woff2", ".png", ".jpg", ".pdf", ".bel", ".epb", ".epr", ".gz"}


def tracked() -> list[Path]:
    """Every file that is in the repository, or that a new commit would bring in."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode("utf-8").split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


FILES = tracked() if (ROOT / ".git").exists() else []
needs_repository = pytest.mark.skipif(not FILES, reason="this is no checkout, so nobody can say what belongs to it")
SOURCES = sorted((ROOT / "epilwu").rglob("*.py"))


def test_no_source_file_is_too_long() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in SOURCES}
    assert {name: length for name, length in lengths.items() if length > FILE_LIMIT} == {}


def test_no_function_is_too_long() -> None:
    too_long = {}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > FUNCTION_LIMIT:
                    too_long[f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"] = length
    assert too_long == {}


def test_nothing_is_imported_by_star() -> None:
    stars = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
    ]
    assert stars == []


# Written in pieces, so that this file does not name what it forbids.
_PIECES = (
    ("/wo", "rk/"),
    ("/ro", "ot/"),
    ("/ho", r"me/\w"),
    (r"\.\./sha", "red"),
    (r"pypi\.o", "rg"),
    ("pythonho", "sted"),
    (r"deb\.deb", r"ian\.org"),
)
MACHINE = re.compile("|".join("".join(halves) for halves in _PIECES))


@needs_repository
def test_no_file_names_a_machine_or_a_registry() -> None:
    found = {}
    for path in FILES:
        if path.suffix not in BINARY:
            text = path.read_bytes().decode("utf-8", "replace")
            if match := MACHINE.search(text):
                found[str(path.relative_to(ROOT))] = match.group()
    assert found == {}


@needs_repository
def test_no_file_is_large() -> None:
    large = {str(path.relative_to(ROOT)): path.stat().st_size for path in FILES if path.stat().st_size > 1_500_000}
    assert large == {}


def requirements(name: str) -> dict[str, list[str]]:
    """The packages of a lock file, each with its hashes. Fails on any line that is neither."""
    packages: dict[str, list[str]] = {}
    current = ""
    for line in (ROOT / "requirements" / name).read_text("utf-8").splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if match := re.fullmatch(r"    --hash=sha256:([0-9a-f]{64})(?: \\)?", line):
            packages[current].append(match.group(1))
        else:
            match = re.fullmatch(r"([a-z0-9][a-z0-9.-]*)==\S+(?: ; .+?)? \\", line)
            assert match, f"{name} holds something else than pinned packages: {line}"
            current = match.group(1)
            packages[current] = []
    return packages


@pytest.mark.parametrize("name", ["run.lock", "dev.lock", "emupos.lock"])
def test_every_package_is_pinned_by_hash(name: str) -> None:
    packages = requirements(name)
    assert packages
    assert [package for package, hashes in packages.items() if not hashes] == []


def test_what_the_program_needs_is_locked() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")

    def names(text: str) -> set[str]:
        return {re.split(r"[<>=!;\[ ]", line)[0].lower() for line in text.splitlines() if line.strip()}

    needed = names(setup["options"]["install_requires"])
    assert needed - requirements("run.lock").keys() == set()
    assert names(setup["options.extras_require"]["dev"]) - requirements("dev.lock").keys() == set()
    assert "setuptools" in requirements("run.lock")


def test_make_help_names_what_can_be_made() -> None:
    run = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, check=True, text=True)
    targets = [line.split()[1] for line in run.stdout.splitlines()]
    assert {"help", "venv", "demo", "test", "lint", "bench", "peers"} <= set(targets)
    assert all(len(line.split()) > 3 for line in run.stdout.splitlines())


def readme_help() -> dict[str, str]:
    """What the README says each command's help is: command line to printed text."""
    text = (ROOT / "README.md").read_text("utf-8")
    blocks = re.findall(r"```console\n\$ (epilwu[^\n]* --help)\n(.*?)```", text, re.DOTALL)
    return dict(blocks)


def test_the_readme_shows_the_programs_own_help() -> None:
    shown = readme_help()
    assert "epilwu --help" in shown
    for command, text in shown.items():
        result = CliRunner().invoke(main, command.split()[1:], prog_name="epilwu", terminal_width=80)
        assert result.exit_code == 0
        assert text == result.output, f"README.md: the help of `{command}` has changed"


@needs_repository
def test_every_link_between_papers_leads_somewhere() -> None:
    broken = []
    for path in FILES:
        if path.suffix == ".md":
            for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text("utf-8")):
                if not (path.parent / target).exists():
                    broken.append(f"{path.relative_to(ROOT)}: {target}")
    assert broken == []


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "adr").glob("[0-9]*.md")), ids=lambda path: path.stem)
def test_every_decision_says_what_it_costs(path: Path) -> None:
    headings = [line for line in path.read_text("utf-8").splitlines() if line.startswith("#")]
    assert re.fullmatch(rf"# {int(path.stem[:4])}\. .+", headings[0])
    assert headings[1:] == ["## Context", "## Decision", "## Costs"]


def test_the_changelog_knows_this_version() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    assert f"## {setup['metadata']['version']}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_licence_is_the_one_that_the_package_names() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert "GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_architecture_page_names_every_room() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    house = [path for path in (ROOT / "epilwu").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()]
    rooms = {path.name if path.suffix else f"{path.name}/" for path in house} - {"__init__.py"}
    assert {room for room in rooms if f"  {room}" not in page} == set()


def shown_commands() -> list[tuple[str, str]]:
    """Every command line of the program that a paper shows, with the paper's name."""
    found = []
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "deploy" / "README.md"]:
        text = path.read_text("utf-8")
        blocks = re.findall(r"^ *\$ (?:\.venv/bin/)?(epilwu [^\n#]*)", text, re.MULTILINE)
        inline = re.findall(r"`(epilwu (?:[a-z]+ )*[a-z]+)`", text)
        found += [(str(path.relative_to(ROOT)), line.strip()) for line in blocks + inline]
    return found


@pytest.mark.parametrize(("paper", "line"), shown_commands())
def test_every_command_that_a_paper_shows_exists(paper: str, line: str) -> None:
    context = click.Context(main, info_name="epilwu")
    words = shlex.split(line)[1:]
    while words and isinstance(context.command, click.Group) and not words[0].startswith("-"):
        command = context.command.get_command(context, words[0])
        assert command is not None, f"{paper}: there is no `{line}`"
        context = click.Context(command, info_name=words.pop(0), parent=context)
    options = {
        name for option in context.command.get_params(context) for name in (*option.opts, *option.secondary_opts)
    }
    unknown = {word for word in words if word.startswith("--")} - options
    assert unknown == set(), f"{paper}: {line}"
