"""Preview: what a draft reads of a document, so that one sees at once whether it is right, and what figures mean."""

from collections.abc import Iterator

import yaml

from poa_eval.config.models import make_model
from poa_eval.drafting.accumulation import cut_text, list_kinds, show_figure
from poa_eval.errors import LayoutError, Place, PoaError
from poa_eval.layouts.layout import Layout
from poa_eval.loaders.load import shape_document
from poa_eval.plan.accumulation import SERIES
from poa_eval.plan.plan import Plan
from poa_eval.readers.cells import RawDocument
from poa_eval.text.periods import name_period

_SHOWN = 3
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
    return ["Así se leen las primeras actividades:", *_list_lines(read), *list_kinds(read)]


def _tell_error(error: PoaError) -> str:
    where = f" en {error.lugar}" if str(error.lugar) else ""
    said = f"Todavía no se puede leer: se encontró {error.encontrado}{where}; {error.que_hacer}."
    return " ".join(said.split())


def _list_lines(plan: Plan) -> Iterator[str]:
    units = plan.unidades.set_index("unidad_id")["unidad"]
    for activity in plan.actividades.head(_SHOWN).to_dict("records"):
        unit, name = map(cut_text, (units[activity["unidad_id"]], activity["actividad"]))
        yield f"- {unit} · {name} · meta {show_figure(activity['meta_anual'], plan.locale)}"
        own = plan.avances[plan.avances["actividad_id"] == activity["actividad_id"]].sort_values("mes")
        for series in SERIES:
            known = own[own[series].notna()]
            periods = (name_period(month, length) for month, length in zip(known["mes"], known["meses"], strict=True))
            figures = ", ".join(
                f"{period} {show_figure(value, plan.locale)}"
                for period, value in zip(periods, known[series], strict=True)
            )
            if figures:
                yield f"    {series}: {figures}"
        months = plan.calendario.loc[plan.calendario["actividad_id"] == activity["actividad_id"], "mes"]
        if len(months):
            yield f"    calendario: {', '.join(name_period(int(month), 1) for month in sorted(months))}"
