"""The README's pictures, made of the demo's archive: ``python -m tests.pictures`` writes them to ``.pictures/``."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.browser import chromium, visit

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".pictures"


def pages(archive: Path) -> dict[str, str]:
    """Name of a picture → what it shows: the day that most sources wrote on, a search, a correction, a source."""
    with contextlib.closing(sqlite3.connect(archive)) as db:
        days = "SELECT substr(happened, 1, 10) FROM timeline GROUP BY 1 ORDER BY count(DISTINCT source) DESC, 1 DESC"
        day = db.execute(days).fetchone()[0]
        changed = db.execute("SELECT article FROM revisions WHERE change = 'correction' ORDER BY id").fetchone()[0]
    return {
        "front": f"/day/{day}",
        "search": "/search?q=harbour+OR+storm",
        "article": f"/article/{changed}",
        "changes": f"/article/{changed}/changes",
        "source": "/source/lantern",
    }


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder, "demo.db")
        subprocess.run([sys.executable, "-m", "crawler", "demo", "--db", archive], cwd=ROOT, check=True)
        command = [sys.executable, "-m", "crawler", "serve", "--db", archive, "--port", "0"]
        with (
            subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server,
            chromium() as browser,
        ):
            base = re.search(r"(http://127\.0\.0\.1:\d+)/", server.stdout.readline())[1]
            for dark, width in ((False, 1180), (True, 1180), (False, 390)):
                with visit(browser, width=width, height=760, dark=dark) as (page, _):
                    for name, url in pages(archive).items():
                        if width == 1180 and dark == (name == "article"):
                            page.goto(base + url)
                            page.screenshot(path=FOLDER / f"{name}.png")
                        if width == 390 and name == "front":
                            page.goto(base + url)
                            page.screenshot(path=FOLDER / "phone.png")
            server.terminate()


if __name__ == "__main__":
    main()
