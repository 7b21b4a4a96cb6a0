"""Contract: what the tables of a plan must be like, and what is wrong with one that is not."""

from __future__ import annotations

from typing import get_args

import pandas as pd
import pandera.pandas as pa

from poa_eval.errors import FormatoError
from poa_eval.plan import COLUMNS, COUNT, Accumulation, Concept, Direction, Length, has_types

_REQUIRED = {
    "unidades": ("unidad_id", "unidad"),
    "metas": ("meta_id", "unidad_id", "nivel"),
    "actividades": ("actividad_id", "unidad_id", "actividad", "sentido", "acumulacion", "acumulacion_programado"),
    "lineas": ("padre_id", "texto"),
    "avances": ("actividad_id", "origen"),
    "calendario": ("actividad_id", "origen"),
    "publicado": ("ambito", "clave", "concepto"),
    "foda": ("unidad_id", "cuadrante", "punto"),
    "contexto": ("clave",),
}
_CHOICES = {
    ("avances", "meses"): get_args(Length),
    ("avances", "mes"): tuple(range(1, 13)),
    ("avances", "origen"): ("leido", "reconstruido"),
    ("calendario", "mes"): tuple(range(1, 13)),
    ("calendario", "origen"): ("marca", "frecuencia"),
    ("publicado", "ambito"): ("actividad", "unidad", "institucion"),
    ("publicado", "concepto"): get_args(Concept),
    ("actividades", "sentido"): get_args(Direction),
    ("actividades", "acumulacion"): get_args(Accumulation),
    ("actividades", "acumulacion_programado"): get_args(Accumulation),
}
_UNIQUE = {"unidades": ["unidad_id"], "metas": ["meta_id"], "actividades": ["actividad_id"]}


def _make_schema(name: str, *, rules_alone: bool = False) -> pa.DataFrameSchema:
    """Make the schema of a table: of all its columns, or of those alone that have a rule besides their type."""
    columns = {
        column: pa.Column(
            kind,
            checks=[pa.Check.isin(_CHOICES[name, column])] if (name, column) in _CHOICES else None,
            nullable=column not in _REQUIRED[name] and kind != COUNT,
        )
        for column, kind in COLUMNS[name].items()
        if not rules_alone or column in _REQUIRED[name] or (name, column) in _CHOICES
    }
    return pa.DataFrameSchema(columns, strict=not rules_alone, ordered=not rules_alone, unique=_UNIQUE.get(name))


_RULES = {name: _make_schema(name, rules_alone=True) for name in COLUMNS}


def validate_table(name: str, table: pd.DataFrame) -> None:
    """Refuse a table of a plan that breaks the contract: its columns, their types, or the values they may have.

    Raises
    ------
    FormatoError
        The first value that does not fit, where it stands, and what would fit.
    """
    schema = _RULES[name] if has_types(name, table) else _make_schema(name)  # to compare all types at once is faster
    try:
        schema.validate(table, lazy=True)
    except pa.errors.SchemaErrors as error:
        raise _explain(name, table, error) from None


def _explain(name: str, table: pd.DataFrame, error: pa.errors.SchemaErrors) -> FormatoError:
    case = error.failure_cases.iloc[0]
    source = ""
    if pd.notna(case["index"]) and "fuente" in table and case["index"] in table.index:
        source = f" ({table.loc[case['index'], 'fuente']})"
    checks = {"not_nullable": "un valor", "multiple_fields_uniqueness": "filas sin repetir"}
    return FormatoError(
        f"«{case['failure_case']}» en la tabla {name}, columna {case['column']}{source}",
        checks.get(str(case["check"]), str(case["check"])),
        "revise en el documento la fila citada y las columnas del layout",
    )
