"""Names: how two spellings are compared, and how ids and file names are made of them."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import process


class _Letters(dict[int, str]):
    """Letter → the letter without accent and case, found when it is first asked for."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        self[code] = (unicodedata.normalize("NFD", letter)[0].lower() or letter)[0]
        return self[code]


_LETTERS = _Letters()
_WINDOWS_RESERVED = {"con", "prn", "aux", "nul", *(f"{d}{i}" for d in ("com", "lpt") for i in range(10))}
_MAX_SLUG = 60


def fold_letters(text: str) -> str:
    """Fold accents and case letter by letter, so that positions in the result are those in the text.

    Examples
    --------
    >>> fold_letters("Ejecución  AL")
    'ejecucion  al'
    """
    return text.translate(_LETTERS)


@lru_cache(maxsize=65536)
def normalize(text: str) -> str:
    r"""Normalize accents, case and runs of white space: two texts that normalize alike are one name.

    Examples
    --------
    >>> normalize(" PLANIFICACIÓN\n y  Estudios ")
    'planificacion y estudios'
    """
    folded = text.lower() if text.isascii() else fold_letters(unicodedata.normalize("NFC", text))
    return " ".join(folded.split())


def make_hash(*parts: str, length: int = 16) -> str:
    """Return a stable hash of several texts; 16 digits tell a million of them apart."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:length]


def shorten_id(actividad_id: str) -> str:
    """Return the id of an activity as version 0.1.0 wrote it, with a shorter hash; workbooks come back with it.

    Examples
    --------
    >>> shorten_id("obras-0123456789abcdef"), shorten_id("obras")
    ('obras-01234567', 'obras')
    """
    return re.sub(r"-([0-9a-f]{8})[0-9a-f]{8}(?=$|-\d+$)", r"-\1", actividad_id)


def make_slug(text: str) -> str:
    """Return a name as lower-case words joined by hyphens, at most 60 letters, never empty.

    Examples
    --------
    >>> make_slug("ÓRGANO DE CONTROL/INSTITUCIONAL")
    'organo-de-control-institucional'
    """
    slug = re.sub(r"[^a-z0-9]+", "-", normalize(text)).strip("-")
    if not slug or len(slug) > _MAX_SLUG:
        slug = f"{slug[:_MAX_SLUG].strip('-')}-{make_hash(normalize(text), length=6)}".strip("-")
    return slug


def make_unit_id(name: str) -> str:
    """Return the id of a unit that has no code: the slug of its name, whatever other units there are.

    A name with signs gets a hash too, so that names which differ by a sign never share an id.

    Examples
    --------
    >>> make_unit_id("OBRAS "), make_unit_id("Obras/")
    ('obras', 'obras-605326')
    """
    folded = normalize(name)
    hashed = "" if re.fullmatch(r"[a-z0-9 ]+", folded) else f"-{make_hash(folded, length=6)}"
    return make_slug(folded) + hashed


def file_name(unidad_id: str) -> str:
    """Return the file stem of a unit: its id where that is harmless on every system, else a slug with a hash.

    Examples
    --------
    >>> file_name("303")
    '303'
    >>> file_name("../../etc").startswith("etc-")
    True
    """
    plain = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", unidad_id) and not unidad_id.endswith(".")
    if plain and unidad_id.split(".")[0].lower() not in _WINDOWS_RESERVED:
        return unidad_id
    return f"{make_slug(unidad_id)[:_MAX_SLUG]}-{make_hash(unidad_id, length=8)}"


def suggest(word: str, choices: Iterable[str]) -> str | None:
    """Return the choice nearest to a word in spelling, or None where none is near.

    Examples
    --------
    >>> suggest("trimstre", ["ejercicio", "trimestre"])
    'trimestre'
    """
    found = process.extractOne(str(word), map(str, choices), processor=normalize, score_cutoff=60)
    return found[0] if found else None


def suggest_sentence(word: str, choices: Iterable[str]) -> str:
    """Return «¿Quiso decir …?» for the nearest choice, else the list of the choices (at most 20)."""
    listed = [str(choice) for choice in choices]
    near = suggest(word, listed)
    if near:
        return f"¿quiso decir «{near}»?"
    more = "…" if len(listed) > 20 else ""
    return "opciones: " + ", ".join(listed[:20]) + more if listed else "no hay opciones"
