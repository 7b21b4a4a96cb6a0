"""A quarter made ready: its plan, findings and evaluation, whole or restricted to a unit."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from poa_eval.audit.ledger import Ledger, reconcile
from poa_eval.config.params import Params
from poa_eval.errors import ParamsError
from poa_eval.forms.observations import ANSWER_COLUMNS
from poa_eval.metrics.evaluation import Evaluation
from poa_eval.plan.notes import Note, Statement
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import COLUMNS
from poa_eval.text.names import normalize, suggest_sentence
from poa_eval.text.wording import is_present

_ALL = object()  # owner of what stands in every unit's report


@dataclass(frozen=True)
class Quarter:
    """All that a report of a quarter is made of.

    Parameters
    ----------
    params : Params
    root : Path
        Folder from which file names in `params` are counted.
    plan : Plan
    hallazgos : DataFrame
        As `check` gives it.
    evaluacion : Evaluation
    fuentes : DataFrame
        Columns `archivo`, `layout`, `sha256`, and `unidad_id` of a workbook that one unit filled in.
    unidad : str or None
        The unit of a unit's report; None for the institution.
    respuestas : DataFrame
        What units answered to the findings, as `settle_answers` gives it; empty where params name no answers.
    """

    params: Params
    root: Path
    plan: Plan
    hallazgos: pd.DataFrame
    evaluacion: Evaluation
    fuentes: pd.DataFrame
    unidad: str | None = None
    respuestas: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=ANSWER_COLUMNS))

    def __repr__(self) -> str:
        """Return the quarter in a line: of whom, and of what."""
        unit = f"unidad {self.unidad}, " if self.unidad else ""
        return f"<Quarter: {unit}{len(self.hallazgos)} hallazgos, {self.evaluacion!r}>"

    @cached_property
    def conciliacion(self) -> pd.DataFrame:
        """Return what the documents print, obtained again, as `reconcile` gives it."""
        return reconcile(self.plan)

    def keep(self, ledger: Ledger) -> "Quarter":
        """Keep the plan's ledger, which is worked out already, and return the quarter."""
        self.__dict__["conciliacion"] = ledger.table
        return self

    def move(self, root: Path) -> "Quarter":
        """Return the quarter with file names counted from another folder; what is worked out already stays."""
        moved = copy(self)
        object.__setattr__(moved, "root", root)
        return moved

    def unit(self, unidad: str) -> "Quarter":
        """Return the quarter restricted to one unit: nothing of another unit is left in any table.

        Raises
        ------
        ParamsError
            There is no such unit; the nearest is suggested.
        """
        return next(self.units([self.find_unit(unidad)]))

    def units(self, ids: Iterable[str] | None = None) -> "Iterator[Quarter]":
        """Yield the quarter restricted to each unit, as `unit` gives it, or to those of these ids, in their order."""
        owned = self._find_owned()
        return (self._narrow(unit_id, owned) for unit_id in (self.plan.unidades["unidad_id"] if ids is None else ids))

    def _narrow(self, unit_id: str, owned: Mapping[str, tuple[pd.DataFrame, Mapping[str, list[int]]]]) -> "Quarter":
        own = {name: _take_rows(table, rows[unit_id]) for name, (table, rows) in owned.items()}
        plan, evaluation = self.plan.narrow(**{name: own[name] for name in COLUMNS}), self.evaluacion
        evaluability = evaluation.evaluability.narrow(own["evaluables"], own["evaluabilidad"], own["metas_evaluables"])
        narrowed = replace(
            self,
            plan=plan,
            hallazgos=own["hallazgos"],
            evaluacion=evaluation.narrow(
                plan, unit_id, actividades=own["evaluadas"], unidades=own["resumen"], evaluability=evaluability
            ),
            fuentes=own["fuentes"].drop(columns="sha256"),  # it changes with any other unit's figures
            unidad=unit_id,
            respuestas=own["respuestas"],
        )
        narrowed.__dict__["conciliacion"] = own["conciliacion"]
        return narrowed

    def _find_owned(self) -> dict[str, tuple[pd.DataFrame, dict[str, list[int]]]]:
        """Return each table, and the rows of each unit in it, found for all units at once."""
        plan, evaluation = self.plan, self.evaluacion
        units = dict.fromkeys(plan.unidades["unidad_id"])
        of_goal = dict(plan.metas[["meta_id", "unidad_id"]].itertuples(index=False, name=None))
        of_activity = dict(plan.actividades[["actividad_id", "unidad_id"]].itertuples(index=False, name=None))
        of_any = {unit: unit for unit in units} | of_goal | of_activity
        tables = plan.tables() | {
            "hallazgos": self.hallazgos,
            "conciliacion": self.conciliacion,
            "evaluadas": evaluation.actividades,
            "resumen": evaluation.unidades,
            "evaluables": evaluation.evaluability.actividades,
            "evaluabilidad": evaluation.evaluability.unidades,
            "metas_evaluables": evaluation.evaluability.metas,
            "fuentes": self.fuentes,
            "respuestas": self.respuestas,
        }
        owners = {
            "lineas": map(of_any.get, plan.lineas["padre_id"]),
            "avances": map(of_activity.get, plan.avances["actividad_id"]),
            "calendario": map(of_activity.get, plan.calendario["actividad_id"]),
            "publicado": map(of_any.get, plan.publicado["clave"]),
            "contexto": (_find_owner(note, of_any) for note in plan.notes),
            "fuentes": (unit if is_present(unit) else _ALL for unit in self.fuentes["unidad_id"]),
        }
        own = {name: owners[name] if name in owners else table["unidad_id"] for name, table in tables.items()}
        return {name: (table, _group_rows(own[name], units)) for name, table in tables.items()}

    def fingerprint(self) -> str:
        """Return a hash of all that a report of this quarter is made of: the same for the same content."""
        e, known = self.evaluacion, set()
        # What is carried of a unit may rest on other units' rows: whether a document is absent, what its goals hang on.
        carried = (self, self.conciliacion, e.evaluability, sorted(e.due.absent), e.due.corte, e.months)
        return hashlib.sha256(repr([_list_content(part, known) for part in carried]).encode()).hexdigest()

    def find_unit(self, unidad: object) -> str:
        """Return the id of a unit given by its id, in any case and spelling of accents.

        Raises
        ------
        ParamsError
            There is no such unit; the nearest is suggested.
        """
        known = {normalize(unit_id): unit_id for unit_id in self.plan.unidades["unidad_id"]}
        found = known.get(normalize(str(unidad)))
        if found is None:
            hint = suggest_sentence(str(unidad), self.plan.unidades["unidad_id"])
            if isinstance(unidad, int):
                hint += " Si la clave empieza con ceros, pásela como texto: `-r unidad 0303`."
            raise ParamsError(f"la unidad «{unidad}»", "una unidad del plan", hint)
        return found


