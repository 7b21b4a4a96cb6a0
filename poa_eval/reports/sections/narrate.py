"""Narrate: what an evaluation has to tell: its figures, its gaps, its order of units, its periods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pandas as pd

from poa_eval.config.profile import STATES
from poa_eval.errors import ParamsError
from poa_eval.metrics.evaluation import Evaluation, find_corte
from poa_eval.metrics.windows import Due, find_due, list_window
from poa_eval.quarter.quarter import Quarter
from poa_eval.readers.addresses import name_file
from poa_eval.text.names import normalize, suggest_sentence
from poa_eval.text.wording import FIGURES, format_number, format_percent, is_present, name_activity, tell_lack

#: What a report is made from; of an evaluation alone there are no findings.
Source = Quarter | Evaluation

#: States that ask for a look, in this order.
ATTENTION = ("sin reporte", "crítica", "en riesgo", "casi cumplida", "sobrecumplida")
_NEED = {state: i for i, state in enumerate((*ATTENTION, *(s for s in STATES if s not in ATTENTION)))}


def take_evaluation(source: Source) -> Evaluation:
    """Return the evaluation of a quarter, or the one given; refuse anything else."""
    if not isinstance(source, Source):
        way_out = "evalúe primero el plan, poa.measure(plan, trimestre), o abra el documento con poa.open_document"
        raise ParamsError(f"un objeto {type(source).__name__}", "un Quarter o una Evaluation", way_out)
    return source.evaluacion if isinstance(source, Quarter) else source


def pick_findings(q: Quarter) -> pd.DataFrame:
    """Return the findings of a report: a unit is not troubled with damage in the file."""
    table = q.hallazgos
    return table[~table["regla"].str.startswith("celda-")] if is_unit(q.evaluacion) else table


def is_unit(evaluation: Evaluation) -> bool:
    """Say whether the evaluation is of one unit only."""
    return evaluation.institucion.empty


def pick_figures(evaluation: Evaluation) -> Mapping[str, object]:
    """Return the row of figures of the unit, or of the institution; empty for a unit without activities."""
    table = evaluation.unidades if is_unit(evaluation) else evaluation.institucion
    return {} if table.empty else table.iloc[0].to_dict()


def count_base(row: Mapping[str, object], window: str, e: Evaluation) -> int:
    """Return how many activities the proportion of goals met is of, as the profile counts them."""
    return e.perfil.count_base(int(row[f"evaluadas_{window}"]), int(row[f"sin_reporte_{window}"]))


def name_formula(name: str, e: Evaluation) -> str:
    """Return the formula of one of the four figures; what goals met are divided by, the profile says."""
    return e.perfil.formula_proporcion if name == "proporcion_cumplidas" else FIGURES[name][1]


def tell_done(row: Mapping[str, object], window: str, locale: str) -> str:
    """Return what was executed of what was programmed in a window: «95 de 100»."""
    return " de ".join(format_number(row[f"{series}_{window}"], locale) for series in ("ejecutado", "programado"))


def find_gap(name: str, row: Mapping[str, object], window: str) -> str:
    """Say why a figure is empty."""
    if not row[f"evaluadas_{window}"]:
        return "sin actividades evaluadas"
    if name == "promedio_ponderado":
        return "el plan no trae ponderaciones"
    reasons = [
        r for r in str(row["motivo"]).split("; ") if is_present(row["motivo"]) and r != "sin actividades evaluadas"
    ]
    return "; ".join(reasons) or "nada programado que sumar"


def rank_units(e: Evaluation) -> tuple[list[tuple[int, dict]], list[tuple[dict, str]]]:
    """Return the units with their place by the profile's principal figure to date, and the others with the reason."""
    name, least = e.perfil.principal, e.perfil.cobertura_minima.valor
    ranked, apart = [], []
    for row in e.unidades.to_dict("records"):
        coverage = row["cobertura_reporte_acumulado"]
        if is_present(coverage) and coverage < least:
            limits = (format_percent(p, e.plan.locale) for p in (coverage, least))
            apart.append((row, "cobertura de reporte de {}; el mínimo del perfil es {}".format(*limits)))
        elif not is_present(row[f"{name}_acumulado"]):
            apart.append((row, find_gap(name, row, "acumulado")))
        else:
            ranked.append(row)
    ranked.sort(key=lambda row: -row[f"{name}_acumulado"])
    values = [row[f"{name}_acumulado"] for row in ranked]
    return [(values.index(row[f"{name}_acumulado"]) + 1, row) for row in ranked], apart


