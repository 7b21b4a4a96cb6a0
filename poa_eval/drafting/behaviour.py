"""Behaviour in a draft: columns whose texts say how periods add up or which way is better, and what these mean."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from poa_eval.drafting.guess import Guess
from poa_eval.loaders.said_behaviour import fold_words, list_spellings
from poa_eval.plan.accumulation import DECLARED, DEFAULT
from poa_eval.plan.inferred import InferredAccumulation
from poa_eval.plan.plan import Plan

Name = Literal["acumulacion", "sentido"]
_MOST = 8  # kinds of texts that such a column has


@dataclass(frozen=True)
class SaidColumn:
    """A column with texts of which some are no usual words: what each means as far as it is known, and from what."""

    name: Name
    column: int
    values: Mapping[str, str | None]  # text, as it is first printed → its value
    proved: Mapping[str, int]  # text → the rows of which the figures prove it

    @property
    def is_known(self) -> bool:
        """Whether it is known of all texts what they mean."""
        return None not in self.values.values()


def place_behaviour(guess: Guess, columns: Iterable[int], named: Mapping[str, int]) -> None:
    """Place the columns of which the texts are usual words for behaviour, by what stands in them.

    `named` are those that have a usual heading, by their column of the plan. One of these of which some texts are not
    known is kept (`guess.said`): the figures of its rows may tell. Without a usual heading two different words must
    stand in it, and none other.
    """
    for column in columns:
        texts = _list_texts(guess, column)
        if not 0 < len(texts) <= _MOST or guess.is_numeric(column):
            continue
        known = {name: sum(text in list_spellings(name) for text in texts) for name in get_args(Name)}
        name = max(known, key=lambda each: (known[each], named.get(each) == column))
        is_named = column in named.values()
        if name in guess.columns or not (known[name] or (is_named and named.get(name) == column)):
            continue
        if known[name] == len(texts) and (is_named or known[name] > 1):
            guess.columns[name] = column
            if not is_named:
                guess.doubts[name] = "por lo que hay en la columna"
        elif is_named and (known[name] or name == "sentido" or _says_accumulation(guess, column)):
            guess.said[name] = SaidColumn(name, column, _translate(name, texts), {})


def _list_texts(guess: Guess, column: int) -> dict[str, str]:
    """List the texts of a column without what parts their words, each as it is first printed."""
    found: dict[str, str] = {}
    for cell in guess.cells(column):
        found.setdefault(fold_words(str(cell)), str(cell))
    return found


def _says_accumulation(guess: Guess, column: int) -> bool:
    heading = fold_words(guess.sketch.paths[column][-1])
    return any(word in heading for word in ("acumul", "agrega", "operac", "comportamiento"))


def _translate(name: Name, texts: Mapping[str, str]) -> dict[str, str | None]:
    known = list_spellings(name)
    return {printed: known.get(text) for text, printed in texts.items()}


def settle_texts(guess: Guess, plan: Plan) -> bool:
    """Let the figures of rows tell what the texts of a column mean that are no usual words; say whether all are known.

    Only where all rows of a text that prove a kind prove the same one, and none leaves several; the column is then
    mapped, with what it rests on, else `guess.said` keeps what is known.
    """
    said = guess.said.get("acumulacion")
    if said is None:
        return False
    kinds = _list_kinds(guess, plan, said)
    values = {text: value or _settle(kinds.get(fold_words(text), [])) for text, value in said.values.items()}
    proved = {text: len(kinds[fold_words(text)]) for text, value in said.values.items() if not value and values[text]}
    guess.said["acumulacion"] = SaidColumn("acumulacion", said.column, values, proved)
    if None in values.values():
        return False
    guess.columns["acumulacion"] = said.column
    guess.ignored.remove(said.column)
    return True


def _settle(kinds: list[tuple[str, ...]]) -> str | None:
    return kinds[0][0] if kinds and len({*kinds}) == 1 and len(kinds[0]) == 1 else None


def _list_kinds(guess: Guess, plan: Plan, said: SaidColumn) -> dict[str, list[tuple[str, ...]]]:
    """List the kinds that the figures of rows prove, by the text that stands in a column of each."""
    sheet, at = guess.sketch.sheet, guess.columns.get("actividad", 0)
    rows = {sheet.address(index, at): row for index, row in enumerate(sheet.filas)}
    notes = {str(note.owner): note for note in plan.list_notes(InferredAccumulation)}
    found: dict[str, list[tuple[str, ...]]] = {}
    for activity in plan.actividades.to_dict("records"):
        row, note = rows.get(str(activity["fuente"]), ()), notes.get(activity["actividad_id"])
        text = row[said.column] if said.column < len(row) else None
        kinds = note.kinds if note and note.is_proved else (activity["acumulacion"],)
        is_proved = note.is_proved if note else activity["acumulacion_origen"] not in (DEFAULT, DECLARED)
        if text is not None and is_proved:
            found.setdefault(fold_words(str(text)), []).append(kinds)
    return found
