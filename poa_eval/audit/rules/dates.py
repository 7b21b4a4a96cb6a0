"""Rules on dates and programmes: what can not be, and what is late."""

from collections.abc import Iterator

from poa_eval.audit.rules.registry import CheckContext, Finding, make_difference, make_finding, rule
from poa_eval.text.dates import YEARS, Month, parse_term
from poa_eval.text.periods import spell_period
from poa_eval.text.wording import is_present


@rule("fecha-imposible", "error")
def find_impossible_dates(context: CheckContext) -> Iterator[Finding]:
    """Catch a start or an end in a year out of range (0026), and an end before its start (1991 after 2026)."""
    for key, activity in context.activities.items():
        for column, message in _list_impossible(activity):
            source = context.columns.find(activity["fuente"], column)
            where = {"actividad_id": key, "concepto": column, "consejo": ["Corrija la fecha."]}
            yield make_finding(str(activity[column]), "una fecha posible", message, source, **where)


def _list_impossible(activity: dict) -> Iterator[tuple[str, str]]:
    """Yield the column of each impossible date, and what is wrong with it."""
    said = {name: parse_term(str(activity[name])) for name in ("inicio", "fin") if is_present(activity[name])}
    far = False
    for name, term in said.items():
        years = {month.year for month in term or () if month.year is not None}
        if not years <= {*YEARS}:
            far = True
            yield name, f"El {name} dice «{activity[name]}»: el año no puede ser."
    start, end = said.get("inicio"), said.get("fin")
    if not far and start and end and start.first.year and end.last.year and end.last < start.first:
        yield "fin", f"El fin («{activity['fin']}») es anterior al inicio («{activity['inicio']}»)."


@rule("plazo-vencido", "advertencia")
def find_late_activities(context: CheckContext) -> Iterator[Finding]:
    """Catch an action whose end lies in a year before the plan's: it is late, and may still be open.

    Not impossible dates. One that ends within the year is due there, and told by its periods.
    """
    own = context.plan.ejercicio
    for key, activity in context.activities.items():
        if any(_list_impossible(activity)) or not is_present(activity["fin"]):
            continue
        term = parse_term(str(activity["fin"]))
        end = term.last if term else Month(None, 12)
        if end.year is not None and end.year < own:
            message = f"El plazo de la actividad vencía en {end.year} («{activity['fin']}»): ¿sigue abierta?"
            advice = ["Diga si ya se hizo; si sigue abierta, escriba la nueva fecha. Si el año es un error, corríjalo."]
            source = context.columns.find(activity["fuente"], "fin")
            yield make_finding(str(end.year), f"{own} o después", message, source, actividad_id=key, consejo=advice)


@rule("programa-negativo", "error")
def find_negative_programmes(context: CheckContext) -> Iterator[Finding]:
    """Catch a programme below 0: -1 in February."""
    for key, periods in context.windows.due.periods.items():
        for period in periods:
            if period["programado"] < 0:
                name, shown = spell_period(period["mes"], period["meses"]), context.show(period["programado"])
                message = f"En {name} lo programado es {shown}: no puede ser menor que 0."
                source = context.columns.find(period["fuente"], f"programado:{period['mes']}:{period['meses']}")
                where = {"actividad_id": key, "mes": period["mes"]}
                yield make_difference(period["programado"], 0, message, source, **where)
