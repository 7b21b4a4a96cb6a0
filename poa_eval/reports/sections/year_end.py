"""Year end: what is left of the year: the pace that each goal still asks for, and where today's pace leads."""

from collections import Counter

from poa_eval.metrics.projection import ASSUMPTIONS, LENGTHS, Projection, find_obstacle, find_projection
from poa_eval.reports.html.blocks import EMPTY, Block, render_words
from poa_eval.reports.html.tables import number_cell, percent_cell, render_table, text_cell
from poa_eval.reports.sections.inputs import Source, name_source, take_evaluation
from poa_eval.reports.sections.provenance import Provenance
from poa_eval.text.columns import Column
from poa_eval.text.wording import count_words, join_words

_OBSTACLES = {
    "meta": ("no trae meta anual con cifra", "no traen meta anual con cifra"),
    "respuesta": ("se responde Sí o No", "se responden Sí o No"),
    "sentido": ("no tiene un indicador ascendente", "no tienen un indicador ascendente"),
    "suma": ("da resultados que no se suman", "dan resultados que no se suman"),
    "programa": ("no tenía nada programado a la fecha", "no tenían nada programado a la fecha"),
    "resultado": ("no tiene resultado acumulado a la fecha", "no tienen resultado acumulado a la fecha"),
}


_NEEDED = "Lo que falta / periodos que quedan; en conteos, al entero de arriba"
_CLOSE = "Ejecutado a la fecha + lo que daría el supuesto; en conteos, al entero más cercano"
_COLUMNS = [
    Column("Actividad"),
    Column("Meta anual", kind="number"),
    Column("Ejecutado a la fecha", kind="number"),
    Column("Falta", kind="number", tooltip="Meta anual − ejecutado a la fecha"),
    Column("Queda"),
    Column("Hasta ahora", kind="number", group="Por periodo", tooltip="Ejecutado a la fecha / periodos cerrados"),
    Column("Hace falta", kind="number", group="Por periodo", tooltip=_NEEDED),
    Column("Cierre", kind="number", group="Proyección", tooltip=_CLOSE),
    Column("De la meta", kind="percent", group="Proyección", tooltip="Cierre proyectado / meta anual × 100"),
    Column("Supuesto", group="Proyección", is_optional=True),
]


def _tell_obstacles(obstacles: list[str], total: int) -> str:
    """Say how many activities can not be projected and why; "" where all can."""
    counts = Counter(obstacles)
    whys = [(counts[name], forms) for name, forms in _OBSTACLES.items() if counts[name]]
    if not whys:
        return ""
    parts = join_words(f"{number} {forms[number > 1]}" for number, forms in whys)
    number, forms = whys[0]
    if len(obstacles) < total:
        out = count_words(len(obstacles), "actividad", "actividades")
        parts = forms[number > 1] if len(whys) == 1 else parts
        return f"{'Queda' if len(obstacles) == 1 else 'Quedan'} fuera de la tabla {out}: {parts}."
    if len(whys) == 1:
        parts = f"{'la única actividad' if total == 1 else f'las {total} actividades'} {forms[number > 1]}"
    else:
        parts = f"de las {total} actividades, {parts}"
    return f"No se proyecta el cierre del año: {parts}."


def _tell_reach(found: list[tuple[dict, Projection]], *, is_all: bool) -> str:
    """Say how many activities would reach their goal; `is_all` where no other activity has one."""
    total, reach = len(found), sum(o.proyeccion >= row["meta_anual"] - 1e-9 for row, o in found)
    which = "con meta anual" if is_all else "con meta anual y resultados que se pueden proyectar"
    end = "si el año sigue como va."
    if total == 1:
        return f"La única actividad {which} {'' if reach else 'no '}llegaría a ella {end}"
    if reach in (0, total):
        who, would = ("Las", "llegarían") if reach else ("Ninguna de las", "llegaría")
        return f"{who} {total} actividades {which} {would} a la suya {end}"
    return f"De las {total} actividades {which}, {reach} {'llegaría' if reach == 1 else 'llegarían'} a la suya {end}"


def show_year_end(source: Source) -> Block:
    """Show the pace that each annual goal asks for, and a projection with its assumption; empty at year's end.

    What can not be projected is counted, with the reasons.
    """
    e = take_evaluation(source)
    if e.solo_plan or e.trimestre == 4 or e.actividades.empty:
        return EMPTY
    provenance, found, obstacles = Provenance(e), [], []
    for row in e.actividades.to_dict("records"):
        if projection := find_projection(row, e):
            found.append((row, projection))
        else:
            obstacles.append(find_obstacle(row, provenance.activities[row["actividad_id"]], e) or "resultado")
    apart = _tell_obstacles(obstacles, len(e.actividades))
    if not found:
        return render_words([apart])
    found.sort(key=lambda pair: pair[1].proyeccion / pair[0]["meta_anual"])
    assumptions = [name for name in ASSUMPTIONS if any(o.supuesto == name for _, o in found)]
    locale, rows = e.plan.locale, []
    for row, o in found:
        key, is_met, (needed, close) = row["actividad_id"], o.falta <= 0, o.cifras
        left = "meta anual alcanzada" if is_met else count_words(o.quedan, *LENGTHS[o.meses].split())
        rows.append(
            [
                provenance.name_cell(key),
                provenance.cell(key, "meta_anual"),
                provenance.cell(key, "ejecutado_acumulado"),
                number_cell(None if is_met else o.falta, locale),
                text_cell(left),
                number_cell(o.ritmo, locale),
                number_cell(None if is_met else needed, locale),
                number_cell(close, locale),
                percent_cell(o.proyeccion * 100 / row["meta_anual"], locale),
                text_cell(o.supuesto if len(assumptions) > 1 else None),
            ]
        )
    told = [f"Supuesto, {name}: {ASSUMPTIONS[name]}." for name in assumptions]
    table = render_table("Qué falta para la meta del año", _COLUMNS, [("", rows)], source=name_source(e))
    reach = _tell_reach(found, is_all=set(obstacles) <= {"meta"})
    return render_words(filter(None, [reach, apart, *told])) + table
