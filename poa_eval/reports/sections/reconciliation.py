"""Reconciliation: what a document prints beside what its own figures give, as tables for a reader."""

from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from poa_eval.audit.ledger import AGREES, CONCEPTS, DIFFERS, REBUILT, TOLERANCE, UNCHECKED, WAYS, name_comparison
from poa_eval.metrics.evaluation import Evaluation, is_unit
from poa_eval.plan.plan import Plan
from poa_eval.quarter.quarter import Quarter
from poa_eval.readers.addresses import join_addresses
from poa_eval.reports.html.blocks import EMPTY, Block, render_words
from poa_eval.reports.html.tables import (
    Cell,
    count_cell,
    number_cell,
    percent_cell,
    render_records,
    render_table,
    show_text,
    text_cell,
)
from poa_eval.reports.sections.inputs import Source, name_source, pick_findings, take_evaluation, take_ledger
from poa_eval.text.columns import Column
from poa_eval.text.periods import name_period
from poa_eval.text.wording import capitalize, count_words, format_number, format_percent, join_words, name_units

_FIGURE = ["documento", "ambito", "unidad_id", "actividad_id", "cifra", "mes", "meses"]
#: How a result is told of one figure and of several.
_TOLD = {
    AGREES: ("coincide", "coinciden"),
    REBUILT: ("coincide por reconstrucción", "coinciden por reconstrucción"),
    DIFFERS: ("difiere", "difieren"),
}
_RESULTS = (*_TOLD, UNCHECKED)
_PERCENTS = ("avance_pct", "avance_absoluto", "cumplimiento")
_WHOSE = {"actividad": "de cada actividad", "unidad": "del total de la unidad", "institucion": "del TOTAL"}
_LENGTHS = {1: "por mes", 2: "por bimestre", 3: "por trimestre", 4: "por cuatrimestre", 6: "por semestre"}


def show_ledger(source: Source) -> Block:
    """Show how many printed figures were obtained again, how many agree, and which could not be checked.

    Of one unit, its own rows; of the institution, all documents and their totals.
    """
    e = take_evaluation(source)
    ledger = take_ledger(source)
    if ledger.empty:
        if e.solo_plan:
            return EMPTY
        return render_words(["El documento no imprime ninguna cifra que se pueda obtener de otras suyas."])
    counts = _count_figures(ledger)
    number, checked = sum(counts.values()), sum(counts.values()) - counts[UNCHECKED]
    ways = f" ({len(ledger)} comparaciones: algunas se comparan de dos maneras)" if len(ledger) > number else ""
    if number == counts[AGREES]:
        which, agree = "La única cifra impresa que debe", "comprobó y coincide"
        if number > 1:
            which, agree = f"Las {number} cifras impresas que deben", "comprobaron y coinciden"
        sentences = [f"{which} salir de otras del mismo documento{ways} se {agree}."]
    else:
        said = count_words(number, "cifra impresa debe salir", "cifras impresas deben salir")
        said += f" de otras del mismo documento{ways}; "
        said += "ninguna se pudo" if not checked else f"{checked} se {'pudo' if checked == 1 else 'pudieron'}"
        told = _tell_results(counts)
        agree = f" y {_TOLD[AGREES][checked != 1]}" if checked == counts[AGREES] else f": {join_words(told)}"
        sentences = [f"{said} comprobar{agree if checked else ''}."]
    if counts[REBUILT]:
        sentences.append("Una fila dañada se reconstruye con sus propias sumas: que coincida no es una prueba aparte.")
    if counts[UNCHECKED]:
        unknown = ((ledger["via"] == "") & (ledger["cifra"] == "avance_pct")).any()
        also = ", o no dice con qué fórmula la obtiene" if unknown else ""
        sentences.append(f"Sin contraste: el documento no trae completo aquello de lo que la cifra saldría{also}.")
    length = ledger["meses"].map(lambda m: _LENGTHS.get(m, "")).where(ledger["cifra"] != "meta_anual", "")
    what = (ledger["cifra"].map(lambda name: CONCEPTS.get(name, str(name))) + " " + length).str.strip()
    table = ledger.assign(que=what + " " + ledger["ambito"].map(_WHOSE))
    order = {name: at for at, name in enumerate((*_WHOSE, *CONCEPTS, *WAYS))}
    table = table.sort_values(["ambito", "cifra", "meses", "via"], key=lambda c: c.map(lambda v: order.get(v, v)))
    groups = []
    for document, own in table.groupby("documento", sort=False):
        rows = [_count_results([q, how], part) for (q, how), part in own.groupby(["que", "como"], sort=False)]
        groups.append((str(document) if table["documento"].nunique() > 1 else "", rows))
    titles = ("Comparaciones", "Coinciden", "Por reconstrucción", "Difieren", "Sin contraste")
    columns = [Column("Cifra impresa"), Column("Cómo se vuelve a obtener")]
    origin = "Contadas fila por fila en datos/conciliacion.csv"
    columns += [Column(f"{title} (número)", kind="number", tooltip=origin) for title in titles]
    caption = "Conciliación: las cifras que el documento imprime, vueltas a calcular"
    total = _count_results(["Total", ""], table)
    return render_words(sentences) + render_table(caption, columns, groups, source=name_source(e), total=total)


