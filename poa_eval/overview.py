"""Overview: one page over all the runs of a folder."""

from __future__ import annotations

import json
from pathlib import Path

from poa_eval.report import links_page
from poa_eval.values import QUARTERS


def write_overview(folder: Path) -> Path:
    """Write ``index.html`` over the runs in a folder, by institution and period.

    Parameters
    ----------
    folder : Path
        Where the runs' folders lie; each run holds a ``run.json``.

    Returns
    -------
    Path
        The page.
    """
    rows = []
    for evidence in sorted(folder.glob("*/run.json")):
        run = json.loads(evidence.read_text(encoding="utf-8"))
        params, outcome = run["parametros"], run["resultado"]
        period = f"{QUARTERS[params['trimestre'] - 1]} trimestre de {params['ejercicio']}"
        units = list(outcome["unidades"].values())
        failed = sum(result != "correcto" for result in (*units, outcome["institucion"]))
        said = f"{len(units)} {'unidad' if len(units) == 1 else 'unidades'}"
        said += f"; {failed} sin elaborar" if failed else ""
        text = f"{params['institucion']} · {period} ({said}) · {evidence.parent.name}"
        rows.append((params["institucion"], -params["ejercicio"], -params["trimestre"], evidence.parent.name, text))
    links = [(f"{name}/index.html", text) for *_, name, text in sorted(rows)]
    page = folder / "index.html"
    page.write_text(
        links_page("Informes de evaluación", "Instituciones y trimestres", links), encoding="utf-8", newline="\n"
    )
    return page
