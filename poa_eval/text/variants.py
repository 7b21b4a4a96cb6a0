"""Variants: names that may be one, told by abbreviations, plurals and typing errors; nothing is merged by it."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from rapidfuzz.distance import OSA

from poa_eval.text.names import normalize

_SMALL = frozenset("de del la las el los a al en y e".split())
_SHORTEST_TYPO = 5
#: Abbreviations that are written without their point.
_ABBREVIATIONS = frozenset(
    "adm admon coor coord dep depto dir dirs dpto gcia gral grales mpal mpio ofic ofna prog proy secr secret".split()
)


def pair_variants(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each name with a longer one (or the first by letters) that is likely the same, whatever their order.

    Alike are names whose words are the same, in their order, but for the little ones («de», «la»), signs, plurals,
    abbreviations («Depto.») and a letter that is wrong, lost, added or swapped in a word of five or more. Never those
    that differ by a word, a number, the first letter or the gender of a word, nor by words that both stand in other
    names too.

    Examples
    --------
    >>> list(pair_variants(["Departamento de Obras", "Depto. Obras", "Obras 2022", "Obras 2023"]))
    [('Depto. Obras', 'Departamento de Obras')]
    """
    firsts: dict[str, str] = {}
    for name in sorted(names, key=lambda name: (-len(normalize(name)), normalize(name), name)):
        firsts.setdefault(normalize(name), name)
    words = {name: _split(name) for name in firsts.values()}
    uses = Counter(word for said in words.values() for word in set(said))
    heads = _join_words(uses)
    groups: dict[object, list[str]] = {}
    for name, said in words.items():
        near = {tuple(heads[word] for word in said), _squeeze(name)} - {(), ""}
        for other in dict.fromkeys(other for key in near for other in groups.get(key, ())):
            if _squeeze(name) == _squeeze(other) or _is_variant(said, words[other], uses):
                yield name, other
                break
        else:
            for key in near:
                groups.setdefault(key, []).append(name)


def _split(name: str) -> list[str]:
    """Return the words that tell a name, in the singular, and an abbreviation with its point."""
    found = re.findall(r"[^\W_]+\.?", normalize(name))
    words = [word if re.fullmatch(r"[^\W\d]+\.", word) else word.rstrip(".") for word in found]
    kept = [word for word in words if word not in _SMALL] or words
    return [re.sub(r"(?<=[^\W\d]{3})(?:es|s|e)$", "", word) for word in kept]


def _join_words(words: Iterable[str]) -> dict[str, str]:
    """Return one word for each group of words that may be the same, so that only names of such words are compared."""
    heads = {word: word for word in words}

    def find(word: str) -> str:
        while heads[word] != word:
            heads[word] = word = heads[heads[word]]
        return word

    shared: dict[str, str] = {}
    initials: dict[str, list[str]] = {}
    for word in [word for word in heads if not _has_digit(word)]:
        bare = word.rstrip(".")
        initials.setdefault(bare[0], []).append(word)
        # Words a letter apart are alike once one letter is left out; the first never differs.
        cuts = [bare[:at] + bare[at + 1 :] for at in range(1, len(bare)) if len(bare) >= _SHORTEST_TYPO]
        for key in (bare, *cuts):
            heads[find(word)] = find(shared.setdefault(key, word))
    for short in [word for word in heads if word.endswith(".") or word in _ABBREVIATIONS]:
        for word in initials.get(short[0], ()):
            if _is_short(short, word):
                heads[find(word)] = find(short)
    return {word: find(word) for word in heads}


def _squeeze(name: str) -> str:
    return re.sub(r"\W|_", "", normalize(name))


def _has_digit(word: str) -> bool:
    return any(letter.isdigit() for letter in word) or re.fullmatch(r"[ivx]+", word) is not None


def _is_variant(one: list[str], other: list[str], uses: dict[str, int]) -> bool:
    if len(one) != len(other):
        return False
    pairs = [(x, y) for x, y in zip(one, other, strict=True) if x.rstrip(".") != y.rstrip(".")]
    return all(_is_short(x, y) or _is_short(y, x) or _is_typo(x, y, uses) for x, y in pairs)


def _is_short(short: str, word: str) -> bool:
    """Say whether a word abbreviates a longer one: its letters in their order, with a point, or its beginning."""
    bare = short.rstrip(".")
    if len(bare) + 2 > len(word) or len(bare) < 2 or word.endswith("."):
        return False
    letters = iter(word)
    in_order = all(letter in letters for letter in bare)
    return in_order and (short.endswith(".") or bare in _ABBREVIATIONS)


def _is_typo(one: str, other: str, uses: dict[str, int]) -> bool:
    if min(len(one), len(other)) < _SHORTEST_TYPO or one[0] != other[0] or (uses[one] > 1 and uses[other] > 1):
        return False
    tells = one[:-1] == other[:-1] and {one[-1], other[-1]} == {"o", "a"}
    return not tells and OSA.distance(one, other, score_cutoff=1) <= 1
