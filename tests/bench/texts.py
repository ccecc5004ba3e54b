"""Texts: articles in invented words of many scripts, each from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass

from archive.changes import Version

# Syllables, and the smallest words, which stand everywhere.
_SCRIPTS = {
    "latin": ("ba be bi bo da de fu ga ke la lo ma mi na no pe ra ri sa so ta te tu va ve", "ed ol ta en i ur"),
    "nouns": ("bau ben der fol gen hin kel lau mer nor rei sch stu tal ung wer zeh ver lich", "dor dim und en zu am"),
    "cyrillic": ("ба во го да же зи ко ла ме но пе ра си ту ха че ше ря лю", "и ва на по зу ил"),
    "greek": ("βα γε δι θο κα λε μι νο πα ρε σι τα φο χα ψε", "κι το να σε με ως"),
    "arabic": ("با تا جد حر خل دم رس سل شم صف طر عب غر فن قل کت", "من فى عن ثم قد"),
    "hebrew": ("בא גד דל הר זמ חל טפ כר לב מש נר ספ עת פק צל", "של על כי גם אם"),
    "devanagari": ("का खि गु चे जो टा ति दु ने पो बा मि रु ले वो", "है में और को से"),
    "hangul": ("가 나 다 라 마 바 사 자 차 카 타 파 하 거 너 더", "그 것 수"),
    "han": (" ".join("山川田村海風雲花草石城橋港町市場店車船馬鳥魚米茶酒糸紙筆書画歌声光空星雪雨"), "的 了 在"),
}
CASED = frozenset({"latin", "nouns", "cyrillic", "greek"})
SCRIPTS = tuple(_SCRIPTS)
_STOPS = {"devanagari": "।", "han": "。"}


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes in one script; what it writes is ``chance``'s."""

    script: str
    chance: random.Random
    words: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def space(self) -> str:
        return "" if self.script == "han" else " "

    @property
    def stop(self) -> str:
        return _STOPS.get(self.script, ".")

    def word(self, long: int = 0) -> str:
        """Of the language's words, or a new one of so many syllables."""
        syllables = _SCRIPTS[self.script][0].split()
        return "".join(self.chance.choices(syllables, k=long)) if long else self.chance.choice(self.words)

    def sentence(self) -> str:
        small = _SCRIPTS[self.script][1].split()
        said = []
        for _ in range(self.chance.randint(7, 16)):
            said += [self.chance.choice(small)] if self.chance.random() < 0.6 else []
            word = self.word()
            said.append(word.capitalize() if self.script == "nouns" and self.chance.random() < 0.6 else word)
        if self.chance.random() < 0.4:
            said[self.chance.randrange(2, len(said) - 1)] = self.chance.choice(self.names)
        if self.chance.random() < 0.4:
            said[self.chance.randrange(2, len(said) - 1)] = str(self.chance.randint(3, 9_000))
        first = said[0].capitalize() if self.script in CASED else said[0]
        return self.space.join([first, *said[1:]]) + self.stop

    def paragraph(self) -> str:
        return self.space.join(self.sentence() for _ in range(self.chance.randint(2, 5)))

    def headline(self) -> str:
        said = [self.word() for _ in range(self.chance.randint(5, 8))]
        return self.space.join([said[0].capitalize(), *said[1:]])

    def article(self, paragraphs: int = 0) -> Version:
        text = "\n\n".join(self.paragraph() for _ in range(paragraphs or self.chance.randint(4, 12)))
        day = f"2026-11-{self.chance.randint(10, 27)}"
        stamp = self.chance.choice((day, f"{day}T0{self.chance.randint(1, 9)}:30Z", f"{day}T17:05:12Z"))
        return Version(
            self.headline(), f"{self.names[0]} {self.names[1]}, {self.names[2]} {self.names[3]}", text, stamp
        )


def writer(script: str, seed: object) -> Writer:
    chance = random.Random(f"{script}/{seed}")
    syllables = _SCRIPTS[script][0].split()
    most = 2 if script in {"han", "hangul"} else 4
    words = tuple("".join(chance.choices(syllables, k=chance.randint(2, most))) for _ in range(700))
    names = tuple("".join(chance.choices(syllables, k=chance.randint(2, 3))).capitalize() for _ in range(8))
    return Writer(script, chance, words, names)
