"""Ratios: results of periods of which a document prints what is counted, and out of how many, and not the ratio."""

from poa_eval.plan.accumulation import RATIO, is_shown_in_percent
from poa_eval.plan.inferred import MadeRatio
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import group_rows


def make_ratios(plan: Plan) -> Plan:
    """Return the plan with the results that numerator and denominator give, where the layout declares a ratio.

    In percent as the unit of measure is. A result that is printed stands; without cases (a denominator of 0) there is
    none. Each activity has a note of the periods.
    """
    own = plan.avances["numerador"].notna() & plan.avances["denominador"].gt(0) & plan.avances["ejecutado"].isna()
    if not own.any():
        return plan
    ratios = plan.actividades[plan.actividades["acumulacion"] == RATIO].to_dict("records")
    scales = {row["actividad_id"]: 100 if is_shown_in_percent(row) else 1 for row in ratios}
    rows = plan.avances[own & plan.avances["actividad_id"].isin(scales)]
    periods, notes = plan.avances.copy(), []
    given = rows["numerador"] * rows["actividad_id"].map(scales) / rows["denominador"]
    periods.loc[rows.index, "ejecutado"] = given.astype(float)
    for key, parts in group_rows(rows, "actividad_id").items():
        known = tuple((row["mes"], row["meses"]) for row in parts)
        notes.append(MadeRatio(owner=key, source=parts[0]["fuente"], periods=known, scale=scales[key]))
    return plan.narrow(avances=periods).add_notes(notes)
