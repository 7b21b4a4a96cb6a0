"""Provenance: where each figure of a report comes from, cell by cell: the tooltips, and the way shown step by step."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from poa_eval.metrics.due import list_shared
from poa_eval.metrics.evaluation import Evaluation, count_base, describe_quarter, find_activity
from poa_eval.metrics.ranking import sort_by_need
from poa_eval.metrics.reasons import tell_reason, write_formula
from poa_eval.metrics.registry import FIGURES
from poa_eval.metrics.windows import WINDOWS, has_goal_alone
from poa_eval.plan.accumulation import SERIES, find_accumulation
from poa_eval.plan.inferred import MadeRatio
from poa_eval.readers.addresses import ColumnFinder, join_addresses
from poa_eval.reports.html.blocks import EMPTY, Block, render_words
from poa_eval.reports.html.tables import Cell, number_cell, percent_cell, render_table, text_cell
from poa_eval.reports.sections.inputs import Source, name_source, take_evaluation, take_ledger
from poa_eval.reports.sections.reconciliation import show_entries
from poa_eval.text.columns import Column
from poa_eval.text.periods import name_period
from poa_eval.text.wording import capitalize, format_number, format_percent, is_present, name_activity, name_span


@dataclass(frozen=True)
class Provenance:
    """Where the figures of an evaluation come from."""

    evaluation: Evaluation

    @property
    def activities(self) -> Mapping[str, Mapping]:
        """Return the plan's activities by their id."""
        return self.evaluation.windows.activities

    @cached_property
    def _results(self) -> dict[str, dict]:
        return {row["actividad_id"]: row for row in self.evaluation.actividades.to_dict("records")}

    @cached_property
    def _printed(self) -> dict[tuple, str]:
        table = self.evaluation.plan.publicado
        keys = table[["clave", "concepto", "mes", "meses"]].itertuples(index=False, name=None)
        return dict(zip(keys, table["fuente"], strict=True))

    @cached_property
    def _shared(self) -> set[str]:
        """Activities of which the programme is a declared part of the year's goal."""
        return {activity["actividad_id"] for activity, _ in list_shared(self.evaluation.plan)}

    @cached_property
    def _made(self) -> dict[str, MadeRatio]:
        return {str(note.owner): note for note in self.evaluation.plan.list_notes(MadeRatio)}

    def tell_ratio(self, actividad_id: str, period: Mapping) -> str:
        """Return how the result of a period was made of numerator and denominator; "" where it is printed."""
        note = self._made.get(actividad_id)
        return note.formula if note and (period["mes"], period["meses"]) in note.periods else ""

    @cached_property
    def _columns(self) -> ColumnFinder:
        return ColumnFinder(self.evaluation.plan.columns)

    def find_goal(self, actividad_id: str) -> str:
        """Return the cell of the year's goal."""
        return self._columns.find(self.activities[actividad_id]["fuente"], "meta_anual")

    def find_period(self, actividad_id: str, period: Mapping, series: str) -> str:
        """Return the cell of what was programmed or executed in a period; of a rebuilt month, that of its quarter."""
        if series == "programado" and actividad_id in self._shared:
            return self.find_goal(actividad_id)
        month, length = period["mes"], period["meses"]
        own = self._printed.get((actividad_id, series, month, length))
        if own is None and period.get("origen") == "reconstruido":
            own = self._printed.get((actividad_id, series, (month + 2) // 3 * 3, 3))
        if own is None and series == "programado" and period.get("origen") != "reconstruido":
            return self._columns.find(period["fuente"], f"programado:{month}:{length}", "programado")
        return own or (str(period["fuente"]) if is_present(period["fuente"]) else "")

    def name(self, actividad_id: str, figura: str) -> str:
        """Name the origin of a figure of an activity: its cells, and for a computed one its formula.

        `figura` is a column of the evaluation of activities, such as ``ejecutado_acumulado``.
        """
        row = self._results[actividad_id]
        if not is_present(row[figura]):
            return ""
        what, _, window = figura.partition("_")
        if figura == "meta_anual":
            return f"Fuente: {self.find_goal(actividad_id)}"
        if what in SERIES:
            if what == "programado" and has_goal_alone(self.activities[actividad_id], self.evaluation.due):
                return f"La meta anual, al cierre del año: {self.find_goal(actividad_id)}"
            rows = [r for r in self.evaluation.window(actividad_id, window).filas if is_present(r[what])]
            cells = join_addresses(self.find_period(actividad_id, r, what) for r in rows)
            if not cells:
                return "El plan no pedía nada en ese lapso"
            if what == "programado" and actividad_id in self._shared:
                return f"Parte de la meta anual que declara el layout: {cells}"
            how = find_accumulation(self.activities[actividad_id], what).joined.format(n=len(rows))
            made = self.tell_ratio(actividad_id, rows[0]).capitalize() if what == "ejecutado" else ""
            return f"{how}: {cells}" if len(rows) > 1 else f"{made or 'Fuente'}: {cells}"
        return f"{self.derive(actividad_id, figura)}. {self._name_parts(actividad_id, figura)}"

    def name_cell(self, actividad_id: str) -> Cell:
        """Return the cell that names an activity, with its place."""
        activity = self.activities[actividad_id]
        return text_cell(name_activity(activity, activity["codigo"]), source=activity["fuente"])

    def cell(self, actividad_id: str, figura: str, *, reason: str = "") -> Cell:
        """Return the cell of a figure of an activity, with its origin; a compliance has its state, or why it lacks."""
        row, locale, tooltip = self._results[actividad_id], self.evaluation.plan.locale, self.name(actividad_id, figura)
        what, _, window = figura.partition("_")
        if what in ("cumplimiento", "avance"):
            state = {"trimestre": row["estado_trimestre"], "acumulado": row["estado"]}.get(window, "")
            return percent_cell(row[figura], locale, state=state, reason=reason, tooltip=tooltip)
        return number_cell(row[figura], locale, tooltip=tooltip)

    def derive(self, actividad_id: str, figura: str) -> str:
        """Write the formula of a percentage with its numbers."""
        row, locale = self._results[actividad_id], self.evaluation.plan.locale
        own = self.evaluation.formulas[actividad_id]
        used = own.year if figura == "avance_anual" else own.compliance
        formula = write_formula(used) if used else "sin fórmula"
        value = format_percent(row[figura], locale)
        if figura == "avance_anual":
            if self.evaluation.plan.rule("avance"):
                return f"{formula} = {value}"
            parts = (row["ejecutado_acumulado"], row["meta_anual"])
        else:
            window = figura.removeprefix("cumplimiento_")
            parts = (row[f"ejecutado_{window}"], row[f"programado_{window}"])
            if self.activities[actividad_id]["sentido"] == "descendente":
                base = self.activities[actividad_id]["linea_base"]
                numbers = [("valor", parts[0]), ("meta", parts[1])] + ([("LB", base)] if is_present(base) else [])
                with_numbers = ", ".join(f"{name} {format_number(number, locale)}" for name, number in numbers)
                return f"{formula} = {value}, con {with_numbers}"
        done, planned = (format_number(part, locale) for part in parts)
        return f"{formula} = {done} / {planned} × 100 = {value}"

    def _name_parts(self, actividad_id: str, figura: str) -> str:
        """Name the cells of what a percentage is made of."""
        window = "acumulado" if figura == "avance_anual" else figura.removeprefix("cumplimiento_")
        rows = self.evaluation.window(actividad_id, window).filas
        weighed = self.evaluation.plan.rule("avance") is not None
        series = ("ejecutado",) if figura == "avance_anual" and not weighed else ("ejecutado", "programado")
        cells = {s: [self.find_period(actividad_id, row, s) for row in rows if is_present(row[s])] for s in series}
        if cells.get("programado") == [] and has_goal_alone(self.activities[actividad_id], self.evaluation.due):
            cells["programado"] = [self.find_goal(actividad_id)]
        said = [f"{capitalize(s)}: {join_addresses(places)}" for s, places in cells.items()]
        said += [f"Meta anual: {self.find_goal(actividad_id)}"] if figura == "avance_anual" and not weighed else []
        return ". ".join(said)

    @cached_property
    def _evaluated(self) -> dict[tuple[str | None, str], list[str]]:
        """The cells of the activities that a window evaluates: by unit and window, and of all units (None)."""
        cells = defaultdict(list)
        for row in self._results.values():
            for window in WINDOWS:
                if is_present(row[f"cumplimiento_{window}"]):
                    cells[row["unidad_id"], window].append(row["fuente"])
                    cells[None, window].append(row["fuente"])
        return cells

    def name_group(self, row: Mapping[str, object], figura: str, unidad_id: str | None = None) -> str:
        """Name the origin of a figure of a unit, or of the institution: its formula, its numbers and its activities.

        `row` is one of the evaluation of units or of the institution, `figura` a column, such as
        ``proporcion_cumplidas_acumulado``.
        """
        e, locale = self.evaluation, self.evaluation.plan.locale
        if not is_present(row[figura]):
            return ""
        name, _, window = figura.rpartition("_")
        used = join_addresses(self._evaluated.get((unidad_id, window), ()))
        due = row[f"evaluadas_{window}"] + row[f"sin_reporte_{window}"]
        sums = {"base": count_base(row, window, e), "due": due}
        parts = [sums[part] if part in sums else row[f"{part}_{window}"] for part in FIGURES[name].parts]
        numbers = " / ".join(format_number(part, locale) for part in parts) + " × 100" if parts else ""
        said = " = ".join(filter(None, (FIGURES[name].tell_formula(e.perfil), numbers)))
        return f"{capitalize(said)}. Actividades evaluadas: {used or 'ninguna'}"


def trace(source: Source, actividad_id: str | None = None) -> Block:
    """Show the way from the document's cells to the percentages of an activity.

    Parameters
    ----------
    source : Quarter or Evaluation
    actividad_id : str, optional
        Its id; or its code, name or indicator, or a part of them that no other activity has. Without it, the one that
        most asks for a look.

    Returns
    -------
    Block
        Its periods with their cells; each figure with its formula and numbers; and what the document prints of it,
        obtained again.

    Raises
    ------
    ParamsError
        There is no such activity, or there are several.
    """
    e = take_evaluation(source)
    if e.actividades.empty:
        return render_words(["No hay actividades que seguir."])
    row = sort_by_need(e).iloc[0] if actividad_id is None else find_activity(e, actividad_id)
    key, plan, locale, provenance = str(row["actividad_id"]), e.plan, e.plan.locale, Provenance(e)
    name = name_activity(row, plan.actividades.set_index("actividad_id").at[key, "codigo"])
    said = {"trimestre": describe_quarter(e.trimestre), "acumulado": "a la fecha"}
    windows = {window: e.window(key, window) for window in said}
    periods = []
    for period in e.due.periods[key]:
        uses = [w for w, found in windows.items() if any(r is period or r == period for r in found.filas)]
        cells = [Cell(name_period(period["mes"], period["meses"]))]
        for series in SERIES:
            where = provenance.find_period(key, period, series) if is_present(period[series]) else ""
            cells += [number_cell(period[series], locale, source=where or None), text_cell(where)]
        how = "reconstruido" if period["origen"] == "reconstruido" else provenance.tell_ratio(key, period)
        cells.append(Cell(how or "leído"))
        periods.append([*cells, text_cell(" y ".join(said[use] for use in uses) or "no entra")])
    columns = [Column("Periodo")]
    columns += [Column("Programado", kind="number"), Column("Celda de lo programado")]
    columns += [Column("Ejecutado", kind="number"), Column("Celda de lo ejecutado")]
    columns += [Column("Cómo se obtuvo"), Column("Entra en")]
    read = render_table(f"{name}: periodos leídos", columns, [("", periods)], source=name_source(e))
    figures, said["acumulado"] = [], f"a la fecha, {name_span(*e.months)}"
    for window, label in said.items():
        reason = tell_reason(windows[window].reason)
        for what in ("programado", "ejecutado", "cumplimiento"):
            figure = f"{what}_{window}"
            is_percent = what == "cumplimiento" and is_present(row[figure])
            how = provenance.derive(key, figure) if is_percent else provenance.name(key, figure) or reason
            value = replace(provenance.cell(key, figure), tooltip="")
            figures.append([Cell(f"{capitalize(what)}, {label}"), value, text_cell(how)])
    how = provenance.name(key, "avance_anual") or tell_reason(e.reasons[key].year)
    figures.append([Cell("Avance anual"), percent_cell(row["avance_anual"], locale), text_cell(how)])
    columns = [Column("Cifra"), Column("Valor", kind="number"), Column("De dónde sale")]
    made = render_table(f"{name}: de los periodos al porcentaje", columns, [("", figures)])
    ledger = take_ledger(source)
    own = ledger[ledger["actividad_id"] == key].to_dict("records")
    caption = f"{name}: lo que el documento imprime, vuelto a calcular"
    return read + made + (show_entries(own, caption, plan) if own else EMPTY)
