"""The tidy plan: nine tables with fixed columns, validated when the plan is made."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from poa_eval.errors import FormatoError
from poa_eval.plan.accumulation import PROVED
from poa_eval.plan.inferred import InferredAccumulation, MixedScale
from poa_eval.plan.notes import ColumnPlaces, Comment, DeclaredRule, Note, Said, read_notes
from poa_eval.plan.schema import COLUMNS, has_types, make_table, validate_table
from poa_eval.text.names import normalize
from poa_eval.text.wording import is_present

Kind = TypeVar("Kind", bound=Note)


@dataclass(frozen=True)
class Plan:
    """An institution's operating plan of one year, with what was reported on it.

    Parameters
    ----------
    institucion : str
        Name of the institution.
    ejercicio : int
        Year of the plan.
    locale : str
        How the documents write numbers (``es_PE``).
    unidades, metas, actividades, lineas, avances, calendario, publicado, foda, contexto : DataFrame
        The tidy tables; columns in `COLUMNS`, missing values as NaN, percentages 0–100.
    carried : tuple of Note
        The notes that hold more than their rows in `contexto` tell (repairs, changes, rules that figures follow); those
        without a row are dropped. A plan made of another's tables takes them along: ``carried=plan.carried``.

    Raises
    ------
    FormatoError
        A table breaks the contract (unknown unit, repeated activity, value outside its choices).

    Examples
    --------
    >>> plan = Plan("Municipio", 2024, "es_MX")
    >>> plan, plan.actividades.empty
    (<Plan: Municipio, 2024; unidades 0, actividades 0, avances 0>, True)
    """

    institucion: str
    ejercicio: int
    locale: str
    unidades: pd.DataFrame = field(default_factory=lambda: make_table("unidades"))
    metas: pd.DataFrame = field(default_factory=lambda: make_table("metas"))
    actividades: pd.DataFrame = field(default_factory=lambda: make_table("actividades"))
    lineas: pd.DataFrame = field(default_factory=lambda: make_table("lineas"))
    avances: pd.DataFrame = field(default_factory=lambda: make_table("avances"))
    calendario: pd.DataFrame = field(default_factory=lambda: make_table("calendario"))
    publicado: pd.DataFrame = field(default_factory=lambda: make_table("publicado"))
    foda: pd.DataFrame = field(default_factory=lambda: make_table("foda"))
    contexto: pd.DataFrame = field(default_factory=lambda: make_table("contexto"))
    carried: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        """Validate every table and the references between them."""
        for name, table in self.tables().items():
            if len(table) or not has_types(name, table):
                validate_table(name, table)
        for name, column, owner in (
            ("actividades", "unidad_id", self.unidades),
            ("avances", "actividad_id", self.actividades),
            ("calendario", "actividad_id", self.actividades),
        ):
            table = getattr(self, name)
            foreign = table[~table[column].isin(owner[column])]
            if len(foreign):
                row = foreign.iloc[0]
                raise FormatoError(
                    f"«{row[column]}» en la tabla {name} ({row['fuente']})",
                    f"un valor de {column} que exista en el plan",
                    "revise en el documento la fila citada y las columnas del layout",
                )

        _refuse_overlaps(self.avances)
        self._drop_carried()

    def __repr__(self) -> str:
        """Return the plan in a line: what is in it."""
        counts = [f"{name} {len(getattr(self, name))}" for name in ("unidades", "actividades", "avances")]
        return f"<Plan: {self.institucion}, {self.ejercicio}; {', '.join(counts)}>"

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the nine tables by name."""
        return {name: getattr(self, name) for name in COLUMNS}

    def narrow(self, **tables: Any) -> "Plan":
        """Return the plan with other rows in some tables, or other notes; they are valid, and not validated again."""
        narrowed = copy(self)
        for cached in ("notes", "_rules", "open_kinds", "proved_kinds", "held"):
            narrowed.__dict__.pop(cached, None)
        narrowed.__dict__.update(tables)
        narrowed._drop_carried()
        return narrowed

    def add_notes(self, notes: Iterable[Note]) -> "Plan":
        """Return the plan with more notes, after its own."""
        added = tuple(notes)
        if not added:
            return self
        table = make_table("contexto", [note.to_row() for note in added])
        contexto = pd.concat([self.contexto, table], ignore_index=True)
        return self.narrow(contexto=contexto, carried=self.carried + added)

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """Return the notes of the rows of `contexto`, in their order."""
        return read_notes(self.contexto, self.carried)

    def list_notes(self, kind: type[Kind]) -> list[Kind]:
        """List the notes of a kind: ``plan.list_notes(Repair)``."""
        return [note for note in self.notes if isinstance(note, kind)]

    def rule(self, name: str) -> str | None:
        """Return a rule that the layout declared, or None."""
        return self._rules.get(name)

    @cached_property
    def open_kinds(self) -> dict[str, tuple[str, ...]]:
        """Return the kinds of accumulation that are left open of an activity, by its id."""
        return {str(n.owner): n.kinds for n in self.list_notes(InferredAccumulation) if len(n.kinds) > 1}

    @cached_property
    def proved_kinds(self) -> dict[str, tuple[str, int]]:
        """Return the kind of accumulation that the figures of rows prove, and of how many, by unit of measure, folded.

        Only where all that prove one prove the same, and it is no sum.
        """
        notes = self.list_notes(InferredAccumulation)
        told = {str(n.owner): n.kinds[0] if n.is_proved and len(n.kinds) == 1 else None for n in notes}
        found: dict[str, list[str]] = {}
        columns = ("actividad_id", "unidad_medida", "acumulacion", "acumulacion_origen")
        for key, measure, kind, origin in zip(*(self.actividades[c] for c in columns), strict=True):
            proved = told.get(key, kind if origin == PROVED else None)
            if proved is not None and is_present(measure):
                found.setdefault(normalize(measure), []).append(proved)
        return {
            measure: (kinds[0], len(kinds))
            for measure, kinds in found.items()
            if len({*kinds}) == 1 and kinds[0] != "suma"
        }

    @cached_property
    def held(self) -> dict[str, set[tuple[int, int]]]:
        """Return the periods (closing month, length) of an activity of which a figure waits, by its id."""
        found: dict[str, set[tuple[int, int]]] = {}
        for note in self.list_notes(MixedScale):
            found.setdefault(str(note.owner), set()).add((note.month, note.length))
        return found

    @property
    def columns(self) -> list[tuple[str, dict[str, str]]]:
        """Return of each table its sheet, and in which columns of it goal, programme and texts stand."""
        return [(note.sheet, note.letters) for note in self.list_notes(ColumnPlaces)]

    def list_comments(self) -> dict[str, str]:
        """Return what the document comments on an activity as a whole, by its id."""
        said: dict[str, list[str]] = {}
        for comment in self.list_notes(Comment):
            said.setdefault(comment.owner, []).extend([comment.text] if is_present(comment.text) else [])
        return {key: "; ".join(texts) for key, texts in said.items() if texts}

    @cached_property
    def _rules(self) -> dict[str, str]:
        return {note.name: str(note.text) for note in reversed(self.list_notes(DeclaredRule))}

    def _drop_carried(self) -> None:
        """Keep of the notes beside `contexto` those that hold more than a row, and have one in it."""
        more = [note for note in dict.fromkeys(self.carried) if not isinstance(note, Said)]
        rows = {*zip(self.contexto["clave"], self.contexto["texto"], strict=True)} if more else ()
        object.__setattr__(self, "carried", tuple(note for note in more if (note.key, note.text) in rows))


