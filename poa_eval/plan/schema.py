"""The tidy plan's schema: columns, types and choices of its tables, and what is wrong with a table that breaks it."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Literal, get_args

import pandas as pd

from poa_eval.errors import FormatoError
from poa_eval.plan.accumulation import ACCUMULATIONS, DECLARED, DEFAULT, PROVED

if TYPE_CHECKING:
    import pandera.pandas as pa

    AccumulationName = str
else:
    AccumulationName = Literal[tuple(ACCUMULATIONS)]

TEXT, NUMBER, COUNT = "str", "float64", "int64"

_NUMBERS = set(
    "linea_base meta_anual ponderacion inversion programado ejecutado programado_inicial valor "
    "numerador denominador".split()
)
_COUNTS = set("mes meses orden".split())
#: Columns of each table; those with a star are never blank, nor are counts.
_NAMES = {
    "unidades": "*unidad_id *unidad responsable mision vision fuente",
    "metas": "*meta_id *unidad_id *nivel codigo padre_id texto inversion frecuencia recursos indicador fuente",
    "actividades": "*actividad_id *unidad_id meta_id codigo eje subeje transversalidad programa objetivo linea_accion "
    "*actividad indicador descripcion unidad_medida frecuencia linea_base linea_base_texto meta_anual meta_texto "
    "*sentido *acumulacion *acumulacion_programado ponderacion inversion inversion_texto beneficiarios inicio fin "
    "medio_verificacion recursos fuente identidad acumulacion_origen logros limitaciones medidas",
    "lineas": "*padre_id orden *texto fuente",
    "avances": "*actividad_id mes meses programado ejecutado programado_inicial comentario *origen fuente "
    "numerador denominador",
    "calendario": "*actividad_id mes *origen fuente",
    "publicado": "*ambito *clave *concepto mes meses valor texto fuente",
    "foda": "*unidad_id *cuadrante *punto fuente",
    "contexto": "*clave texto fuente",
}
_REQUIRED = {table: re.findall(r"\*(\w+)", names) for table, names in _NAMES.items()}

#: Columns of each table with their type; the contract of `Plan`.
COLUMNS: dict[str, dict[str, str]] = {
    table: {
        name: NUMBER if name in _NUMBERS else COUNT if name in _COUNTS else TEXT for name in re.findall(r"\w+", names)
    }
    for table, names in _NAMES.items()
}

#: Columns of an activity that describe it: they may be said anew with each report, and a change of them is noted.
DESCRIBING = (
    "eje subeje transversalidad programa objetivo linea_accion indicador descripcion unidad_medida frecuencia "
    "linea_base linea_base_texto meta_texto ponderacion inversion inversion_texto beneficiarios inicio fin "
    "medio_verificacion recursos"
).split()

Direction = Literal["ascendente", "descendente", "regular", "nominal"]
Concept = Literal["programado", "ejecutado", "avance_pct", "avance_absoluto", "meta_anual", "cumplimiento"]
Length = Literal[1, 2, 3, 4, 6, 12]

#: The values that columns of tables may have.
CHOICES = {
    ("avances", "meses"): get_args(Length),
    ("avances", "mes"): tuple(range(1, 13)),
    ("avances", "origen"): ("leido", "reconstruido", "corregido"),
    ("calendario", "mes"): tuple(range(1, 13)),
    ("calendario", "origen"): ("marca", "frecuencia", "programado", "fechas"),
    ("publicado", "ambito"): ("actividad", "unidad", "institucion"),
    ("publicado", "concepto"): get_args(Concept),
    ("actividades", "sentido"): get_args(Direction),
    ("actividades", "acumulacion"): tuple(ACCUMULATIONS),
    ("actividades", "acumulacion_programado"): tuple(ACCUMULATIONS),
    ("actividades", "acumulacion_origen"): (DECLARED, PROVED, DEFAULT),
}
_UNIQUE = {"unidades": ["unidad_id"], "metas": ["meta_id"], "actividades": ["actividad_id"]}

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
    return frame.reindex(columns=list(columns)).astype(columns).reset_index(drop=True)


def group_rows(table: pd.DataFrame, column: str) -> dict[str, list[Record]]:
    """Return the rows of a table by what they have in a column, as records in their order."""
    found: dict[str, list[Record]] = {}
    for row in table.to_dict("records"):
        found.setdefault(row[column], []).append(row)
    return found


def has_types(name: str, table: pd.DataFrame) -> bool:
    """Say whether a table has the columns and types of the contract."""
    return list(table.dtypes.astype(str).items()) == list(COLUMNS[name].items())


@cache
def _make_schema(name: str, *, rules_alone: bool = False) -> "pa.DataFrameSchema":
    """Make the schema of a table: of all its columns, or of those alone that have a rule besides their type."""
    import pandera.pandas as pa  # slow to load, and a report's process has valid plans only

    columns = {
        column: pa.Column(
            kind,
            checks=[pa.Check.isin(CHOICES[name, column])] if (name, column) in CHOICES else None,
            nullable=column not in _REQUIRED[name] and kind != COUNT,
        )
        for column, kind in COLUMNS[name].items()
        if not rules_alone or column in _REQUIRED[name] or (name, column) in CHOICES
    }
    return pa.DataFrameSchema(columns, strict=not rules_alone, ordered=not rules_alone, unique=_UNIQUE.get(name))


def validate_table(name: str, table: pd.DataFrame) -> None:
    """Refuse a table of a plan that breaks the contract: its columns, their types, or the values they may have.

    Raises
    ------
    FormatoError
        The first value that does not fit, where it stands, and what would fit.
    """
    import pandera.errors  # as `_make_schema` does

    schema = _make_schema(name, rules_alone=has_types(name, table))  # to compare all types at once is faster
    try:
        schema.validate(table, lazy=True)
    except pandera.errors.SchemaErrors as error:
        case = error.failure_cases.iloc[0]
        is_row = "fuente" in table and case["index"] in table.index
        source = f" ({table.loc[case['index'], 'fuente']})" if is_row else ""
        checks = {"not_nullable": "un valor", "multiple_fields_uniqueness": "filas sin repetir"}
        raise FormatoError(
            f"«{case['failure_case']}» en la tabla {name}, columna {case['column']}{source}",
            checks.get(str(case["check"]), str(case["check"])),
            "revise en el documento la fila citada y las columnas del layout",
        ) from None
