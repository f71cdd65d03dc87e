"""Many small kiosks are made in these tests: let them share their compiled templates, as one kiosk shares its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache


@pytest.fixture(scope="session", autouse=True)
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Templates compile once a run, whichever test comes first."""
    before = Flask.jinja_options
    Flask.jinja_options = {**before, "bytecode_cache": FileSystemBytecodeCache(str(tmp_path_factory.mktemp("jinja")))}
    yield
    Flask.jinja_options = before
