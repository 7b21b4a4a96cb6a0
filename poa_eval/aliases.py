"""Aliases: headings as layouts write them, with groups (``GRUPO > NOMBRE``), placeholders, ``*`` and ``[2]``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from poa_eval.names import fold
from poa_eval.periods import find_month

_MARK = re.compile(r"\{(\w+)(?:=(\d+))?\}|\*")
_PLACE = re.compile(r"\s*\[(\d)\]\s*$")
_SHAPES = {"mes": r"[a-z]+\.?|\d{1,2}", "ejercicio": r"\d{4}", "anio": r"\d{2}"}
_NUMBER = r"\w+[.°º]?"


@dataclass(frozen=True)
class Part:
    """One level of an alias: its folded text, or an expression where it holds marks."""

    text: str
    regex: re.Pattern[str] | None = None
    wanted: tuple[tuple[str, int], ...] = ()  # placeholder, and the number that its text must be
    place: int = 0  # which of several columns under the same heading is meant, from the left; 0 where there is one

    def match(self, text: str) -> int | None:
        """Return None where a folded heading is another, else the year that it says (0 for none)."""
        if self.regex is None:
            return 0 if text == self.text else None
        found = self.regex.fullmatch(text)
        if found is None:
            return None
        said = found.groupdict()
        if any(find_month(name, said[name]) != find_month(name, str(number)) for name, number in self.wanted):
            return None
        return int(said["ejercicio"]) if "ejercicio" in said else 2000 + int(said["anio"]) if "anio" in said else 0


Alias = tuple[Part, ...]


@lru_cache(maxsize=4096)
def make_alias(heading: str) -> Alias:
    """Make an alias ready for matching.

    Examples
    --------
    >>> match_path(("t3. planeado 2025",), make_alias("T{trimestre=3}. PLANEADO {ejercicio}"))
    2025
    >>> match_path(("meta", "anual"), make_alias("Anual")), match_path(("meta", "anual"), make_alias("Meta"))
    (0, None)
    """
    place = _PLACE.search(heading)
    parts = [_make_part(part) for part in _PLACE.sub("", heading).split(">")]
    return (*parts[:-1], replace(parts[-1], place=int(place[1]) if place else 0))


def _make_part(text: str) -> Part:
    folded = fold(text)
    if not _MARK.search(folded):
        return Part(folded)
    out, names, at = [], set(), 0
    for mark in _MARK.finditer(folded):
        out.append(re.escape(folded[at : mark.start()]))
        name, at = mark[1], mark.end()
        shape = ".*" if name is None else _SHAPES.get(name, _NUMBER)
        out.append(shape if name is None else f"(?:{shape})" if name in names else f"(?P<{name}>{shape})")
        names.add(name)
    out.append(re.escape(folded[at:]))
    wanted = tuple((mark[1], int(mark[2])) for mark in _MARK.finditer(folded) if mark[2])
    return Part(folded, re.compile("".join(out)), wanted)


def match_path(path: tuple[str, ...], alias: Alias) -> int | None:
    """Return None where the folded headings over a column are no match, else the year that they say (0 for none).

    The last level must match the last heading; the others stand above it in their order.
    """
    if alias[-1].match(path[-1]) is None:
        return None
    year = 0
    rest = iter(path)
    for part in alias:
        found = next((said for text in rest if (said := part.match(text)) is not None), None)
        if found is None:
            return None
        year = found or year
    return year


def find_hot(texts: dict[str, str], aliases: Iterable[Alias]) -> set[str]:
    """Return those texts (raw → folded) that are a level of some alias."""
    parts = {part for alias in aliases for part in alias}
    exact = {part.text for part in parts if part.regex is None}
    loose = [part for part in parts if part.regex is not None]
    shapes = dict.fromkeys(re.sub(r"\(\?P<\w+>", "(?:", part.regex.pattern) for part in loose if part.regex)
    quick = re.compile("|".join(shapes))
    return {
        raw
        for raw, folded in texts.items()
        if folded in exact
        or (loose and quick.fullmatch(folded) and any(part.match(folded) is not None for part in loose))
    }
