"""Contrast: what a document prints beside what its own figures give, as tables for a reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pandas as pd

from poa_eval.address import join_addresses
from poa_eval.block import (
    EMPTY,
    Block,
    Cell,
    Column,
    join_blocks,
    number_cell,
    percent_cell,
    render_table,
    render_words,
    text_cell,
)
from poa_eval.ledger import AGREES, CONCEPTS, DIFFERS, REBUILT, UNCHECKED, WAYS, reconcile
from poa_eval.measure import Evaluation
from poa_eval.narrate import is_unit, name_source, take_evaluation
from poa_eval.quarter import Quarter
from poa_eval.values import QUARTERS
from poa_eval.words import count_words, format_number, format_percent, join_words

_FIGURE = ["documento", "ambito", "unidad_id", "actividad_id", "cifra", "mes", "meses"]
_RESULTS = (AGREES, REBUILT, DIFFERS, UNCHECKED)
_WHOSE = {"actividad": "de cada actividad", "unidad": "del total de la unidad", "institucion": "del TOTAL"}
_LENGTHS = {1: "por mes", 2: "por bimestre", 3: "por trimestre", 4: "por cuatrimestre", 6: "por semestre"}


def show_ledger(source: Quarter | Evaluation) -> Block:
    """Show how many printed figures were obtained again, how many agree, and which could not be checked.

    Of one unit, its own rows; of the institution, all documents and their totals.
    """
    e = take_evaluation(source)
    ledger = reconcile(e.plan)
    if ledger.empty:
        if e.solo_plan:
            return EMPTY
        return render_words(["El documento no imprime ninguna cifra que se pueda obtener de otras suyas."])
    # A figure may stand in several comparisons: a difference in any of them counts, then an agreement in any.
    rank = ledger["resultado"].map({DIFFERS: 0, AGREES: 1, REBUILT: 2, UNCHECKED: 3})
    figures = ledger.assign(rank=rank).sort_values("rank", kind="stable").drop_duplicates(_FIGURE)
    counts = figures["resultado"].value_counts()
    checked = len(figures) - counts.get(UNCHECKED, 0)
    printed = count_words(len(figures), "cifra impresa debe salir", "cifras impresas deben salir")
    said = f"{printed} de otras del mismo documento; {checked} se {'pudo' if checked == 1 else 'pudieron'} comprobar"
    parts = [f"{counts[r]} {_agree(r, counts[r])}" for r in (AGREES, REBUILT, DIFFERS) if counts.get(r, 0)]
    sentences = [f"{said}: {join_words(parts)}." if parts else f"{said}."]
    if counts.get(REBUILT, 0):
        sentences.append("Una fila dañada se reconstruye con sus propias sumas: que coincida no es una prueba aparte.")
    if counts.get(UNCHECKED, 0):
        sentences.append("Sin contraste: el documento no trae completo aquello de lo que la cifra saldría.")
    length = ledger["meses"].map(lambda m: _LENGTHS.get(m, "")).where(ledger["cifra"] != "meta_anual", "")
    what = (ledger["cifra"].map(lambda name: CONCEPTS.get(name, str(name))) + " " + length).str.strip()
    table = ledger.assign(que=what + " " + ledger["ambito"].map(_WHOSE))
    order = {name: at for at, name in enumerate((*_WHOSE, *CONCEPTS, *WAYS))}
    table = table.sort_values(["ambito", "cifra", "meses", "via"], key=lambda c: c.map(lambda v: order.get(v, v)))
    groups = []
    for document, own in table.groupby("documento", sort=False):
        rows = [_count_results([q, WAYS.get(v, "")], part) for (q, v), part in own.groupby(["que", "via"], sort=False)]
        groups.append((str(document) if table["documento"].nunique() > 1 else "", rows))
    titles = ("Comparaciones", "Coinciden", "Por reconstrucción", "Difieren", "Sin contraste")
    columns = [Column("Cifra impresa"), Column("Cómo se vuelve a obtener")]
    origin = "Contadas fila por fila en datos/conciliacion.csv"
    columns += [Column(f"{title} (número)", is_number=True, origin=origin) for title in titles]
    caption = "Conciliación: las cifras que el documento imprime, vueltas a calcular"
    total = _count_results(["Total", ""], table)
    shown = render_table(caption, columns, groups, source=name_source(e), total=total)
    return join_blocks(render_words(sentences), shown)


def _agree(result: str, number: int) -> str:
    one = number == 1
    return {
        AGREES: "coincide" if one else "coinciden",
        REBUILT: f"{'coincide' if one else 'coinciden'} por reconstrucción",
        DIFFERS: "difiere" if one else "difieren",
    }[result]


def _count_results(labels: list[str], part: pd.DataFrame) -> list[Cell]:
    counts = part["resultado"].value_counts()
    numbers = [len(part), *(int(counts.get(result, 0)) for result in _RESULTS)]
    return [*(Cell(label) for label in labels), *(Cell(str(number), is_number=True) for number in numbers)]


def show_published(source: Quarter | Evaluation) -> Block:
    """Show the totals that the document prints for the institution, and the share of them that its rows explain."""
    e = take_evaluation(source)
    if is_unit(e):
        return EMPTY
    ledger = reconcile(e.plan)
    totals = ledger[(ledger["ambito"] == "institucion") & (ledger["via"] == "filas")]
    closed = (totals["meses"] == 3) & (totals["mes"] <= 3 * e.trimestre)
    totals = totals[closed | (totals["cifra"] == "meta_anual")].dropna(subset="recalculado")
    if totals.empty:
        return EMPTY
    locale, rows, sentences = e.plan.locale, [], []
    for figure, own in totals.groupby("cifra", sort=False):
        for entry in own.sort_values("mes").to_dict("records"):
            label = CONCEPTS[figure] + (
                "" if figure == "meta_anual" else f", {QUARTERS[entry['mes'] // 3 - 1]} trimestre"
            )
            rows.append(_row_total(label, entry["publicado"], entry["recalculado"], entry["fuente"], locale))
        if len(own) > 1:
            sums = own[["publicado", "recalculado"]].sum()
            cells = join_addresses(own.sort_values("mes")["fuente"])
            rows.append(_row_total(f"{CONCEPTS[figure]}, suma de los trimestres", *sums, cells, locale))
    short = (totals["recalculado"] < totals["publicado"]).all()
    for figure in ("meta_anual", "programado", "ejecutado"):
        own = totals[totals["cifra"] == figure]
        if len(own):
            printed, found = own["publicado"].sum(), own["recalculado"].sum()
            share = format_percent(found / printed * 100 if printed else None, locale)
            numbers = f"{format_number(found, locale)} de {format_number(printed, locale)}"
            sentences.append(f"{CONCEPTS[figure]}: las filas leídas explican {share} del TOTAL impreso ({numbers}).")
    sentences += ["Todas las sumas quedan por debajo: faltan filas en el archivo."] if short else []
    columns = [Column("TOTAL que imprime el documento")]
    columns += [Column(title, is_number=True) for title in ("Impreso", "Suma de las filas leídas", "Explicado (%)")]
    caption = "Totales impresos y lo que las filas leídas explican de ellos"
    return join_blocks(render_words(sentences), render_table(caption, columns, [("", rows)], source=name_source(e)))


def _row_total(label: str, printed: float, found: float, source: str, locale: str) -> list[Cell]:
    share = found / printed * 100 if printed else None
    added = f"Suma de las filas leídas; TOTAL impreso: {source}"
    cells = [number_cell(printed, locale, source=source), replace(number_cell(found, locale), title=added)]
    cells.append(percent_cell(share, locale, title="Suma de las filas leídas / TOTAL impreso × 100"))
    return [Cell(label), *cells]


def show_entries(entries: Iterable[Mapping], caption: str, locale: str) -> Block:
    """Show comparisons of the ledger one by one, as `reconcile` gives them, of one activity."""
    rows = [
        [
            text_cell(str(entry["concepto"]).split(" · ")[0]),
            *(number_cell(entry[c], locale) for c in ("publicado", "recalculado", "diferencia")),
            Cell(entry["resultado"]),
            text_cell(entry["fuente"]),
        ]
        for entry in entries
    ]
    columns = [Column("Cifra impresa y cómo se vuelve a obtener")]
    columns += [Column(title, is_number=True) for title in ("Publicado", "Recalculado", "Diferencia")]
    return render_table(caption, [*columns, Column("Resultado"), Column("Lugar en el documento")], [("", rows)])