def sort_by_need(evaluation: Evaluation) -> pd.DataFrame:
    """Return the activities with those first that most ask for a look."""
    table = evaluation.actividades
    rank = table["estado"].map(_NEED)
    share = table["cumplimiento_acumulado"].astype(float)
    share = share.where(table["estado"] != "sobrecumplida", -share)
    keys = pd.DataFrame({"rank": rank, "share": share}).sort_values(["rank", "share"], kind="stable")
    return table.loc[keys.index]


def pick_state(states: Iterable[str]) -> str:
    """Return the state that most asks for a look; "" where there is none."""
    return min(states, key=_NEED.__getitem__, default="")


def find_activity(evaluation: Evaluation, word: object) -> pd.Series:
    """Return the activity of that id, code, name or indicator, or the only one that has the word in them.

    Raises
    ------
    ParamsError
        No activity is called so (suggests the nearest), or several are (lists them).
    """
    asked, table = normalize(str(word)), evaluation.actividades
    codes = evaluation.plan.actividades.set_index("actividad_id")["codigo"].reindex(table["actividad_id"])
    names = table[["actividad_id", "actividad", "indicador"]].assign(codigo=codes.to_numpy())
    names = names.astype(object).fillna("").map(lambda name: normalize(str(name)))
    for matches in (names == asked, names.map(lambda name: asked in name)):
        found = table[matches.any(axis=1)]
        if len(found) == 1:
            return found.iloc[0]
        if len(found) > 1:
            options = [f"{row['actividad_id']} ({name_activity(row)})" for row in found.to_dict("records")[:10]]
            many = f"«{word}», que nombra a {len(found)} actividades"
            raise ParamsError(many, "una sola actividad", f"escriba la clave de una: {'; '.join(options)}")
    known = dict.fromkeys([*table["actividad"], *table["indicador"].dropna(), *table["actividad_id"]])
    raise ParamsError(f"la actividad «{word}»", "una actividad del plan", suggest_sentence(str(word), known))


def find_reason(motivo: object, window: str) -> str:
    """Tell the part of a `motivo` that belongs to a window (``trimestre``, ``acumulado``, ``avance anual``)."""
    parts = str(motivo).split("; ") if is_present(motivo) else []
    labels = ("trimestre: ", "acumulado: ", "avance anual: ")
    own = [part.removeprefix(f"{window}: ") for part in parts if part.startswith(f"{window}: ")]
    common = [part for part in parts if not part.startswith(labels)]
    return "; ".join(map(tell_lack, own or common))


def find_year_reason(row: Mapping[str, object], evaluation: Evaluation) -> str:
    """Tell why there is no progress towards the year: without an annual goal, that there is none."""
    needs_goal = evaluation.plan.rule("avance") != "razones_ponderadas"
    if needs_goal and not is_present(row["meta_anual"]) and "avance anual: " not in str(row["motivo"]):
        return "sin meta anual"
    return find_reason(row["motivo"], "avance anual")


def name_sum(evaluation: Evaluation, window: str) -> str:
    """Name the unit of measure of a window's volume; "" where several are added, as only a document's own sum does."""
    table = evaluation.actividades
    measures = table.loc[table[f"cumplimiento_{window}"].notna(), "unidad_medida"]
    named = {normalize(str(measure)): str(measure) for measure in measures}
    return next(iter(named.values())) if len(named) == 1 and measures.notna().all() else ""