def _count_figures(ledger: pd.DataFrame) -> dict[str, int]:
    """Count the printed figures by result; of several comparisons a difference counts, then an agreement in any."""
    rank = ledger["resultado"].map({DIFFERS: 0, AGREES: 1, REBUILT: 2, UNCHECKED: 3})
    figures = ledger.assign(rank=rank).sort_values("rank", kind="stable").drop_duplicates(_FIGURE)
    return {result: int((figures["resultado"] == result).sum()) for result in _RESULTS}


def tell_trust(source: Source) -> list[str]:
    """Tell how far to trust the figures: what the rows explain of the total, what agrees, what is to be looked at.

    Of an `Evaluation` alone, without the findings.
    """
    e = take_evaluation(source)
    ledger = take_ledger(source)
    sentences = [] if is_unit(e) else _tell_share(ledger, e)
    counts = _count_figures(ledger)
    told, checked = [], sum(counts.values()) - counts[UNCHECKED]
    if checked == 1:
        told = [f"se recalculó 1 cifra impresa y {next(forms[0] for r, forms in _TOLD.items() if counts[r])}"]
    elif checked:
        how = f": {join_words(_tell_results(counts))}" if counts[AGREES] < checked else " y todas coinciden"
        of_total = (ledger.loc[ledger["resultado"] == DIFFERS, "ambito"] == "institucion").all()
        how += " (del TOTAL)" if counts[DIFFERS] and of_total else ""
        told = [f"se recalcularon {checked} cifras impresas{how}"]
    told += _tell_findings(source) if isinstance(source, Quarter) else []
    return [*sentences, *([f"{capitalize('; '.join(told))}."] if told else [])]


def _tell_share(ledger: pd.DataFrame, e: Evaluation) -> list[str]:
    """Tell which share of the printed total the rows explain, where it is not all of it."""
    totals = _pick_totals(ledger, e)
    own = next((part for _, part in totals.groupby("cifra", sort=False)), None)
    if own is None or (own["publicado"] - own["recalculado"]).abs().max() <= TOLERANCE:
        return []
    printed, found, number = own["publicado"].sum(), own["recalculado"].sum(), len(e.plan.actividades)
    share = format_percent(found / printed * 100 if printed else None, e.plan.locale)
    whose = f"esas {number} actividades" if number > 1 else "esa actividad"
    verb = "explican" if found < printed else "suman"
    return [f"Las filas leídas {verb} el {share} del TOTAL que imprime el documento: las cifras son de {whose}."]


def _tell_findings(q: Quarter) -> list[str]:
    """Tell how many errors and warnings there are to look at."""
    kinds = pick_findings(q)["gravedad"].value_counts()
    nouns = {"error": ("error", "errores"), "advertencia": ("advertencia", "advertencias")}
    parts = [count_words(int(kinds[kind]), *nouns[kind]) for kind in nouns if kinds.get(kind, 0)]
    if not parts:
        return ["en lo que se comprueba no hay errores ni advertencias"]
    several = "los documentos tienen" if len(q.fuentes) > 1 else "el documento tiene"
    whose = "esta unidad tiene" if is_unit(q.evaluacion) else several
    return [f"{whose} {join_words(parts)} por revisar"]


def _pick_totals(ledger: pd.DataFrame, e: Evaluation) -> pd.DataFrame:
    """Return the comparisons of the institution's total with its rows: of the year, and of the quarters that closed."""
    totals = ledger[(ledger["ambito"] == "institucion") & (ledger["via"] == "filas")]
    closed = (totals["meses"] == 3) & (totals["mes"] <= 3 * e.trimestre)
    return totals[closed | (totals["cifra"] == "meta_anual")].dropna(subset="recalculado")


def _tell_results(counts: Mapping[str, int]) -> list[str]:
    return [count_words(counts[result], *forms) for result, forms in _TOLD.items() if counts[result]]


