"""Findings: what does not add up in the documents, by severity and rule, and what units answered."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from os.path import commonprefix

from poa_eval.audit.findings import RULES, SEVERITIES
from poa_eval.errors import ParamsError
from poa_eval.forms.observations import GONE, tell_answer
from poa_eval.metrics.evaluation import is_unit
from poa_eval.quarter.quarter import Quarter
from poa_eval.readers.addresses import join_addresses
from poa_eval.reports.html.blocks import EMPTY, Block, render_words
from poa_eval.reports.html.tables import Cell, count_cell, render_records, render_table, show_text, text_cell
from poa_eval.reports.sections.activities import list_activities
from poa_eval.reports.sections.inputs import name_source, pick_findings
from poa_eval.text.columns import Column
from poa_eval.text.names import suggest_sentence
from poa_eval.text.wording import capitalize, is_present, name_rule, name_units

_MOST_NAMES = 6  # so many activities are named in one cell


def list_columns(q: Quarter) -> list[Column]:
    """List the columns of the findings: of one a row for the sheet; for a page of equal ones, as it puts them together.

    `quienes` are the activities or units of equal findings, `unidades` those of the activities.
    """
    activities, units = (
        {key: row["llamada"] for key, row in list_activities(q.evaluacion).items()},
        name_units(q.plan.unidades),
    )
    told = {answer["hallazgo_id"]: tell_answer(answer) for answer in q.respuestas.to_dict("records")}
    return [
        Column("Gravedad", "gravedad", "state", 13),
        Column("Regla", lambda row: name_rule(row["regla"]), width=24),
        Column("Hallazgo", "mensaje", width=64, cell=show_text("mensaje")),
        Column("Unidad", lambda row: units.get(row["unidad_id"], "Todo el documento"), width=28),
        Column("Actividad", lambda row: activities.get(row["actividad_id"]), width=40, is_optional=True),
        Column("Actividad o unidad", cell=lambda row: text_cell(row["quienes"], notes=row["unidades"])),
        Column("Lugar en el documento", "fuente", width=34, cell=show_text("fuente")),
        Column(
            "Respuesta de la unidad",
            lambda row: told.get(row["hallazgo_id"]),
            width=36,
            cell=show_text("respuesta") if told else None,
            is_optional=True,
        ),
        Column("Mes de cierre", "mes", "number", 9, is_aside=True, is_optional=True),
        Column("Encontrado", _take_number("encontrado"), width=24, is_aside=True, is_optional=True),
        Column("Esperado", _take_number("esperado"), width=24, is_aside=True, is_optional=True),
        Column("Diferencia", "diferencia", "number", is_aside=True, is_optional=True),
        Column("Clave del hallazgo", "hallazgo_id", width=14, is_aside=True),
    ]


def _take_number(key: str) -> Callable[[Mapping], object]:
    """Return what takes a text of a finding; as a number where it is one: those of a difference are plain decimals."""
    return lambda row: (
        (float(row[key]), "number") if is_present(row["diferencia"]) and is_present(row[key]) else row[key]
    )


def show_findings(q: Quarter, *, regla: str | None = None) -> Block:
    """Show what does not add up in the documents, by severity and rule, each with its place.

    Parameters
    ----------
    q : Quarter
    regla : str, optional
        Only those of this rule.

    Raises
    ------
    ParamsError
        No finding is of that rule; the nearest is suggested.
    """
    e, table = q.evaluacion, pick_findings(q)
    if regla is not None:
        known = sorted(set(table["regla"]))
        if regla not in known:
            raise ParamsError(f"la regla «{regla}»", "una regla con hallazgos", suggest_sentence(regla, known))
        table = table[table["regla"] == regla]
    if table.empty:
        none = ["Sin hallazgos en lo que se comprueba.", f"Se comprueba: {_name_checks(q)}."]
        return render_words(none) + _show_gone(q)
    answers = {a["hallazgo_id"]: tell_answer(a) for a in q.respuestas.to_dict("records")}
    table = table.assign(respuesta=[answers.get(key, "") for key in table["hallazgo_id"]])
    activities = {key: row["llamada"] for key, row in list_activities(e).items()}
    units, groups = name_units(q.plan.unidades), []
    for severity in SEVERITIES:
        for rule, found in table[table["gravedad"] == severity].groupby("regla"):
            shared = commonprefix([told[::-1] for told in found["consejo"]]) if found["mensaje"].nunique() > 1 else ()
            rows, advice = [], " ".join(reversed(shared))
            for (message, answer), same in found.groupby(["mensaje", "respuesta"], sort=False):
                keys = zip(same["actividad_id"], same["unidad_id"], strict=True)
                own = [(activities.get(activity, ""), units.get(unit, "")) for activity, unit in keys]
                names = dict.fromkeys(activity or unit or "Todo el documento" for activity, unit in own)
                notes = dict.fromkeys(unit for activity, unit in own if activity and not is_unit(e))
                if len(names) > _MOST_NAMES and same["actividad_id"].notna().all():
                    names = [f"{'Las ' * (len(names) == len(activities))}{len(names)} actividades"]
                row = {"mensaje": message.removesuffix(advice).rstrip(), "respuesta": answer}
                row |= {"quienes": "; ".join(names), "unidades": notes, "fuente": join_addresses(same["fuente"])}
                rows.append(row)
            title = f"{capitalize(severity)} · {name_rule(rule)}: {len(found)}"
            groups.append((f"{title}. {advice}" if advice else title, rows))
    columns = [replace(column, is_optional=False) for column in list_columns(q)]
    found = render_records("Hallazgos en el documento", columns, groups, source=name_source(e))
    return found if regla else found + _show_gone(q)


def _show_gone(q: Quarter) -> Block:
    """Show what units were asked to answer and is no longer found."""
    gone = q.respuestas[q.respuestas["estado"] == GONE].to_dict("records")
    units = name_units(q.plan.unidades)
    rows = [
        [Cell(name_rule(a["regla"])), text_cell(a["mensaje"]), Cell(units[a["unidad_id"]]), text_cell(tell_answer(a))]
        for a in gone
    ]
    columns = [Column(title) for title in ("Regla", "Hallazgo", "Unidad", "Respuesta de la unidad")]
    return render_table("Hallazgos que ya no aparecen", columns, [("", rows)]) if rows else EMPTY


def show_findings_summary(q: Quarter) -> Block:
    """Show how many findings there are of each rule and severity."""
    table = pick_findings(q)
    if table.empty:
        return render_words(["No hay hallazgos."])
    rows = [
        [Cell(name_rule(rule)), Cell(severity), count_cell(number)]
        for severity in SEVERITIES
        for rule, number in table.loc[table["gravedad"] == severity, "regla"].value_counts().sort_index().items()
    ]
    origin = "Contados en la tabla «Hallazgos en el documento»"
    columns = [Column("Regla"), Column("Gravedad"), Column("Hallazgos (número)", kind="number", tooltip=origin)]
    total, place = [Cell("Total"), Cell(""), count_cell(len(table))], name_source(q.evaluacion)
    return render_table("Hallazgos por regla y gravedad", columns, [("", rows)], source=place, total=total)


def _name_checks(q: Quarter) -> str:
    """Name the rules that look at a report's rows; what none looks at is not vouched for."""
    names = [slug for slug in RULES if not (is_unit(q.evaluacion) and slug.startswith("celda-"))]
    return ", ".join(name_rule(slug).lower() for slug in names)
