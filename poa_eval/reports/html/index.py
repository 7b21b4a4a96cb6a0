"""Index: one page over all the runs of a folder."""

import json
import os
from pathlib import Path

from poa_eval.reports.html.page import wrap_page
from poa_eval.reports.html.tables import Cell, count_cell, render_table, text_cell
from poa_eval.text.columns import Column
from poa_eval.text.periods import QUARTERS


def write_overview(folder: Path) -> Path | None:
    """Write ``index.html`` over the runs in a folder, each with its ``run.json``, by institution and period.

    Returns None where there is a page of another's, which is left alone.
    """
    page = folder / "index.html"
    if page.is_file() and b'name="generator" content="poa_eval ' not in page.read_bytes():
        return None
    runs = []
    for evidence in folder.glob("[!.]*/run.json"):
        name = evidence.parent.name
        try:
            run = json.loads(evidence.read_text(encoding="utf-8"))
            params, outcome = run["parametros"], run["resultado"]
            results = [*outcome["unidades"].values(), outcome["institucion"]]
            period = f"{QUARTERS[params['trimestre'] - 1]} trimestre de {params['ejercicio']}"
        except (OSError, ValueError, TypeError, LookupError, AttributeError):  # no run of ours, or one on its way
            continue
        cells = [
            text_cell(params["institucion"], link=f"{name}/index.html", notes=[name]),
            Cell(period),
            count_cell(len(results) - 1),
            count_cell(sum(result != "correcto" for result in results)),
        ]
        runs.append(((params["institucion"], -params["ejercicio"], -params["trimestre"], name), cells))
    columns = [Column("Institución"), Column("Periodo")]
    columns += [Column("Unidades (número)", kind="number"), Column("Informes sin elaborar (número)", kind="number")]
    rows = [cells for _, cells in sorted(runs, key=lambda run: run[0])]
    table = render_table("Informes de cada institución y trimestre", columns, [("", rows)])
    draft = folder / f".index.{os.getpid()}.tmp"
    draft.write_text(wrap_page("Informes de evaluación", table.html), encoding="utf-8", newline="\n")
    draft.replace(page)
    return page