def _count_results(labels: list[str], part: pd.DataFrame) -> list[Cell]:
    counts = part["resultado"].value_counts()
    numbers = [len(part), *(int(counts.get(result, 0)) for result in _RESULTS)]
    return [*map(Cell, labels), *map(count_cell, numbers)]


def show_published(source: Source) -> Block:
    """Show the totals that the document prints for the institution, and the share of them that its rows explain."""
    e = take_evaluation(source)
    if is_unit(e):
        return EMPTY
    totals = _pick_totals(take_ledger(source), e)
    if totals.empty:
        return EMPTY
    locale, rows, shares = e.plan.locale, [], {}
    for figure, own in totals.groupby("cifra", sort=False):
        for entry in own.sort_values("mes").to_dict("records"):
            period = "" if figure == "meta_anual" else f", {name_period(entry['mes'], 3)}"
            numbers = (entry["publicado"], entry["recalculado"], entry["fuente"])
            rows.append(_row_total(f"{CONCEPTS[figure]}{period}", *numbers, locale))
        printed, found = own[["publicado", "recalculado"]].sum()
        if len(own) > 1:
            cells = join_addresses(own.sort_values("mes")["fuente"])
            rows.append(_row_total(f"{CONCEPTS[figure]}, suma de los trimestres", printed, found, cells, locale))
        share = format_percent(found / printed * 100 if printed else None, locale)
        numbers = f"{format_number(found, locale)} de {format_number(printed, locale)}"
        shares[figure] = f"{CONCEPTS[figure]}: las filas leídas explican {share} del TOTAL impreso ({numbers})."
    sentences = [shares[figure] for figure in ("meta_anual", "programado", "ejecutado") if figure in shares]
    short = (totals["recalculado"] < totals["publicado"]).all()
    sentences += [f"{capitalize(how)}." for how in totals["como"].unique() if how != WAYS["filas"]]
    sentences += ["Todas las sumas quedan por debajo: faltan filas en el archivo."] if short else []
    columns = [Column("TOTAL que imprime el documento")]
    columns += [Column(title, kind="number") for title in ("Impreso", "Suma de las filas leídas")]
    columns.append(Column("Explicado", kind="percent"))
    caption = "Totales impresos y lo que las filas leídas explican de ellos"
    return render_words(sentences) + render_table(caption, columns, [("", rows)], source=name_source(e))


def _row_total(label: str, printed: float, found: float, source: str, locale: str) -> list[Cell]:
    share = found * 100 / printed if printed else None
    added = f"Suma de las filas leídas; TOTAL impreso: {source}"
    cells = [number_cell(printed, locale, source=source), number_cell(found, locale, tooltip=added)]
    cells.append(percent_cell(share, locale, tooltip="Suma de las filas leídas / TOTAL impreso × 100"))
    return [Cell(label), *cells]


def list_columns(plan: Plan) -> list[Column]:
    """List the columns of the comparisons, for a page and for the sheet; rows as `reconcile` gives them."""
    units = name_units(plan.unidades)

    def take(key: str) -> Callable[[Mapping], object]:
        return lambda row: (row[key], "percent" if row["cifra"] in _PERCENTS else "number")

    def show(key: str) -> Callable[[Mapping], Cell]:
        return lambda row: number_cell(row[key], plan.locale)

    how, short = "Cifra, y cómo se obtiene de nuevo", "Cifra impresa y cómo se vuelve a obtener"
    return [
        Column("Resultado", "resultado", "state", 16, cell=show_text("resultado")),
        Column(how, "concepto", width=70, cell=lambda row: text_cell(name_comparison(row)), short=short),
        Column("Unidad", lambda row: units.get(row["unidad_id"]), width=28, is_optional=True),
        Column("Publicado", take("publicado"), "number", 13, cell=show("publicado")),
        Column("Recalculado", take("recalculado"), "number", 13, cell=show("recalculado")),
        Column("Diferencia", "diferencia", "number", cell=show("diferencia")),
        Column("Lugar en el documento", "fuente", width=34, cell=show_text("fuente")),
        Column("Documento", "documento", width=24, is_aside=True),
        Column("Clave", "actividad_id", width=30, is_aside=True, is_optional=True),
    ]


def show_entries(entries: Iterable[Mapping], caption: str, plan: Plan) -> Block:
    """Show comparisons of the ledger one by one, as `reconcile` gives them, of one activity."""
    result, *others, place = (column for column in list_columns(plan) if column.cell)  # on a page, the result is late
    return render_records(caption, [*others, result, place], [("", entries)])
