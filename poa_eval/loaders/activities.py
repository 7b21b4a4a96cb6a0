"""Units and activities of a table's rows: spellings that normalize alike are one, and every row knows its activity."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pandas as pd

from poa_eval.errors import FormatoError
from poa_eval.layouts.parts import BEHAVIOUR
from poa_eval.loaders.columns import TEXT_TWINS, Columns, split_runs
from poa_eval.loaders.identity import RowComparer, list_keys, make_ids, name_identity
from poa_eval.loaders.rows import Row
from poa_eval.loaders.said_behaviour import find_percents, fits_texts, read_behaviour
from poa_eval.plan.accumulation import DECLARED, SERIES
from poa_eval.plan.merge import differ, is_code
from poa_eval.plan.notes import ChangedText, PercentCells, Variant
from poa_eval.plan.schema import COLUMNS, DESCRIBING, NUMBER
from poa_eval.text.goals import parse_goal
from poa_eval.text.names import make_unit_id, normalize
from poa_eval.text.numbers import is_percentage

_NUMBERS = {column for column, kind in COLUMNS["actividades"].items() if kind == NUMBER}
_OWN = ("actividad_id", "unidad_id", "meta_id", "actividad", "fuente", *BEHAVIOUR)
_SAME = ("meta_anual", "unidad_medida")

ColumnValues = list[object]


@dataclass
class ActivityTable:
    """The units and activities of a document."""

    units: list[dict[str, object]] = field(default_factory=list)
    table: dict[str, ColumnValues] = field(default_factory=lambda: {name: [] for name in COLUMNS["actividades"]})
    notes: list[Variant | PercentCells] = field(default_factory=list)  # what was taken as one
    used_rules: set[str] = field(default_factory=set)
    positions: dict[str, int] = field(default_factory=dict)  # id → its row in the table
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)  # id → what identifies the activity
    apart: set[str] = field(default_factory=set)  # ids of rows that are refused, for they differ

    def frame(self) -> pd.DataFrame:
        """Return the activities as a table."""
        rows = len(self.table["actividad_id"])
        blank = pd.Series(None, index=range(rows), dtype="str")
        said = {name for name, cells in self.table.items() if name in _NUMBERS or cells.count(None) < rows}
        return pd.DataFrame({name: cells if name in said else blank for name, cells in self.table.items()})


def read_activities(rows: Sequence[Row], columns: Columns, institucion: str) -> tuple[ActivityTable, list[list[str]]]:
    """Read units and activities, and the activity of each row, by runs of rows under one heading.

    A row that lacks its unit or its activity, or gives an activity another goal than before, is refused.
    """
    activities, seen = ActivityTable(), {}
    runs = [(run, _read_units(activities, seen, run, columns, institucion)) for run in split_runs(rows)]
    activities.units = list(seen.values())
    comparer = RowComparer(columns)
    try:
        return activities, [_read_run(activities, comparer, run, units, columns) for run, units in runs]
    finally:  # also where reading ends before
        comparer.refuse_differences()


def _read_units(
    activities: ActivityTable, seen: dict[str, dict[str, object]], run: list[Row], columns: Columns, institucion: str
) -> list[str]:
    """Return the unit of each row, by its code where there is one, else by its name; add to `seen` those that are new.

    Spellings that normalize alike are one; it is the institution itself only where the layout maps no unit at all.
    """
    says_code, says_unit = columns.has("unidad_id"), columns.has("unidad")
    codes, names = columns.texts(run, "unidad_id"), columns.texts(run, "unidad")
    pairs = [(code, name or code) for code, name in zip(codes, names, strict=True)]
    ids: dict[tuple[str | None, str | None], str] = {}
    for row, (code, said) in zip(run, pairs, strict=True):
        if (code, said) in ids:
            continue
        if code is None and (says_code or (said is None and says_unit)):
            at = row.table.columns.get("unidad_id", row.table.columns.get("unidad"))
            columns.refusals.add(_find_no_unit(row, at, columns))
        name, source = said or institucion, row.address("unidad")
        record = {"unidad_id": code or make_unit_id(name), "unidad": name, "fuente": source}
        record["responsable"] = columns.texts([row], "responsable")[0]
        known = seen.setdefault(normalize(str(record["unidad_id"])), record)
        known["responsable"] = known["responsable"] or record["responsable"]
        ids[code, said] = str(known["unidad_id"])
        if known["unidad"] != name:
            note = f"«{name}» y «{known['unidad']}» se tomaron como la misma unidad"
            activities.notes.append(Variant(column="unidad", owner=ids[code, said], text=note, source=source))
    return [ids[pair] for pair in pairs]


def _find_no_unit(row: Row, at: int | None, columns: Columns) -> FormatoError:
    """Return what refuses a row of which no unit is said."""
    name = "unidad_id" if columns.has("unidad_id") else "unidad"
    hint = "escriba la unidad en el documento, o declare la columna en `rellenar:` del layout"
    if name not in columns.edition.columnas:
        hint = f"escríbala en una línea sobre esta tabla; si vale la de la anterior, `vale_hasta: {{{name}: otra}}`"
    return FormatoError(
        "una fila sin unidad",
        "la unidad en la fila, en las líneas sobre la tabla, o arriba si la columna está en `rellenar:`",
        hint,
        lugar=row.sheet.locate(row.index, at),
    )


def _read_run(
    activities: ActivityTable, comparer: RowComparer, run: list[Row], units: list[str], columns: Columns
) -> list[str]:
    """Add the activities of rows under one heading, and return the id of each row's."""
    names = columns.texts(run, "actividad")
    names = _refuse_nameless(run, names, columns)
    values = {"unidad_id": list(units), "actividad": list(names)} | dict(_read_columns(run, columns))
    _keep_goals_of_programme(run, values, columns)
    _part_texts_from_numbers(run, values)
    ids = make_ids(units, list_keys(run, units, values, columns), columns.identidad, activities.keys)
    activities.apart |= comparer.compare(run, ids)
    values |= {name: [text] * len(run) for name, text in BEHAVIOUR.items()}
    read_behaviour(run, values, columns)
    at = run[0].table.columns.get("actividad", 0)
    values |= {
        "actividad_id": list(ids),
        "identidad": [name_identity(columns)] * len(run),
        "fuente": run[0].sheet.addresses([row.index for row in run], [at])[0],
    }
    _read_signed_goals(run, values, columns)
    percents = find_percents(run, columns)
    if not columns.is_bare("meta_anual"):
        _keep_percent_goals_as_text(run, values, columns, percents)
    _name_percents(activities, values, percents)
    _apply_rules(activities, run, values, columns)
    _add_rows(activities, run, values, columns)
    return ids


