"""Tongues: invented languages, so that no list of words can know what a notice says.

Words are built of syllables and come as often as words do (Zipf), sentences as long as those of news. The letters
are those of the world's scripts; the words are nobody's.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

WORDS = 2_400
COMMON = 40
"""Words of one syllable, as the most frequent ones are."""


@dataclass(frozen=True, slots=True)
class Script:
    """How a language is written."""

    code: str
    """For ``<html lang>``: a language that is written so, since made-up codes stand on no page."""
    onsets: str
    vowels: str
    codas: str
    """Each parted by blanks; ``_`` is nothing."""
    blank: str = " "
    stop: str = "."
    comma: str = ","
    quotes: str = "“”"
    right_to_left: bool = False

    @property
    def cased(self) -> bool:
        return self.onsets != self.onsets.upper()


_LATIN = "b d f g h k l m n p r s t v z br dr fl gl kl pr sk st tr"
SCRIPTS: tuple[Script, ...] = (
    Script("en", _LATIN, "a e i o u ou ea", "_ _ n r l s m rk nd"),
    Script("cs", f"{_LATIN} č ř š ž", "a e i o u á é í ý ů", "_ _ n r l ch ň", quotes="„“"),
    Script("sv", f"{_LATIN} sj tj", "a e i o u å ä ö", "_ _ n r t ng s", quotes="””"),
    Script("ru", "б в г д ж з к л м н п р с т ф х ц ч ш ст пр", "а е и о у ы я ю", "_ _ н р л т й", quotes="«»"),
    Script("el", "β γ δ ζ θ κ λ μ ν ξ π ρ σ τ φ χ ψ στ", "α ε η ι ο υ ω ά έ ί ό", "_ _ ν ς", quotes="«»"),
    Script("ar", "ب ت ث ج ح خ د ذ ر ز س ش ص ط ع ف ق ك ل م ن ه", "ا و ي _ _", "_ ن ر م", comma="،", right_to_left=True),
    Script("zh", "", "", "", blank="", stop="。", comma="，", quotes="「」"),
    Script("tr", f"{_LATIN} ç ş ğ", "a e ı i o ö u ü", "_ _ n r l k", quotes="“”"),
)
HAN = range(0x4E00, 0x9FA5)
SIGNS = 700
"""Characters that a language without an alphabet has."""


class Tongue:
    """One language; every text is drawn with the ``chance`` of whoever speaks."""

    def __init__(self, script: Script, seed: str) -> None:
        self.script = script
        chance = random.Random(f"{seed}/tongue")
        syllable = _syllables(script, chance)
        self.words = _words(syllable, chance)
        self._often = [*accumulate(1 / (rank + 2.7) for rank in range(len(self.words)))]

    @cached_property
    def wide(self) -> bool:
        return not self.script.blank

    def draw(self, chance: random.Random, count: int) -> list[str]:
        return chance.choices(self.words, cum_weights=self._often, k=count)

    def rare(self, chance: random.Random) -> str:
        return chance.choice(self.words[COMMON:])

    def phrase(self, chance: random.Random, low: int, high: int) -> str:
        """Words without a stop: a headline, a label."""
        words = [self.rare(chance), *self.draw(chance, chance.randint(low, high) - 1)]
        return self.capital(self.script.blank.join(words))

    def name(self, chance: random.Random, parts: int = 2) -> str:
        return self.script.blank.join(self.capital(self.rare(chance)) for _ in range(parts))

    def capital(self, text: str) -> str:
        return text[:1].upper() + text[1:]

    def sentence(self, chance: random.Random, low: int = 7, high: int = 22) -> str:
        script, words = self.script, self.draw(chance, chance.randint(low, high))
        for at in range(4, len(words) - 2, 6):
            if chance.random() < 0.5:
                words[at] += script.comma
        if chance.random() < 0.25:
            words[chance.randrange(1, len(words))] = self.name(chance, chance.randint(1, 2))
        if chance.random() < 0.15:
            words[chance.randrange(1, len(words))] = str(chance.randint(2, 900))
        return self.capital(script.blank.join(words)) + script.stop

    def sentences(self, chance: random.Random, low: int, high: int) -> str:
        return self.script.blank.join(self.sentence(chance) for _ in range(chance.randint(low, high)))

    def quote(self, chance: random.Random) -> str:
        opened, closed = self.script.quotes
        said = self.sentence(chance, 6, 18).removesuffix(self.script.stop)
        rest = self.script.blank.join(self.draw(chance, 2))
        who = self.name(chance)
        blank = self.script.blank
        return f"{opened}{said}{self.script.comma}{closed}{blank}{rest}{blank}{who}{self.script.stop}"


def _syllables(script: Script, chance: random.Random) -> Callable[[], str]:
    if not script.onsets:
        signs = [chr(one) for one in chance.sample(HAN, SIGNS)]
        return lambda: chance.choice(signs)
    parts = [[one.strip("_") for one in part.split()] for part in (script.onsets, script.vowels, script.codas)]
    return lambda: "".join(map(chance.choice, parts))


def _words(syllable: Callable[[], str], chance: random.Random) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < WORDS:
        most = (1,) if len(found) < COMMON else (1, 2, 2, 2, 3, 3)
        found.setdefault("".join(syllable() for _ in range(chance.choice(most))))
    return [*found]