def number_activities(periods: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the number of the activity of each row, from 0 as they come, and the ids that the numbers stand for.

    Rows of one activity mostly follow one another, and are looked at once.

    Examples
    --------
    >>> number_activities(pd.DataFrame({"actividad_id": ["b", "b", "a", "b"]}))[0].tolist()
    [0, 0, 1, 0]
    """
    ids = periods["actividad_id"].to_numpy()
    starts = np.flatnonzero(np.append(True, ids[1:] != ids[:-1])) if len(ids) else np.zeros(0, dtype=int)
    numbers, names = pd.factorize(ids[starts])
    return np.repeat(numbers, np.diff(starts, append=len(ids))), names


def _refuse_overlaps(periods: pd.DataFrame) -> None:
    """Refuse two periods of an activity that overlap: added up, the same months would count twice."""
    activity = number_activities(periods)[0]
    month, length = periods["mes"].to_numpy(), periods["meses"].to_numpy()
    order = np.lexsort((length, month, activity))
    activity, month, length = activity[order], month[order], length[order]
    overlap = (activity[1:] == activity[:-1]) & (month[1:] - length[1:] < month[:-1])
    if overlap.any():
        at = int(overlap.argmax())
        one, other = periods.iloc[order[at]], periods.iloc[order[at + 1]]
        raise FormatoError(
            f"dos periodos que se traslapan: {one['fuente']} y {other['fuente']}",
            "periodos seguidos: meses, o su trimestre",
            "corrija el periodo en el documento, o lleve a `publicado:` del layout la cifra que suma a las otras",
        )
