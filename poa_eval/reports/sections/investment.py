"""Investment: what a plan's activities cost, as the document says it."""

from collections.abc import Mapping
from math import inf

from poa_eval.metrics.evaluation import Evaluation
from poa_eval.plan.notes import Statement
from poa_eval.reports.html.blocks import EMPTY, Block, render_words
from poa_eval.reports.html.tables import Cell, number_cell, percent_cell, render_records, show_text
from poa_eval.reports.sections.activities import KEYS, NAMES, group_by_unit, list_activities
from poa_eval.reports.sections.inputs import Source, name_source, take_evaluation
from poa_eval.text.columns import Column
from poa_eval.text.wording import capitalize, count_words, format_number, is_present, join_words


def list_columns(locale: str) -> list[Column]:
    """List the columns of what activities cost, for the table of a page and for the sheet."""
    total, share = "Suma de las actividades", "Inversión de la actividad / total de las actividades × 100"

    def show_amount(row: Mapping) -> Cell:
        return number_cell(row["inversion"], locale, source=row["fuente"])

    return [
        *NAMES,
        Column("Inversión", "inversion", "number", 16, cell=show_amount, tooltip=total),
        Column(
            "Parte del total",
            kind="percent",
            cell=lambda row: percent_cell(row["parte"], locale),
            tooltip=share,
            is_optional=True,
        ),
        Column(
            "Lo que dice el documento",
            "inversion_texto",
            width=44,
            cell=show_text("inversion_texto"),
            is_optional=True,
        ),
        Column("Recursos", "recursos", width=34, cell=show_text("recursos"), is_optional=True),
        *KEYS,
    ]


def show_investment(source: Source) -> Block:
    """Show what each activity costs, as the document says it, with the total; what is not said stays missing."""
    e = take_evaluation(source)
    plan, locale = e.plan, e.plan.locale
    amounts, goals = plan.actividades["inversion"], plan.metas[plan.metas["inversion"].notna()]
    if amounts.isna().all() and goals.empty:
        return EMPTY
    total, groups, foot, words = float(amounts.sum()), [], [], EMPTY
    if amounts.notna().any():
        rows = sorted(
            list_activities(e).values(), key=lambda row: -row["inversion"] if is_present(row["inversion"]) else inf
        )
        for row in rows:
            row["parte"] = row["inversion"] / total * 100 if total and is_present(row["inversion"]) else None
        groups = group_by_unit(rows, is_titled=plan.actividades["unidad_id"].nunique() > 1)
        blank = Cell(""), Cell("")
        foot = [Cell("Total de las actividades"), number_cell(total, locale), Cell("", is_number=True), *blank]
        words = render_words([tell_investment(e)])
    if len(goals):
        notes = plan.list_notes(Statement)
        said = {note.owner: note.text for note in notes if note.name == "inversion_texto"}
        rows = [
            row
            | {"actividad": row["texto"], "parte": None, "recursos": None}
            | {"inversion_texto": said.get(row["meta_id"])}
            for row in goals.to_dict("records")
        ]
        levels = join_words(dict.fromkeys(capitalize(str(level)) for level in goals["nivel"]))
        aside = ": no se suman con las actividades" if groups else ""
        groups.append((f"Montos por encima de las actividades ({levels}){aside}", rows))
    caption = f"Inversión prevista en {plan.ejercicio}, en la moneda del documento"
    return words + render_records(caption, list_columns(locale), groups, source=name_source(e), total=foot)


def tell_investment(e: Evaluation) -> str:
    """Tell what the activities cost together, how many cost nothing, and of how many the plan does not say."""
    amounts = e.plan.actividades["inversion"]
    parts = list_free(e)
    if paid := int((amounts > 0).sum()):
        total, count = format_number(amounts.sum(), e.plan.locale), count_words(paid, "actividad", "actividades")
        parts.insert(0, f"La inversión prevista suma {total} en {count}")
    return f"{'; '.join(parts)}."


def list_free(e: Evaluation) -> list[str]:
    """List how many activities cost nothing, and of how many the plan does not say what they cost."""
    amounts = e.plan.actividades["inversion"]
    free, unsaid = int((amounts == 0).sum()), int(amounts.isna().sum())
    parts = [count_words(free, "actividad no genera gasto", "actividades no generan gasto")] if free else []
    parts += [count_words(unsaid, "actividad no dice su monto", "actividades no dicen su monto")] if unsaid else []
    return parts
