"""The tidy plan: nine tables with fixed columns, validated when the plan is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from poa_eval.errors import FormatoError

TEXT, NUMBER, COUNT = "str", "float64", "int64"
#: Key in `contexto` of a comment on an activity as a whole: ``comentario/<actividad_id>``.
COMMENT = "comentario"

_NUMBERS = set("linea_base meta_anual ponderacion inversion programado ejecutado programado_inicial valor".split())
_COUNTS = set("mes meses orden".split())
_NAMES = {
    "unidades": "unidad_id unidad responsable mision vision fuente",
    "metas": "meta_id unidad_id nivel codigo padre_id texto inversion frecuencia recursos indicador fuente",
    "actividades": "actividad_id unidad_id meta_id codigo eje subeje transversalidad programa objetivo linea_accion "
    "actividad indicador descripcion unidad_medida frecuencia linea_base linea_base_texto meta_anual meta_texto "
    "sentido acumulacion acumulacion_programado ponderacion inversion inversion_texto beneficiarios inicio fin "
    "medio_verificacion recursos fuente",
    "lineas": "padre_id orden texto fuente",
    "avances": "actividad_id mes meses programado ejecutado programado_inicial comentario origen fuente",
    "calendario": "actividad_id mes origen fuente",
    "publicado": "ambito clave concepto mes meses valor texto fuente",
    "foda": "unidad_id cuadrante punto fuente",
    "contexto": "clave texto fuente",
}

#: Columns of each table with their type; the contract of `Plan`.
COLUMNS: dict[str, dict[str, str]] = {
    table: {name: NUMBER if name in _NUMBERS else COUNT if name in _COUNTS else TEXT for name in names.split()}
    for table, names in _NAMES.items()
}

Accumulation = Literal["suma", "ultimo", "promedio", "constante"]
Direction = Literal["ascendente", "descendente", "regular", "nominal"]
Concept = Literal["programado", "ejecutado", "avance_pct", "avance_absoluto", "meta_anual"]
Length = Literal[1, 2, 3, 4, 6, 12]

#: A row of a table on its way: column → value.
Record = dict[str, object]


def make_table(name: str, rows: Iterable[Mapping[str, object]] | pd.DataFrame = ()) -> pd.DataFrame:
    """Make one table of the plan, with the columns and types of the contract, from records or a DataFrame.

    Columns that no record has are missing throughout.

    Examples
    --------
    >>> make_table("foda", [{"unidad_id": "1", "cuadrante": "fortaleza", "punto": "Personal capaz"}]).shape
    (1, 4)
    """
    columns = COLUMNS[name]
    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows), columns=list(columns))
    if has_types(name, frame):
        return frame.reset_index(drop=True)
    return pd.DataFrame({c: frame[c].astype(kind) for c, kind in columns.items()}).reset_index(drop=True)


def has_types(name: str, table: pd.DataFrame) -> bool:
    """Say whether a table has the columns and types of the contract."""
    return list(table.dtypes.astype(str).items()) == list(COLUMNS[name].items())


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

    def __post_init__(self) -> None:
        """Validate every table and the references between them."""
        doubtful = {name: table for name, table in self.tables().items() if len(table) or not has_types(name, table)}
        if doubtful:
            from poa_eval.contract import validate_table  # slow to load, and a report's process has valid plans only

            for name, table in doubtful.items():
                validate_table(name, table)
        known_units, known_activities = set(self.unidades["unidad_id"]), set(self.actividades["actividad_id"])
        for name, column, known in (
            ("actividades", "unidad_id", known_units),
            ("avances", "actividad_id", known_activities),
            ("calendario", "actividad_id", known_activities),
        ):
            foreign = self.tables()[name].loc[lambda t, c=column, k=known: ~t[c].isin(k)]
            if len(foreign):
                row = foreign.iloc[0]
                raise FormatoError(
                    f"«{row[column]}» en la tabla {name} ({row['fuente']})",
                    f"un valor de {column} que exista en el plan",
                    "revise en el documento la fila citada y las columnas del layout",
                )

        _refuse_overlaps(self.avances)

    def __repr__(self) -> str:
        """Return the plan in a line: what is in it."""
        counts = [f"{name} {len(getattr(self, name))}" for name in ("unidades", "actividades", "avances")]
        return f"<Plan: {self.institucion}, {self.ejercicio}; {', '.join(counts)}>"

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the nine tables by name."""
        return {name: getattr(self, name) for name in COLUMNS}

    def narrow(self, **tables: pd.DataFrame) -> Plan:
        """Return the plan with other rows of its own in some tables; they are valid, and are not validated again."""
        narrowed = copy(self)
        narrowed.__dict__.pop("_rules", None)
        narrowed.__dict__.update(tables)
        return narrowed

    def rule(self, key: str) -> str | None:
        """Return a rule that the layout declared (``regla.<key>`` in `contexto`), or None."""
        return self._rules.get(f"regla.{key}")

    def list_comments(self) -> dict[str, str]:
        """Return what the document comments on an activity as a whole, by its id."""
        t = self.contexto[self.contexto["clave"].str.startswith(f"{COMMENT}/") & self.contexto["texto"].notna()]
        return t.groupby(t["clave"].str.removeprefix(f"{COMMENT}/"), sort=False)["texto"].agg("; ".join).to_dict()

    @cached_property
    def _rules(self) -> dict[str, str]:
        said = self.contexto[self.contexto["clave"].str.startswith("regla.")].iloc[::-1]
        return dict(zip(said["clave"], said["texto"].astype(str), strict=True))


def _refuse_overlaps(periods: pd.DataFrame) -> None:
    """Refuse two periods of an activity that overlap: added up, the same months would count twice."""
    activity = pd.factorize(periods["actividad_id"])[0]
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
