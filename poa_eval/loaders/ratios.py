"""Ratios: results of periods of which a document prints what is counted, and out of how many, and not the ratio."""

from poa_eval.plan.accumulation import RATIO, is_shown_in_percent
from poa_eval.plan.inferred import MadeRatio
from poa_eval.plan.plan import Plan


def make_ratios(plan: Plan) -> Plan:
    """Return the plan with the results that numerator and denominator give, where the layout declares a ratio.

    In percent as the unit of measure is. A result that is printed stands; without cases (a denominator of 0) there is
    none. Each activity has a note of the periods.
    """
    ratios = {row["actividad_id"]: row for row in plan.actividades.to_dict("records") if row["acumulacion"] == RATIO}
    own = plan.avances["actividad_id"].isin(ratios) & plan.avances["ejecutado"].isna()
    own &= plan.avances["numerador"].notna() & plan.avances["denominador"].gt(0)
    if not own.any():
        return plan
    periods, notes = plan.avances.copy(), []
    for key, rows in periods[own].groupby("actividad_id", sort=False):
        scale = 100 if is_shown_in_percent(ratios[key]) else 1
        periods.loc[rows.index, "ejecutado"] = rows["numerador"] * scale / rows["denominador"]
        known = tuple((int(month), int(length)) for month, length in zip(rows["mes"], rows["meses"], strict=True))
        notes.append(MadeRatio(owner=str(key), source=rows["fuente"].iloc[0], periods=known, scale=scale))
    return plan.narrow(avances=periods).add_notes(notes)