def _refuse_nameless(run: list[Row], names: list[str | None], columns: Columns) -> list[str | None]:
    """Refuse rows without their activity, or with an error of the spreadsheet in its place; they stay apart."""
    bad = [at for at, name in enumerate(names) if name is None or name.startswith("#")]
    if not bad:
        return names
    row, at = run[bad[0]], run[0].table.columns.get("actividad", 0)
    cells = ", ".join(str(run[i].sheet.locate(run[i].index, at).celda) for i in bad[:12])
    one = f"«{names[bad[0]]}»" if names[bad[0]] else "una fila sin actividad"
    fault = FormatoError(
        one if len(bad) == 1 else f"{len(bad)} filas sin actividad: {cells}" + ("…" if len(bad) > 12 else ""),
        "el nombre de la actividad",
        "complete la fila, o declare en el layout `rellenar: [actividad]`, o la fila en `ignorar_filas:`",
        lugar=row.sheet.locate(row.index, at),
    )
    columns.refusals.add(fault)
    return [name if i not in bad else f"? {run[i].index}" for i, name in enumerate(names)]


def _read_columns(run: list[Row], columns: Columns) -> Iterator[tuple[str, ColumnValues]]:
    """Yield the texts and numbers of each column that the layout maps, beside names and behaviour."""
    for name in COLUMNS["actividades"]:
        if name in _OWN or not columns.has(name):
            continue
        if name not in _NUMBERS:
            yield name, list(columns.texts(run, name))
        elif name in run[0].table.columns:
            yield name, [None if number != number else number for number in columns.numbers(run, name).tolist()]


def _keep_goals_of_programme(run: list[Row], values: dict[str, ColumnValues], columns: Columns) -> None:
    """Keep a goal in rows of the programme only, where rows say which series they are."""
    series = columns.edition.series_por_fila
    if series and "meta_anual" in values:
        kept = [normalize(text) for text in series.programado or ()]
        said = [normalize(text or "") for text in columns.texts(run, "serie")]
        values["meta_anual"] = [v if kind in kept else None for v, kind in zip(values["meta_anual"], said, strict=True)]


def _part_texts_from_numbers(run: list[Row], values: dict[str, ColumnValues]) -> None:
    """Keep each cell of a column that is mapped to a number and to its text for what it is."""
    for number, text in TEXT_TWINS.items():
        at = run[0].table.columns.get(text)
        if number in values and text in values and at == run[0].table.columns[number]:
            values[text] = [t if v is None else None for t, v in zip(values[text], values[number], strict=True)]


def _read_signed_goals(run: list[Row], values: dict[str, ColumnValues], columns: Columns) -> None:
    """Let a goal with a sign («≤45») say the direction, and that it is a level; its text is kept."""
    goals = columns.cells(run, run[0].table.columns.get("meta_anual"))
    if str not in set(map(type, goals)):
        return
    for at, cell in enumerate(goals):
        goal = parse_goal(cell, columns.locale) if type(cell) is str else None
        if goal is not None:
            values.setdefault("meta_texto", [None] * len(run))[at] = cell
            values["sentido"][at] = goal.sentido
            for name in SERIES.values():
                values[name][at] = "nivel"
            values["acumulacion_origen"][at] = DECLARED


