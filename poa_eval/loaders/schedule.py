"""Schedule of a table: the months that its marks, its dates or its frequencies give an activity."""

from collections.abc import Iterable, Iterator, Sequence

import pandas as pd

from poa_eval.errors import FormatoError
from poa_eval.layouts.layout import Edition
from poa_eval.loaders.columns import Columns
from poa_eval.loaders.rows import Row
from poa_eval.plan.schema import Record
from poa_eval.text.dates import parse_term
from poa_eval.text.names import normalize
from poa_eval.text.periods import parse_frequency
from poa_eval.text.wording import is_present


def read_marks(rows: Sequence[Row], columns: Columns) -> Iterator[tuple[int, Record]]:
    """Yield the closing month of each marked period, with the position of its row.

    A cell that holds something else is refused.
    """
    for series in columns.edition.periodos:
        marks = {normalize(mark) for mark in series.marcas}
        for month in series.headings() if marks else ():
            key = f"{series.columna}:{month}:{series.meses}"
            for at, row in enumerate(rows if key in rows[0].table.columns else ()):
                cell = row.value(key)
                if cell is None:
                    continue
                if normalize(str(cell)) not in marks:
                    fault = FormatoError(
                        f"«{cell}»",
                        f"una marca ({', '.join(series.marcas)}) o una celda en blanco",
                        "corrija la celda, o agregue la marca en `marcas:` de esa serie de `periodos:` del layout; si "
                        "son cantidades, quite `marcas:`",
                        lugar=row.sheet.locate(row.index, row.table.columns[key]),
                    )
                    columns.refusals.add(fault)
                yield at, {"mes": month, "origen": "marca", "fuente": row.address(key)}


def make_calendar(
    table: pd.DataFrame, periods: pd.DataFrame, marked: list[Record], edition: Edition, year: int
) -> list[Record]:
    """Return the months in which activities stand: marked; else, without periods, due by frequency; else by dates."""
    regular = table.loc[table["frecuencia"].notna(), ["actividad_id", "frecuencia", "fuente"]]
    if edition.periodos or edition.periodo != "columnas":
        table = table.iloc[:0]
    dated = table.loc[table["fin"].notna(), ["actividad_id", "inicio", "fin", "fuente"]]
    if regular.empty and dated.empty:
        return marked
    known = set(periods["actividad_id"].unique()) | {record["actividad_id"] for record in marked}
    found = marked + list_due(regular.to_dict("records"), known)
    return found + _list_dates(dated.to_dict("records"), known | {record["actividad_id"] for record in found}, year)


def _list_dates(activities: Iterable[Record], known: set[str], year: int) -> list[Record]:
    """List the months of `year` from the start to the end of activities, except for those that are `known`.

    Without a start they are those of the end: «2º semestre 2025» says both.
    """
    found: list[Record] = []
    for activity in activities:
        ends = parse_term(str(activity["fin"])) if is_present(activity["fin"]) else None
        starts = parse_term(str(activity["inicio"])) if is_present(activity["inicio"]) else ends
        if ends is None or starts is None or activity["actividad_id"] in known:
            continue
        last = (ends.last.year or year) * 12 + ends.last.month
        first = (starts.first.year or ends.last.year or year) * 12 + starts.first.month
        months = [month for month in range(1, 13) if first <= year * 12 + month <= last]
        own = {"actividad_id": activity["actividad_id"], "origen": "fechas", "fuente": activity["fuente"]}
        found += [own | {"mes": month} for month in months]
    return found


def list_due(activities: Iterable[Record], known: set[str]) -> list[Record]:
    """List the months in which activities fall due by their frequency, except for those that are `known`.

    Examples
    --------
    >>> [r["mes"] for r in list_due([{"actividad_id": "a", "frecuencia": "Semestral", "fuente": "x"}], set())]
    [6, 12]
    """
    rows: list[Record] = []
    for activity in activities:
        length = parse_frequency(str(activity.get("frecuencia") or ""))
        if length is not None and activity["actividad_id"] not in known:
            due = {"actividad_id": activity["actividad_id"], "origen": "frecuencia", "fuente": activity["fuente"]}
            rows += [due | {"mes": month} for month in range(length, 13, length)]
    return rows
