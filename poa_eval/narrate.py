"""Narrate: what an evaluation has to tell: its figures, its gaps, its order of units, its sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from poa_eval.errors import ParamsError
from poa_eval.measure import Evaluation, describe_quarter, find_corte
from poa_eval.names import fold, suggest_sentence
from poa_eval.profile import STATES
from poa_eval.quarter import Quarter
from poa_eval.read.raw import name_file
from poa_eval.windows import Due, find_due, list_window
from poa_eval.words import (
    MISSING,
    capitalize,
    count_words,
    format_number,
    format_percent,
    has,
    join_words,
    name_activity,
    name_span,
    name_unit,
)

#: States that ask for a look, in this order.
ATTENTION = ("sin reporte", "crítica", "en riesgo", "casi cumplida", "sobrecumplida")


def take_evaluation(source: Quarter | Evaluation) -> Evaluation:
    """Return the evaluation of a quarter, or the one given."""
    return source.evaluacion if isinstance(source, Quarter) else source


def is_unit(evaluation: Evaluation) -> bool:
    """Say whether the evaluation is of one unit only."""
    return evaluation.institucion.empty


def pick_figures(evaluation: Evaluation) -> Mapping[str, object]:
    """Return the row of figures of the unit, or of the institution; empty for a unit without activities."""
    table = evaluation.unidades if is_unit(evaluation) else evaluation.institucion
    return {} if table.empty else table.iloc[0].to_dict()


def name_quarter(evaluation: Evaluation) -> str:
    """Return «I trimestre de 2023»."""
    return f"{describe_quarter(evaluation.trimestre)} de {evaluation.plan.ejercicio}"


def count_base(row: Mapping[str, object], window: str, e: Evaluation) -> int:
    """Return how many activities the proportion of goals met is of, as the profile counts them."""
    return e.perfil.count_base(int(row[f"evaluadas_{window}"]), int(row[f"sin_reporte_{window}"]))


def find_gap(name: str, row: Mapping[str, object], window: str) -> str:
    """Say why a figure is empty."""
    if not row[f"evaluadas_{window}"]:
        return "sin actividades evaluadas"
    if name == "promedio_ponderado":
        return "el plan no trae ponderaciones"
    reasons = [r for r in str(row["motivo"]).split("; ") if has(row["motivo"]) and r != "sin actividades evaluadas"]
    return "; ".join(reasons) or "nada programado que sumar"


def rank_units(e: Evaluation) -> tuple[list[tuple[int, dict]], list[tuple[dict, str]]]:
    """Return the units with their place by the profile's principal figure to date, and the others with the reason."""
    name, least = e.perfil.principal, e.perfil.cobertura_minima.valor
    ranked, apart = [], []
    for row in e.unidades.to_dict("records"):
        coverage = row["cobertura_reporte_acumulado"]
        if has(coverage) and coverage < least:
            limits = (format_percent(p, e.plan.locale) for p in (coverage, least))
            apart.append((row, "cobertura de reporte de {}; el mínimo del perfil es {}".format(*limits)))
        elif not has(row[f"{name}_acumulado"]):
            apart.append((row, find_gap(name, row, "acumulado")))
        else:
            ranked.append(row)
    ranked.sort(key=lambda row: -row[f"{name}_acumulado"])
    values = [row[f"{name}_acumulado"] for row in ranked]
    return [(values.index(row[f"{name}_acumulado"]) + 1, row) for row in ranked], apart


def sort_by_need(evaluation: Evaluation) -> pd.DataFrame:
    """Return the activities with those first that most ask for a look."""
    table = evaluation.actividades
    order = {state: i for i, state in enumerate((*ATTENTION, *(s for s in STATES if s not in ATTENTION)))}
    rank = table["estado"].map(order)
    share = table["cumplimiento_acumulado"].astype(float)
    share = share.where(table["estado"] != "sobrecumplida", -share)
    keys = pd.DataFrame({"rank": rank, "share": share}).sort_values(["rank", "share"], kind="stable")
    return table.loc[keys.index]