def _find_owner(note: Note, owners: Mapping[str, str]) -> object:
    """Return in whose report a note may stand: a unit's, or everybody's if it is of the whole document.

    What the lines above other units' tables say (eje, programa …) is theirs.
    """
    if note.owner is not None:
        return owners.get(note.owner)
    of_others = isinstance(note, Statement) and note.name in {*COLUMNS["actividades"], "texto"}
    return None if of_others else _ALL


def _group_rows(owners: Iterable[object], units: Iterable[str]) -> dict[str, list[int]]:
    """Return the positions that each unit owns, and with them those of everybody, in their order."""
    rows: dict[str, list[int]] = {unit: [] for unit in units}
    for at, owner in enumerate(owners):
        for unit in rows if owner is _ALL else (owner,):
            if unit in rows:
                rows[unit].append(at)
    return rows


def _take_rows(table: pd.DataFrame, rows: list[int]) -> pd.DataFrame:
    """Return the rows at these positions; one stretch, as documents mostly have them, without a copy."""
    first, last = (rows[0], rows[-1]) if rows else (0, -1)
    own = table.iloc[first : last + 1] if last - first < len(rows) else table.take(rows)
    own.index = pd.RangeIndex(len(own))
    return own


def _list_content(value: object, known: set[int]) -> object:
    """List the content of tables and records down to plain values, whose text is exact; of each record once."""
    if isinstance(value, pd.DataFrame):
        return list(value), value.to_numpy(object).tolist() if len(value) else []
    if is_dataclass(value) and id(value) not in known:
        known.add(id(value))
        return [
            (field.name, _list_content(getattr(value, field.name), known)) for field in fields(value) if field.compare
        ]
    return None if is_dataclass(value) or isinstance(value, Path) else value
