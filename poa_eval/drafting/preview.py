"""Preview: what a draft reads of a document, so that one sees at once whether it is right, and what figures mean."""

from collections.abc import Iterator
from textwrap import shorten

import yaml
from babel.numbers import format_decimal

from poa_eval.config.models import make_model
from poa_eval.errors import LayoutError, Place, PoaError
from poa_eval.layouts.layout import Layout
from poa_eval.loaders.load import shape_document
from poa_eval.plan.accumulation import DEFAULT, PROVED, SERIES, name_kinds
from poa_eval.plan.inferred import InferredAccumulation
from poa_eval.plan.plan import Plan
from poa_eval.readers.cells import RawDocument
from poa_eval.text.names import normalize
from poa_eval.text.numbers import names_ratio
from poa_eval.text.periods import name_period
from poa_eval.text.wording import count_words, is_present

_SHOWN = 3
_LONGEST = 90
_NAMES = ("actividad", "indicador", "unidad_medida")
_ANY_YEAR = 2000  # of a document that says none: it is not shown


def read_draft(document: RawDocument, text: str, *, has_year: bool) -> Plan | PoaError:
    """Read a document by the text of a layout; return why that can not be done, where it can not.

    Without a year in the document any will do.
    """
    try:
        layout = make_model(Layout, yaml.safe_load(text), LayoutError, Place("borrador"))
        return shape_document(document, layout, ejercicio=None if has_year else _ANY_YEAR)
    except PoaError as error:
        return error


def preview_activities(read: Plan | PoaError) -> list[str]:
    """Return the lines that show the first activities of what was read, and how periods add up; or what stops it."""
    if isinstance(read, PoaError):
        return list(map(_tell_error, (read, *read.otros)))
    return ["Así se leen las primeras actividades:", *_list_lines(read), *_list_kinds(read)]


def _tell_error(error: PoaError) -> str:
    where = f" en {error.lugar}" if str(error.lugar) else ""
    said = f"Todavía no se puede leer: se encontró {error.encontrado}{where}; {error.que_hacer}."
    return " ".join(said.split())


def _list_kinds(plan: Plan) -> Iterator[str]:
    """Yield how periods add up: what the figures of rows prove, and on which cells that rests; and what is open."""
    several = plan.avances.groupby("actividad_id")["mes"].nunique()
    table = plan.actividades[plan.actividades["actividad_id"].map(several).fillna(0) > 1]
    notes = {str(note.owner): note for note in plan.list_notes(InferredAccumulation) if note.is_proved}
    proved: dict[str, list[dict]] = {}
    left: list[dict] = []
    for row in table.to_dict("records"):
        if note := notes.get(row["actividad_id"]):
            proved.setdefault(name_kinds(note.kinds), []).append(row)
        elif row["acumulacion_origen"] == PROVED:
            proved.setdefault("suma", []).append(row)
        elif row["acumulacion_origen"] == DEFAULT:
            left.append(row)
    if proved or left:
        yield "Cómo se acumulan los periodos de una actividad, por sus propias cifras:"
    for name, rows in proved.items():
        note = notes.get(rows[0]["actividad_id"])
        rest = f", p. ej. «{_cut(rows[0]['actividad'])}» ({note.cells})" if note else ""
        doubt = "revisar: " if note and (len(note.kinds) > 1 or note.clears_goal) else ""
        yield f"- {doubt}{name}: {_count(rows)}{rest}"
    yield from _list_open(plan, left)


def _list_open(plan: Plan, rows: list[dict]) -> Iterator[str]:
    """Yield what neighbours and names suggest of rows of which the figures do not tell."""
    for measure, (kind, number) in plan.proved_kinds.items():
        if own := [row for row in rows if normalize(str(row["unidad_medida"])) == measure]:
            said, rows = str(own[0]["unidad_medida"]), [row for row in rows if row not in own]
            proved = f"{number} que por sus cifras {'es' if number == 1 else 'son'} {name_kinds([kind])}"
            yield f"- revisar: {_count(own)} en «{said}», como {proved}; si lo {'es' if len(own) == 1 else 'son'}:"
            yield f'    reglas: [{{cuando: {{unidad_medida: "{said}"}}, acumulacion: {kind}, porque: "…"}}]'
    rates = [row for row in rows if any(is_present(row[name]) and names_ratio(str(row[name])) for name in _NAMES)]
    if rates:
        names = ", ".join(f"«{_cut(row['actividad'])}»" for row in rates[:_SHOWN])
        more = "…" if len(rates) > _SHOWN else ""
        yield f"- revisar: {names}{more}: por su nombre puede que no se sumen; si es así, declárelo en `reglas:`"
    if rest := [row for row in rows if row not in rates]:
        yield f"- nada lo dice de {_count(rest)}: se suman, salvo los porcentajes"


def _count(rows: list[dict]) -> str:
    return count_words(len(rows), "actividad", "actividades")


def _list_lines(plan: Plan) -> Iterator[str]:
    units = plan.unidades.set_index("unidad_id")["unidad"]
    for activity in plan.actividades.head(_SHOWN).to_dict("records"):
        unit, name = map(_cut, (units[activity["unidad_id"]], activity["actividad"]))
        yield f"- {unit} · {name} · meta {_show(activity['meta_anual'], plan.locale)}"
        own = plan.avances[plan.avances["actividad_id"] == activity["actividad_id"]].sort_values("mes")
        for series in SERIES:
            known = own[own[series].notna()]
            periods = (name_period(month, length) for month, length in zip(known["mes"], known["meses"], strict=True))
            figures = ", ".join(
                f"{period} {_show(value, plan.locale)}" for period, value in zip(periods, known[series], strict=True)
            )
            if figures:
                yield f"    {series}: {figures}"
        months = plan.calendario.loc[plan.calendario["actividad_id"] == activity["actividad_id"], "mes"]
        if len(months):
            yield f"    calendario: {', '.join(name_period(int(month), 1) for month in sorted(months))}"


def _show(value: float | None, locale: str) -> str:
    return format_decimal(value, locale=locale) if is_present(value) else "—"


def _cut(text: object) -> str:
    return shorten(str(text), _LONGEST, placeholder="…")
