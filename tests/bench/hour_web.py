"""The web of tests.bench.hour, in a process of its own: python -m tests.bench.hour_web FOLDER MINUTES.

Writes FOLDER/web.json with the sources to be watched, says ``ready``, publishes until its standard input ends, and
writes FOLDER/ledger.json: what was published when, and every request that came.
"""

from __future__ import annotations

import contextlib
import json
import select
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from tests.bench.hour_ill import Ill
from tests.bench.hour_misdeeds import MISDEEDS
from tests.bench.hour_papers import KINDS, PRIVATE, Paper, Tempo
from tests.site import Site

PAPERS = 15
FLAPPING = PAPERS
"""The number of the paper that goes away, and comes back, again and again."""
STEP = 0.25


class Web:
    def __init__(self, tempo: Tempo, stack: ExitStack) -> None:
        self.tempo, self.began = tempo, time.time()
        self.papers = [self._paper(number, stack) for number in range(PAPERS + 1)]
        self.ills: dict[str, tuple[Site, Ill]] = {}
        for misdeed in MISDEEDS:
            site = stack.enter_context(Site({"/": "<h1>A site</h1>"}))
            self.ills[misdeed.__name__.replace("_", "-")] = site, misdeed(site, tempo)
        self._fallen = set[str]()
        self._away, self._turn_at = False, self.began + tempo.down
        self.away: list[tuple[float, float]] = []

    def _paper(self, number: int, stack: ExitStack) -> Paper:
        flapping = number == FLAPPING
        site = Site({}) if flapping else stack.enter_context(Site({}))
        if flapping:
            site.__enter__()
        name, adaptive = "flapping" if flapping else f"paper-{number}", number % 3 == 2 and not flapping
        paper = Paper(name, site, KINDS[number % len(KINDS)], number, self.tempo, adaptive)
        paper.begin(self.began)
        return paper

    def sources(self) -> dict[str, dict]:
        good = {paper.name: {"home": paper.site.url("/"), **paper.source()} for paper in self.papers}
        every = {"schedule": {"every": f"{2 * self.tempo.look:.0f}s"}}
        ill = {
            name: {"home": site.url("/"), "feeds": [site.url("/feed.xml")]} | every | ill.source
            for name, (site, ill) in self.ills.items()
        }
        return good | ill

    def tick(self, now: float) -> None:
        for paper in self.papers:
            paper.tick(now)
        if now > self.began + self.tempo.fall:
            self._let_fall()
        if now > self._turn_at:
            self._turn_at = now + self.tempo.down
            self._flap(now)

    def _let_fall(self) -> None:
        for name, (site, ill) in self.ills.items():
            if name in self._fallen or not ill.falls:
                continue
            read = {request.target for request in site.requests if request.answered}
            last = site.requests[-1].at if site.requests else 0.0
            if read.issuperset(story.path for story in ill.stories) and time.monotonic() > last + self.tempo.look:
                ill.falls()
                self._fallen.add(name)

    def _flap(self, now: float) -> None:
        paper = self.papers[FLAPPING]
        if self._away:
            fresh = Site(paper.site.routes, port=paper.site.port)
            fresh.requests = paper.site.requests
            paper.site = fresh
            fresh.__enter__()
            self.away.append((self._left, now))
        else:
            self._left = now
            paper.site.__exit__(None, None, None)
        self._away = not self._away

    def ledger(self) -> dict:
        stories = [
            {
                "source": paper.name,
                "adaptive": paper.adaptive,
                "announced": paper.kind in {"atom", "sitemap"},
                "url": paper.site.url(told.story.path),
                "title": told.story.title,
                "text": told.story.text,
                "at": told.at,
                "corrected_at": told.corrected_at,
                "removed_at": told.removed_at,
            }
            for paper in self.papers
            for told in paper.told
        ]
        delays = {paper.name: paper.delay for paper in self.papers}
        sites = {paper.name: (paper.site, {}) for paper in self.papers}
        sites |= {name: (site, ill.waits) for name, (site, ill) in self.ills.items()}
        return {
            "stories": stories,
            "away": self.away + ([(self._left, time.time())] if self._away else []),
            "ills": {
                name: {
                    "keeps": None if ill.keeps is None else [story.text for story in ill.keeps],
                    "reasons": sorted(ill.reasons),
                    "says": ill.says,
                }
                for name, (_, ill) in self.ills.items()
            },
            "sites": {
                name: {
                    "delay": delays.get(name, self.tempo.delay),
                    "barred": self.ills[name][1].barred if name in self.ills else 0,
                    "requests": [
                        [r.at, (r.answered or [r.at])[0], r.target[:200], waits.get(r.path, 0)]
                        for r in list(site.requests)
                    ],
                }
                for name, (site, waits) in sites.items()
            },
            "forbidden": [PRIVATE, "/news/9-hidden-story", "/secret"],
        }


def main(folder: Path, minutes: float) -> None:
    with ExitStack() as stack:
        web = Web(Tempo.of(minutes), stack)
        (folder / "web.json").write_text(json.dumps(web.sources()))
        print("ready", flush=True)
        while not select.select([sys.stdin], [], [], STEP)[0]:
            web.tick(time.time())
        (folder / "ledger.json").write_text(json.dumps(web.ledger()))
        print("written", flush=True)
        with contextlib.suppress(OSError):
            web.papers[FLAPPING].site.__exit__(None, None, None)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