def list_notes(evaluation: Evaluation) -> list[str]:
    """List what the documents say of their own text and figures."""
    context = evaluation.plan.contexto
    texts = context.loc[context["clave"].isin(["nota", "fuente_del_documento"]), "texto"]
    return list(dict.fromkeys(str(text).rstrip(". ") for text in texts if is_present(text)))


def name_source(evaluation: Evaluation) -> str:
    """Return the documents of the figures, for the line under a table."""
    places = pd.concat([evaluation.plan.avances["fuente"], evaluation.plan.actividades["fuente"]]).dropna()
    files = dict.fromkeys(name_file(str(place)) for place in places)
    return ", ".join(files) or "el documento cargado"


def find_dues(evaluation: Evaluation) -> Due:
    """Return what is due in the evaluation's plan.

    A plan of one unit does not tell a quarter of which the unit filed nothing from one without document; the
    reasons that the evaluation gives do.
    """
    due = find_due(evaluation.plan, find_corte(evaluation.plan, evaluation.fecha_corte))
    absent = evaluation.actividades["motivo"].astype(str).str.contains("falta el documento").any()
    return due if absent else replace(due, absent=frozenset())


def list_periods(activity: Mapping[str, object], due: Due, trimestre: int) -> list[dict[str, object]]:
    """List the periods of an activity from January to the close of a quarter, those that lack a report included.

    Returns
    -------
    list of dict
        `mes`, `meses`, `programado`, `ejecutado`, `comentario`, `fuente`; and `estado`, which says what it is where
        there is no result (``sin reporte``, ``no programada``), else "". In order.
    """
    quarters = tuple(q for q in range(1, trimestre + 1) if q not in due.absent)
    found, lacking = list_window(activity, due, quarters)
    empty = {"programado": None, "ejecutado": None, "comentario": None, "fuente": activity["fuente"]}
    rows = [row for row in found if is_present(row["programado"]) or is_present(row["ejecutado"])]
    rows += [{"mes": month, "meses": length} | empty for month, length in lacking]
    idle = activity["sentido"] != "descendente"
    for i, row in enumerate(rows):
        lacks = "no programada" if row["programado"] == 0 and idle else "sin reporte"
        rows[i] = row | {"estado": "" if is_present(row["ejecutado"]) else lacks}
    return sorted(rows, key=lambda row: (row["mes"], row["meses"]))


def list_comparable(activity: Mapping[str, object], due: Due, trimestre: int) -> tuple[list[dict], bool]:
    """List the periods of an activity at one length and comparable, and say whether the programme was added up for it.

    Where months and quarters stand side by side the months are added to quarters; a result that is already
    cumulative stands against the programme up to there.
    """
    rows = list_periods(activity, due, trimestre)
    adding = (activity["acumulacion"], activity["acumulacion_programado"])
    lengths = {row["meses"] for row in rows}
    if adding == ("suma", "suma") and len(lengths) > 1 and max(lengths) == 3:
        quarters = [[row for row in rows if (row["mes"] + 2) // 3 == q] for q in range(1, trimestre + 1)]
        return [_add_up(part) for part in quarters if part], False
    if adding == ("ultimo", "suma"):
        running = pd.Series([row["programado"] for row in rows], dtype=float).cumsum()
        return [row | {"programado": total} for row, total in zip(rows, running, strict=True)], True
    return rows, False


def _add_up(rows: list[dict]) -> dict[str, object]:
    """Return the quarter of its months; without the sum of what one of them lacks."""
    sums = {
        c: sum(r[c] for r in rows) if all(is_present(r[c]) for r in rows) else None for c in ("programado", "ejecutado")
    }
    states = [row["estado"] for row in rows if row["estado"]]
    return {"mes": (rows[0]["mes"] + 2) // 3 * 3, "meses": 3, "estado": pick_state(states)} | sums
