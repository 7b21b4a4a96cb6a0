"""Evaluability: what a plan says of its activities so that they could be measured, criterion by criterion."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from poa_eval.metrics.due import list_calendar
from poa_eval.plan.accumulation import SERIES
from poa_eval.plan.plan import Plan
from poa_eval.text.names import normalize
from poa_eval.text.quantities import find_quantity
from poa_eval.text.wording import is_present, join_words

#: The eight criteria: column → what it is called, and what exactly counts.
CRITERIA: dict[str, tuple[str, str]] = {
    "meta_cuantificada": (
        "meta cuantificada",
        "hay una meta anual en número, o lo programado por periodo, o el texto de la meta (el de la actividad o el de "
        "la meta de la que depende) dice una cantidad; un año, una fecha o una referencia legal no lo son",
    ),
    "unidad_medida": (
        "unidad de medida",
        "el documento la dice en su propia columna; aquí y en todo criterio, «-», «N/A» o «Por definir» no dicen nada",
    ),
    "linea_base": ("línea base numérica", "la línea base es un número, o su texto dice una cantidad"),
    "indicador_metodo": (
        "indicador con método",
        "hay un indicador, de la actividad o del bloque al que pertenece, y se dice cómo se mide: con una descripción, "
        "o con una fórmula escrita en el propio indicador («A / B × 100», «A dividido entre B», «porcentaje de A "
        "respecto de B»)",
    ),
    "frecuencia": (
        "frecuencia de medición",
        "se dice cada cuánto se mide la actividad (o la meta de la que depende), o lo programado viene por periodos",
    ),
    "calendario": (
        "calendario",
        "hay meses marcados, o que resultan de la frecuencia o de las fechas de inicio y fin, o periodos programados",
    ),
    "responsable": (
        "responsable",
        "el documento nombra a la persona o al cargo que responde por la unidad; el nombre de la unidad no basta",
    ),
    "medio_verificacion": ("medio de verificación", "el documento lo dice en su propia columna"),
}
_IDS = ["unidad_id", "unidad", "actividad_id", "actividad"]
#: Answers that say nothing, folded and without punctuation; whatever asks for an answer asks `says`.
NO_ANSWERS = frozenset(
    "|na|n a|nd|n d|sd|s d|sin dato|sin datos|sin informacion|sin definir|sin especificar|sin determinar|no aplica|"
    "no aplicable|no disponible|no definido|no definida|no especificado|no especificada|no hay|no tiene|no existe|"
    "ninguno|ninguna|nada|pendiente|pendiente de definir|por definir|por definirse|por determinar|por establecer|"
    "por asignar|tbd|vacante|xx|xxx".split("|")
)
#: A formula, folded. A bare slash is none («actas / informes»), nor are two words in brackets («(internas/externas)»).
_FORMULA = re.compile(
    r"(?:/|\bentre\b).*(?<![a-z])[*x×]\s*\(?100\b|\b100\s*[*x×](?![a-z]).*(?:/|\bentre\b)|[÷∑σ=]"  # a division × 100
    r"|\)\s*/\s*\(|\((?=[^()]*\w\s+\w)[^()/]*[a-z]{3}\s*/\s*[a-z]{3}[^()/]*\)"  # (A) / (B), (several words / more)
    r"|/[^/]*\b(?:programad|previst|planead|planificad|solicitad|estimad|proyectad|presupuestad|total)"  # A / B planned
    r"|\bdividid[oa]s?\s+(?:entre|por|para|sobre)\b|\b(?:entre|respecto|relacion)\s+(?:al?|del?|el)\s+total\b"
    r"|(?:%|\b(?:porcentaje|proporcion|cociente|tasa))\s.*\b(?:respecto\s+(?:al?|del?)|en\s+relacion\s+(?:al?|con)|"
    r"con\s+relacion\s+al?|(?:sobre|entre)\s+(?:el\s+total|l[oa]s\s+(?:\w+\s+)?\w+(?:ad|id|ist|ech|rit)[oa]s))\b"
)


@dataclass(frozen=True)
class Evaluability:
    """How far a plan can be evaluated.

    `actividades` has one row an activity: ids and names, `indicador`, `indicador_de` (``actividad``, ``bloque`` or
    missing), the eight criteria of `CRITERIA` (bool), `criterios` (how many are met), `evaluabilidad` (met / 8 × 100),
    `faltan` (what is missing, in words), `fuente`. `unidades` has one row a unit, best first: `lugar`, its id and name,
    `actividades`, `metas`, `metas_cuantificadas` (the goals of `list_goals`), the share of activities that meets each
    criterion (0–100), `evaluabilidad` (mean); `institucion` one row with the same figures. `metas` are the goals.
    """

    actividades: pd.DataFrame
    unidades: pd.DataFrame
    institucion: pd.DataFrame
    metas: pd.DataFrame

    def narrow(self, actividades: pd.DataFrame, unidades: pd.DataFrame, metas: pd.DataFrame) -> "Evaluability":
        """Return how far one unit's activities can be evaluated, of its rows; it stands in the institution's place."""
        alone = unidades.assign(lugar=unidades["lugar"].clip(upper=1))
        return Evaluability(actividades, alone, unidades[list(self.institucion)], metas)


def is_plan_only(plan: Plan) -> bool:
    """Say whether a plan comes without results: no executed figure anywhere.

    Examples
    --------
    >>> is_plan_only(Plan("Municipio", 2024, "es_MX"))
    True
    """
    printed = plan.publicado.loc[plan.publicado["concepto"] == "ejecutado", "valor"]
    return not (plan.avances["ejecutado"].notna().any() or printed.notna().any())


def list_goals(plan: Plan) -> pd.DataFrame:
    """List the goals of a plan, once each, and whether they are quantified.

    A goal is a row of `metas` of level ``meta``, in a unit that writes its goals there and gives its activities none of
    their own; in the other units each activity has its goal.

    Returns
    -------
    DataFrame
        `unidad_id`, `meta_id` or `actividad_id`, `texto` (missing where the goal is no text), `cuantificada` (bool),
        `vacia` (bool: neither figure nor a text that says something), `fuente`.

    Examples
    --------
    >>> list_goals(Plan("Municipio", 2024, "es_MX")).empty
    True
    """
    rows = plan.actividades
    own = set(rows.loc[rows["meta_anual"].notna() | _test(rows["meta_texto"], says), "unidad_id"])
    goals = plan.metas[plan.metas["nivel"].map(normalize).eq("meta") & ~plan.metas["unidad_id"].isin(own)]
    shared = rows["unidad_id"].isin(goals["unidad_id"]) | rows["meta_id"].isin(goals["meta_id"])
    rows = rows[rows["unidad_id"].isin(own) | ~shared]
    above = goals[["unidad_id", "meta_id", "texto", "fuente"]].assign(actividad_id=None, en_cifras=False)
    in_figures = rows["meta_anual"].notna() | rows["actividad_id"].isin(_list_periodic(plan, "programado"))
    below = rows[["unidad_id", "actividad_id", "fuente"]].assign(
        meta_id=None, texto=rows["meta_texto"], en_cifras=in_figures
    )
    table = pd.concat([part for part in (above, below) if len(part)] or [below], ignore_index=True)
    in_figures = table["en_cifras"].astype(bool)
    table["cuantificada"] = _test(table["texto"], _says_quantity) | in_figures
    table["vacia"] = ~(_test(table["texto"], says) | in_figures)
    return table[["unidad_id", "meta_id", "actividad_id", "texto", "cuantificada", "vacia", "fuente"]]


def says(value: object) -> bool:
    """Say whether an answer says something: neither missing nor «-», «N/A», «Pendiente» or «Por definir».

    Examples
    --------
    >>> says("Tres informes"), says("N/A"), says(" … "), says(None)
    (True, False, False, False)
    """
    return is_present(value) and re.sub(r"[^\w%$°#€]+|_+", " ", normalize(str(value))).strip() not in NO_ANSWERS


def assess(plan: Plan) -> Evaluability:
    """Assess how far each activity, unit and the institution can be evaluated.

    Examples
    --------
    >>> from poa_eval.plan.schema import make_table
    >>> units = make_table("unidades", [{"unidad_id": "obras", "unidad": "Obras"}])
    >>> row = {"actividad_id": "a", "unidad_id": "obras", "actividad": "Bacheo", "meta_texto": "Tapar 500 baches"}
    >>> row |= {"sentido": "ascendente", "acumulacion": "suma", "acumulacion_programado": "suma"}
    >>> plan = Plan("Municipio", 2024, "es_MX", unidades=units, actividades=make_table("actividades", [row]))
    >>> assess(plan).actividades[["meta_cuantificada", "unidad_medida", "criterios", "evaluabilidad"]].values.tolist()
    [[True, False, 1, 12.5]]
    """
    rows = plan.actividades.merge(plan.unidades[["unidad_id", "unidad", "responsable"]], on="unidad_id", how="left")
    goals = plan.metas.set_index("meta_id").to_dict("index")
    periodic, programmed = _list_periodic(plan, *SERIES), _list_periodic(plan, "programado")
    dated = set(plan.avances.loc[plan.avances["programado"] > 0, "actividad_id"]) | set(plan.calendario["actividad_id"])
    said = {name: [_inherit(key, goals, name) for key in rows["meta_id"]] for name in ("indicador", "frecuencia")}
    said["texto"] = [_read_goal(goals.get(key)) for key in rows["meta_id"]]
    above = pd.DataFrame(said, rows.index, dtype="str")
    own = _test(rows["indicador"], says)
    indicator = rows["indicador"].where(own, above["indicador"])
    explained = _test(rows["descripcion"], says) | _test(indicator, _says_formula)
    quantified = _test(rows["meta_texto"], _says_quantity) | _test(above["texto"], _says_quantity)
    measured = _test(rows["frecuencia"], says) | _test(above["frecuencia"], says)
    criteria = {
        "meta_cuantificada": rows["meta_anual"].notna() | rows["actividad_id"].isin(programmed) | quantified,
        "unidad_medida": _test(rows["unidad_medida"], says),
        "linea_base": rows["linea_base"].notna() | _test(rows["linea_base_texto"], _says_quantity),
        "indicador_metodo": _test(indicator, says) & explained,
        "frecuencia": rows["actividad_id"].isin(periodic) | measured,
        "calendario": rows["actividad_id"].isin(dated),
        "responsable": _test(rows["responsable"], says),
        "medio_verificacion": _test(rows["medio_verificacion"], says),
    }
    met = pd.DataFrame({name: criteria[name].astype(bool) for name in CRITERIA})
    count = met.sum(axis=1).astype("int64")
    origin = pd.Series("actividad", rows.index, "str").where(own).mask(~own & _test(above["indicador"], says), "bloque")
    table = rows[_IDS].assign(indicador=indicator.astype("str"), indicador_de=origin)
    table = pd.concat([table, met], axis=1).assign(
        criterios=count,
        evaluabilidad=count / len(CRITERIA) * 100,
        faltan=pd.Series([*map(_name_missing, met.to_dict("records"), indicator)], rows.index, "str"),
        fuente=rows["fuente"],
    )
    listed = list_goals(plan)
    shares, in_figures = table[[*CRITERIA, "evaluabilidad"]].to_numpy("float64"), listed["cuantificada"].to_numpy()
    whole = _sum_up(shares, in_figures)
    own, stated = (part.groupby("unidad_id").indices for part in (table, listed))
    sums = [
        {"unidad_id": key, "unidad": name} | _sum_up(shares[own.get(key, [])], in_figures[stated.get(key, [])])
        for key, name in plan.unidades[["unidad_id", "unidad"]].itertuples(index=False)
    ]
    units = pd.DataFrame(sums, columns=["unidad_id", "unidad", *whole])
    units = units.sort_values("evaluabilidad", ascending=False, kind="stable", ignore_index=True)
    units.insert(0, "lugar", units["evaluabilidad"].rank(ascending=False, method="min").astype("Int64"))
    return Evaluability(table, units, pd.DataFrame([whole]), listed)


def _list_periodic(plan: Plan, *columns: str) -> set[str]:
    """Return the activities with figures of periods; not those that are only asked for by their calendar."""
    rows = plan.avances[plan.avances[[*columns]].notna().any(axis=1)]
    return set(rows["actividad_id"]) - set(list_calendar(plan))


def _test(values: pd.Series, test: Callable[[object], bool]) -> pd.Series:
    return pd.Series([test(value) for value in values], index=values.index, dtype=bool)


def _says_quantity(text: object) -> bool:
    return says(text) and find_quantity(str(text)) is not None


def _says_formula(indicator: object) -> bool:
    return says(indicator) and bool(_FORMULA.search(normalize(str(indicator))))


def _read_goal(goal: dict | None) -> str | None:
    """Return the text of a goal; the name of a programme or an objective is none, whatever number it holds."""
    return goal["texto"] if goal and normalize(goal["nivel"]) == "meta" else None


def _inherit(key: object, goals: dict[str, dict], column: str) -> str | None:
    """Return what the goal that an activity hangs on says, or else the nearest level above it."""
    seen: set[object] = set()
    while key in goals and key not in seen:
        if says(goals[key][column]):
            return goals[key][column]
        seen.add(key)
        key = goals[key]["padre_id"]
    return None


def _name_missing(met: Mapping[str, bool], indicator: object) -> str | None:
    """Name the criteria that are not met; an indicator without method says so."""
    half = {"indicador_metodo": "método del indicador"} if says(indicator) else {}
    missing = [half.get(name, CRITERIA[name][0]) for name in CRITERIA if not met[name]]
    return join_words(missing) if missing else None


def _sum_up(shares: np.ndarray, quantified: np.ndarray) -> dict[str, float]:
    """Sum up activities (criteria met, and evaluability, in columns) and goals (whether they are quantified)."""
    counts = {"actividades": len(shares), "metas": len(quantified), "metas_cuantificadas": int(quantified.sum())}
    *met, mean = shares.mean(axis=0) if len(shares) else np.full(shares.shape[1], np.nan)
    return counts | {name: share * 100 for name, share in zip(CRITERIA, met, strict=True)} | {"evaluabilidad": mean}