def find_activity(evaluation: Evaluation, word: object) -> pd.Series:
    """Return the activity of that id, code, name or indicator, or the only one that has the word in them.

    Raises
    ------
    ParamsError
        No activity is called so (suggests the nearest), or several are (lists them).
    """
    asked, table = fold(str(word)), evaluation.actividades
    codes = evaluation.plan.actividades.set_index("actividad_id")["codigo"].reindex(table["actividad_id"])
    names = table[["actividad_id", "actividad", "indicador"]].assign(codigo=codes.to_numpy())
    names = names.astype(object).fillna("").map(lambda name: fold(str(name)))
    for matches in (names == asked, names.map(lambda name: asked in name)):
        found = table[matches.any(axis=1)]
        if len(found) == 1:
            return found.iloc[0]
        if len(found) > 1:
            options = "; ".join(
                f"{row['actividad_id']} ({name_activity(row)})" for row in found.to_dict("records")[:10]
            )
            many = f"«{word}», que nombra a {len(found)} actividades"
            raise ParamsError(many, "una sola actividad", f"escriba la clave de una: {options}")
    known = dict.fromkeys([*table["actividad"], *table["indicador"].dropna(), *table["actividad_id"]])
    raise ParamsError(f"la actividad «{word}»", "una actividad del plan", suggest_sentence(str(word), known))


def find_reason(motivo: object, window: str) -> str:
    """Return the part of a `motivo` that belongs to a window (``trimestre``, ``acumulado``, ``avance anual``)."""
    parts = str(motivo).split("; ") if has(motivo) else []
    labels = ("trimestre: ", "acumulado: ", "avance anual: ")
    own = [part.removeprefix(f"{window}: ") for part in parts if part.startswith(f"{window}: ")]
    common = [part for part in parts if not part.startswith(labels)]
    return "; ".join(own or common)


def list_notes(evaluation: Evaluation) -> list[str]:
    """List what the documents say of their own text and figures."""
    context = evaluation.plan.contexto
    texts = context.loc[context["clave"].isin(["nota", "fuente_del_documento"]), "texto"]
    return list(dict.fromkeys(str(text).rstrip(". ") for text in texts if has(text)))