def _keep_percent_goals_as_text(
    run: list[Row], values: dict[str, ColumnValues], columns: Columns, percents: list[bool]
) -> None:
    """Keep a goal of «100 %» as a text where the activity counts something else: neither it nor its periods say %."""
    goals = columns.cells(run, run[0].table.columns.get("meta_anual"))
    if "meta_anual" not in values or "unidad_medida" not in values or set(map(type, goals)) <= {int, float, type(None)}:
        return
    for at, (goal, measure) in enumerate(zip(goals, values["unidad_medida"], strict=True)):
        counts = measure and not percents[at] and not is_percentage(str(measure))
        if counts and isinstance(goal, str) and goal.endswith("%"):
            texts = values.setdefault("meta_texto", [None] * len(run))
            values["meta_anual"][at], texts[at] = None, texts[at] or str(goal)


def _name_percents(activities: ActivityTable, values: dict[str, ColumnValues], percents: list[bool]) -> None:
    """Let % in the cells of periods be the unit of measure where none is printed; note it where another is."""
    if not any(percents):
        return
    measures = values.setdefault("unidad_medida", [None] * len(percents))
    for at in (at for at, is_percent in enumerate(percents) if is_percent):
        measures[at] = measures[at] or "%"
        if not is_percentage(str(measures[at])):
            where = {"owner": str(values["actividad_id"][at]), "source": values["fuente"][at]}
            activities.notes.append(PercentCells(text=f"sus cifras llevan %, y su unidad es {measures[at]}", **where))


def _apply_rules(activities: ActivityTable, run: list[Row], values: dict[str, ColumnValues], columns: Columns) -> None:
    """Let the layout's rules say how the activities that match behave; a later rule prevails.

    An accumulation is of results and goals, unless the rule gives that of goals too.
    """
    for rule in columns.edition.reglas:
        said = [
            (values[name] if name in values else columns.texts(run, name), [*map(normalize, texts)])
            for name, texts in rule.cuando.items()
        ]
        kind = rule.acumulacion_programado or rule.acumulacion
        told = {"sentido": rule.sentido, "acumulacion": rule.acumulacion, "acumulacion_programado": kind}
        told["acumulacion_origen"] = DECLARED if kind else None
        for at in range(len(values["actividad"])):
            if all(fits_texts(cells[at] if cells else None, patterns) for cells, patterns in said):
                activities.used_rules.add(rule.porque)
                for name, value in told.items():
                    values[name][at] = value or values[name][at]


def _settle_name(activities: ActivityTable, row: Row, position: int, name: str) -> None:
    """Keep of two names of an activity the first, unless it is only its code; the other is noted."""
    known, code = activities.table["actividad"][position], activities.table["codigo"][position]
    if is_code(known, code):
        activities.table["actividad"][position] = name
    elif not is_code(name, code):
        note = f"«{name}» y «{known}» se tomaron como la misma actividad, por su identidad"
        where = {"owner": activities.table["actividad_id"][position], "source": row.address("actividad")}
        activities.notes.append(Variant(column="actividad", text=note, **where))


def _add_rows(activities: ActivityTable, run: list[Row], values: dict[str, ColumnValues], columns: Columns) -> None:
    """Add rows to the table; a row of a known activity fills what is missing of it."""
    table, positions = activities.table, activities.positions
    ids = [str(value) for value in values["actividad_id"]]
    new = {key: at for at, key in enumerate(ids, start=len(table["actividad_id"]))}
    if len(new) == len(ids) and positions.keys().isdisjoint(new):
        positions.update(new)
        for name, cells in table.items():
            cells.extend(values.get(name) or [None] * len(ids))
        return
    for at, key in enumerate(ids):
        position = positions.setdefault(key, len(table["actividad_id"]))
        if position == len(table["actividad_id"]):
            for name, cells in table.items():
                cells.append(values[name][at] if name in values else None)
            continue
        for name, cells in values.items():
            if table[name][position] is None:
                table[name][position] = cells[at]
            else:
                _settle(activities, run[at], position, name, cells[at], columns)


def _settle(activities: ActivityTable, row: Row, position: int, name: str, value: object, columns: Columns) -> None:
    """Let what a further row says of a known activity stand, be noted, or be refused."""
    table = activities.table
    known, key = table[name][position], str(table["actividad_id"][position])
    if name == "actividad" and normalize(str(value)) != normalize(known):
        _settle_name(activities, row, position, str(value))
    elif (
        name in _SAME
        and key not in activities.apart
        and value is not None
        and normalize(str(value)) != normalize(str(known))
    ):
        fault = FormatoError(
            f"{name} «{value}», y «{known}» en {table['fuente'][position]}",
            "la misma meta y unidad de medida cada vez que la actividad aparece",
            "si son dos actividades, asigne en el layout la columna que las distingue (`codigo` o `indicador`)",
            lugar=row.sheet.locate(row.index, row.table.columns.get(name)),
        )
        columns.refusals.add(fault)
    elif name in DESCRIBING and differ(value, known):
        place = (known, str(table["fuente"][position]))
        activities.notes.append(ChangedText.of_text(name, key, (value, row.address(name)), place))
