"""Accumulation in a draft: how periods add up by the figures of rows, with examples, and what else may hold."""

from collections.abc import Iterator, Mapping
from textwrap import shorten

from babel.numbers import format_decimal

from poa_eval.loaders.behaviour import list_fits
from poa_eval.plan.accumulation import DEFAULT, PROVED, name_kinds
from poa_eval.plan.inferred import InferredAccumulation
from poa_eval.plan.plan import Plan
from poa_eval.text.goals import parse_goal
from poa_eval.text.names import normalize
from poa_eval.text.numbers import names_ratio
from poa_eval.text.wording import count_words, is_present

_SHOWN = 3
_LONGEST = 90
_NAMES = ("actividad", "indicador", "unidad_medida")
#: What the goal of the year is of the periods, by the kind that gives it.
_WHAT = {
    "suma": "la suma",
    "constante": "la de cada periodo",
    "promedio": "el promedio",
    "nivel": "el último valor",
    "ultimo": "el último valor",
}

Records = list[dict]


def list_kinds(plan: Plan) -> Iterator[str]:
    """Yield how periods add up: what the figures of rows prove, with an example, and what is open."""
    several = plan.avances.groupby("actividad_id")["mes"].nunique()
    table = plan.actividades[plan.actividades["actividad_id"].map(several).fillna(0) > 1]
    notes = {str(note.owner): note for note in plan.list_notes(InferredAccumulation) if note.is_proved}
    proved: dict[tuple[str, ...], Records] = {}
    left: Records = []
    for row in table.to_dict("records"):
        if note := notes.get(row["actividad_id"]):
            proved.setdefault(note.kinds, []).append(row)
        elif row["acumulacion_origen"] == PROVED:
            proved.setdefault(("suma",), []).append(row)
        elif row["acumulacion_origen"] == DEFAULT:
            left.append(row)
    if proved or left:
        yield "Cómo se acumulan los periodos de una actividad, por sus propias cifras:"
    for kinds, rows in proved.items():
        doubts = [note for row in rows if (note := notes.get(row["actividad_id"]))]
        doubt = "revisar: " if any(len(note.kinds) > 1 or note.clears_goal for note in doubts) else ""
        cells = doubts[0].cells if doubts else rows[0]["fuente"]
        said, example = _show_example(plan, rows[0], kinds, cells)
        yield f"- {doubt}{name_kinds(kinds)}{said}: {_count(rows)}, p. ej. {example}"
    if len(proved) == 1 and not left:
        yield from _propose_rule(*proved.popitem())
    yield from _list_open(plan, left)
    yield from _list_signed(plan)


def _list_signed(plan: Plan) -> Iterator[str]:
    """Yield how many goals say by their sign which way is better, with an example."""
    texts = plan.actividades["meta_texto"]
    rows = plan.actividades[texts.notna() & plan.actividades["meta_anual"].notna()].to_dict("records")
    signed = [row for row in rows if parse_goal(str(row["meta_texto"]), plan.locale)]
    if signed:
        row = signed[0]
        yield (
            f"El signo de la meta dice el sentido, y vale el último valor: {_count(signed)}, p. ej. "
            f"«{cut_text(row['actividad'])}»: «{row['meta_texto']}», {row['sentido']} ({row['fuente']})"
        )


def _show_example(plan: Plan, row: Mapping, kinds: tuple[str, ...], cells: str) -> tuple[str, str]:
    """Show what a row's goal, or its printed progress, is of its periods, and its figures and cells."""
    own = plan.avances[plan.avances["actividad_id"] == row["actividad_id"]].sort_values("mes")
    printed = plan.publicado[(plan.publicado["clave"] == row["actividad_id"]) & plan.publicado["valor"].notna()]
    progress, goal = printed.loc[printed["concepto"] == "avance_pct", "valor"], row["meta_anual"]
    is_descending = row["sentido"] == "descendente"
    said, shown = "", []
    for series, name, end in (("programado", "meta", goal), ("ejecutado", "avance impreso", progress.max())):
        values = [float(value) for value in own[series].dropna()]
        if len(values) < 2 or not is_present(end) or not is_present(goal):
            continue
        scale = 1 if series == "programado" else 100 / goal if goal > 0 else 0
        scaled = [value * scale for value in values]
        if not {*kinds} <= list_fits(scaled, float(end), is_descending, float(end) if end == 100 else float("inf")):
            continue
        said = said or f" (la meta es {_WHAT[kinds[0]]})" if series == "programado" else said or " (por su avance)"
        figures = ", ".join(show_figure(value, plan.locale) for value in values)
        shown.append(f"{series} {figures} y {name} {show_figure(end, plan.locale)}")
    figures = f": {'; '.join(shown)}" if shown else ""
    return said, f"«{cut_text(row['actividad'])}»{figures} ({cells})"


def _propose_rule(kinds: tuple[str, ...], rows: Records) -> Iterator[str]:
    """Yield the rule that the figures of all rows prove; of a level or what counts from January, both."""
    if kinds == ("suma",) or len(rows) < 2:
        return
    if len(kinds) == 1:
        yield f"- revisar: las {len(rows)} lo prueban, y ninguna otra cosa; si así es siempre en este formato:"
        yield f'    reglas: [{{cuando: {{actividad: "*"}}, acumulacion: {kinds[0]}, porque: "…"}}]'
    elif {*kinds} <= {"nivel", "ultimo"}:
        yield "- revisar: si las cifras cuentan desde enero, escriba `acumulado: true` en cada serie; si son un nivel:"
        yield '    reglas: [{cuando: {actividad: "*"}, acumulacion: nivel, porque: "…"}]'


def _list_open(plan: Plan, rows: Records) -> Iterator[str]:
    """Yield what neighbours and names suggest of rows of which the figures do not tell."""
    for measure, (kind, number) in plan.proved_kinds.items():
        if own := [row for row in rows if normalize(str(row["unidad_medida"])) == measure]:
            said, rows = str(own[0]["unidad_medida"]), [row for row in rows if row not in own]
            proved = f"{number} que por sus cifras {'es' if number == 1 else 'son'} {name_kinds([kind])}"
            yield f"- revisar: {_count(own)} en «{said}», como {proved}; si lo {'es' if len(own) == 1 else 'son'}:"
            yield f'    reglas: [{{cuando: {{unidad_medida: "{said}"}}, acumulacion: {kind}, porque: "…"}}]'
    summed = [row for row in rows if row["actividad_id"] not in plan.open_kinds]
    rates = [row for row in summed if any(is_present(row[name]) and names_ratio(str(row[name])) for name in _NAMES)]
    if rates:
        names = ", ".join(f"«{cut_text(row['actividad'])}»" for row in rates[:_SHOWN])
        more = "…" if len(rates) > _SHOWN else ""
        yield f"- revisar: {names}{more}: por su nombre puede que no se sumen; si es así, declárelo en `reglas:`"
    if rest := [row for row in rows if row not in rates]:
        yield f"- nada lo dice de {_count(rest)}: se suman, salvo los porcentajes"


def _count(rows: Records) -> str:
    return count_words(len(rows), "actividad", "actividades")


def show_figure(value: float | None, locale: str) -> str:
    """Return a figure as a locale writes it."""
    return format_decimal(value, locale=locale) if is_present(value) else "—"


def cut_text(text: object) -> str:
    """Return a text, cut where it is long."""
    return shorten(str(text), _LONGEST, placeholder="…")
