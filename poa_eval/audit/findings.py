"""Findings: whatever a document prints twice is compared, by each rule; each difference is one finding."""

import datetime as dt

import pandas as pd

from poa_eval.audit.ledger import Ledger
from poa_eval.audit.rules import accumulation, comments, dates, periods, plans, sums, variants  # noqa: F401  (importing registers their rules)
from poa_eval.audit.rules.registry import RULES, CheckContext
from poa_eval.config.profile import Profile
from poa_eval.metrics.due import find_corte, find_due
from poa_eval.metrics.registry import take_profile
from poa_eval.metrics.windows import Windows
from poa_eval.plan.plan import Plan
from poa_eval.text.names import make_hash, shorten_id

#: Columns of ``datos/hallazgos.csv``, the contract.
FINDING_COLUMNS = (
    "hallazgo_id regla gravedad unidad_id actividad_id mes encontrado esperado diferencia mensaje fuente".split()
)
SEVERITIES = ("error", "advertencia", "nota")


def check(
    plan: Plan,
    *,
    corte: dt.date | None = None,
    perfil: Profile | str = "neutro",
    windows: Windows | None = None,
    ledger: Ledger | None = None,
) -> pd.DataFrame:
    """Compare whatever a plan's documents print twice, and what is due with what is reported.

    Parameters
    ----------
    plan : Plan
    corte : date, optional
        Periods that close after it are not due; without it, the last period that the document reports.
    perfil : Profile or str, default "neutro"
    windows : Windows, optional
        The plan's at that cut-off and by that profile, where it is measured already.
    ledger : Ledger, optional
        The plan's, where it is worked out already.

    Returns
    -------
    DataFrame
        One row a finding: `hallazgo_id`, `regla`, `gravedad`, `unidad_id`, `actividad_id`, `mes`, `encontrado`,
        `esperado`, `diferencia`, `mensaje`, `fuente`; then `consejo`, the sentences of advice with which the message
        ends, and `clave_anterior`, the id that version 0.1.0 gave, with which workbooks come back; errors first. The id
        depends on rule, unit, activity, period and concept, never on a line or a value.

    Examples
    --------
    >>> check(Plan("Municipio", 2024, "es_MX")).empty
    True
    """
    if windows is None:
        windows = Windows(find_due(plan, find_corte(plan, corte)), take_profile(perfil))
    context = CheckContext(plan, windows, ledger or Ledger(plan))
    rows = []
    for slug, (severity, rule) in RULES.items():
        for found in rule(context):
            activity = context.activities.get(str(found.get("actividad_id")), {})
            unit = found.get("unidad_id") or activity.get("unidad_id")
            concept, month = str(found.pop("concepto", "")), found.get("mes")
            parts = slug, str(unit), str(found.get("actividad_id")), str(month), concept
            older = make_hash(*parts[:2], shorten_id(parts[2]), *parts[3:], length=10)
            advice = found.pop("consejo", [])
            gravity = found.pop("gravedad", severity)
            own = {"mensaje": " ".join([str(found["mensaje"]), *advice]), "consejo": tuple(advice)}
            own |= {"hallazgo_id": make_hash(*parts), "clave_anterior": older}
            rows.append(found | own | {"regla": slug, "gravedad": gravity, "unidad_id": unit})
    rows.sort(key=lambda row: SEVERITIES.index(row["gravedad"]))
    types = dict.fromkeys(FINDING_COLUMNS, "str") | {"mes": "Int64", "diferencia": "float64"}
    return pd.DataFrame(rows, columns=[*FINDING_COLUMNS, "consejo", "clave_anterior"]).astype(types)
