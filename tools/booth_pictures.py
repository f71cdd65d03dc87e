"""Draws docs/pictures/booth/*.png: every voter's screen at 1024 by 600, with invented candidates, from the real pages.

Run it as ``make pictures``. It leads a booth on stand-ins from screen to screen and photographs each in Chromium.
"""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "booth")]

from voter_screens import SCREENS, Stage, staged  # noqa: E402

OUT = ROOT / "docs" / "pictures" / "booth"
SIZE = {"width": 1024, "height": 600}
COLOURS = 64
LARGE = ("choose", "confirm")
"""Shown in the largest letters and in high contrast too."""


def main() -> int:
    """Write the pictures; 1 where Chromium is missing."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Chromium is missing (apt-get install chromium)", file=sys.stderr)
        return 1
    OUT.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as base,
        staged(_folder(base), languages=("id", "en")) as stage,
        sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport=SIZE, has_touch=True)  # type: ignore[arg-type]
        page.add_init_script("window.fetch = () => new Promise(() => {})")  # stay on what was loaded
        for name in SCREENS:
            stage.show(name)
            _photograph(page, stage, name)
        for name in LARGE:
            stage.show(name, size=3)
            _photograph(page, stage, f"{name}-large")
            stage.show(name, contrast=True)
            _photograph(page, stage, f"{name}-contrast")
        browser.close()
    Path("/tmp/bilik").unlink()  # noqa: S108
    return 0


def _folder(base: str) -> Path:
    """A folder whose name may stand on a picture."""
    folder = Path("/tmp/bilik")  # noqa: S108 - a name to be seen; what is in it stays in ``base``
    folder.unlink(missing_ok=True)
    folder.symlink_to(base)
    return folder


def _photograph(page: Page, stage: Stage, name: str) -> None:
    page.goto(stage.url)
    page.evaluate("document.fonts.ready")
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    few = picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    path = OUT / f"{name}.png"
    few.save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    sys.exit(main())