def name_source(evaluation: Evaluation) -> str:
    """Return the documents of the figures with what they say of themselves, for the line under a table."""
    places = pd.concat([evaluation.plan.avances["fuente"], evaluation.plan.actividades["fuente"]]).dropna()
    files = dict.fromkeys(name_file(str(place)) for place in places)
    return ". ".join([", ".join(files), *list_notes(evaluation)]) if files else "el documento cargado"


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
    rows = [row for row in found if has(row["programado"]) or has(row["ejecutado"])]
    rows += [{"mes": month, "meses": length} | empty for month, length in lacking]
    idle = activity["sentido"] != "descendente"
    states = [
        "" if has(row["ejecutado"]) else "no programada" if row["programado"] == 0 and idle else "sin reporte"
        for row in rows
    ]
    rows = [row | {"estado": state} for row, state in zip(rows, states, strict=True)]
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
    sums = {c: sum(r[c] for r in rows) if all(has(r[c]) for r in rows) else None for c in ("programado", "ejecutado")}
    states = [row["estado"] for row in rows if row["estado"]]
    return {"mes": (rows[0]["mes"] + 2) // 3 * 3, "meses": 3, "estado": max(states, default="")} | sums


def tell_headline(evaluation: Evaluation) -> list[str]:
    """Tell in sentences, from the figures, what happened in the quarter and to date."""
    figures, quarter = pick_figures(evaluation), evaluation.trimestre
    start = f"En el {name_quarter(evaluation)}"
    if not figures:
        return [f"{start} no hay actividades de esta unidad en el plan."]
    told = {
        "acumulado": f"{capitalize(name_span(quarter))} {_tell_met(figures, 'acumulado', evaluation)}.",
        "trimestre": f"{start} {_tell_met(figures, 'trimestre', evaluation)}.",
    }
    sentences = []
    for window in ("acumulado", "trimestre") if quarter > 1 else ("trimestre",):
        sentences += [told[window], *_tell_rest(evaluation, window)]
    sentences += ["Por ser el primer trimestre, lo acumulado es lo mismo."] if quarter == 1 else []
    sentences += _tell_attention(evaluation)
    if has(figures.get("volumen_acumulado")):
        locale = evaluation.plan.locale
        done, planned = (format_number(figures[f"{c}_acumulado"], locale) for c in ("ejecutado", "programado"))
        said = "; suma según el documento" if "suma según el documento" in str(figures["motivo"]) else ""
        share = format_percent(figures["volumen_acumulado"], locale)
        sentences.append(f"A la fecha se ejecutaron {done} de {planned} programados ({share}{said}).")
    return sentences


def _tell_attention(evaluation: Evaluation) -> list[str]:
    """Tell which units fell furthest behind, or which activities of the unit ask for a look; at most three."""
    if is_unit(evaluation):
        table = sort_by_need(evaluation)
        rows = table[table["estado"].isin(ATTENTION)].head(3).to_dict("records")
        share = [format_percent(r["cumplimiento_acumulado"], evaluation.plan.locale) for r in rows]
        named = [
            f"«{str(r['indicador'] if has(r['indicador']) else r['actividad']).rstrip('.')}» "
            f"({r['estado']}{f', {s}' if s != MISSING else ''})"
            for r, s in zip(rows, share, strict=True)
        ]
        return [f"{'Pide' if len(named) == 1 else 'Piden'} atención {join_words(named)}."] if named else []
    ranked, apart = rank_units(evaluation)
    behind = [row for _, row in ranked if row["cumplidas_acumulado"] < count_base(row, "acumulado", evaluation)][::-1]
    named = [
        f"{name_unit(row['unidad_id'], row['unidad'])} "
        f"({row['cumplidas_acumulado']} de {count_base(row, 'acumulado', evaluation)})"
        for row in behind[:3]
    ]
    if len(ranked) + len(apart) < 2:
        return []
    said = [f"{'La unidad con menos metas cumplidas es' if len(named) == 1 else 'Las unidades más rezagadas son'} "]
    said = [f"{said[0]}{join_words(named)}."] if named else []
    late = [name_unit(row["unidad_id"], row["unidad"]) for row, _ in apart if row["sin_reporte_acumulado"]]
    return said + ([f"{'Informó' if len(late) == 1 else 'Informaron'} muy poco {join_words(late)}."] if late else [])


def _tell_met(figures: Mapping[str, object], window: str, evaluation: Evaluation) -> str:
    met, evaluated = (int(figures[f"{c}_{window}"]) for c in ("cumplidas", "evaluadas"))
    locale = evaluation.plan.locale
    coverage = f"cobertura de reporte: {format_percent(figures[f'cobertura_reporte_{window}'], locale)}"
    if not evaluated:
        return "no hay ninguna actividad que se pueda evaluar"
    base, is_due = count_base(figures, window, evaluation), evaluation.perfil.denominador == "exigibles"
    if base == 1:
        which = "que vencía" if is_due else "evaluada"
        return f"{'se cumplió' if met else 'no se cumplió'} la meta de la única actividad {which} ({coverage})"
    which = "que vencían" if is_due else "evaluadas"
    if met in (0, base):
        whom = f"de las {base}" if met else f"de ninguna de las {base}"
        return f"{'se cumplió' if met else 'no se cumplió'} la meta {whom} actividades {which} ({coverage})"
    share = format_percent(figures[f"proporcion_cumplidas_{window}"], locale)
    return f"se cumplió la meta de {met} de las {base} actividades {which} ({share}; {coverage})"


def _tell_rest(evaluation: Evaluation, window: str) -> list[str]:
    """Tell what stays out of the evaluation, with the reasons where they are few."""
    table = evaluation.actividades
    states = table["estado" if window == "acumulado" else "estado_trimestre"]
    parts, total, among = [], 0, []
    for state in ("sin reporte", "no programada", "no evaluable"):
        rows = table[states == state]
        if rows.empty:
            continue
        reasons = list(dict.fromkeys(filter(None, (find_reason(m, window) for m in rows["motivo"]))))
        plural = {"sin reporte": "sin reporte", "no programada": "no programadas", "no evaluable": "no evaluables"}[
            state
        ]
        said = count_words(len(rows), f"actividad {state}", f"actividades {plural}")
        said += f" ({'; '.join(reasons)})" if 0 < len(reasons) <= 2 else ""
        if state == "sin reporte" and evaluation.perfil.denominador == "exigibles":
            among = [f"Entre lo que vencía hay {said}: la fórmula del perfil también divide entre ello."]
            continue
        parts.append(said)
        total += len(rows)
    if not parts:
        return among
    return [*among, f"Fuera de la evaluación {'queda' if total == 1 else 'quedan'} {join_words(parts)}."]
