"""Every finding of the samples, the tables of other institutions and the cases, each of them read one by one.

The list stands in `fixtures/hallazgos.csv`. A finding that comes, goes or changes makes this test fail: read it against
the document's cells, mend the rule if it is not true, and only then renew the list, by
``PYTHONPATH=.:tests python tests/cases/test_findings.py``.
"""

import csv
import sys
from collections.abc import Callable

import pandas as pd
import pytest
from readings import CASES, read_case

import poa_eval as poa
from made import open_params
from places import FIXTURES, ROOT, TABLES
from poa_eval.errors import FormatoError
from poa_eval.plan.merge import merge_plans

LIST = FIXTURES / "hallazgos.csv"
COLUMNS = ("documento", "regla", "gravedad", "fuente", "actividad", "mensaje")
LAYOUTS = {
    "gachancipa-co-plan-indicativo-2025.xlsx": "gachancipa-plan-indicativo",
    "metepec-mx-pbrm-02a-2023.html": "metepec-pbrm-02a",
    "nuestras-ciudades-pe-poi-2026.csv": "nuestras-ciudades-poi",
    "prosperidad-social-co-poa-2025.xlsx": "prosperidad-social-poa",
}
#: Layouts of cases that read the document of another one.
OTHERS = {"acumulacion-columna-b": "acumulacion-columna.csv", "medio-anio-patron": "medio-anio.csv"}
Found = tuple[poa.Plan, pd.DataFrame]


def find_documents() -> dict[str, Callable[[], Found]]:
    """Return what loads each document that is there, by the name that it has in the list."""
    names = sorted(path.stem for path in (ROOT / "params").glob("*.yaml"))
    found: dict[str, Callable[[], Found]] = {name: lambda name=name: open_sample(name) for name in names}
    for path in sorted(FIXTURES.glob("*.txt")):
        found[path.name] = lambda path=path: check(poa.load(path))
    for kind, folder in TABLES.items():
        for name, layout in LAYOUTS.items():
            how = ROOT / "tests" / "tables" / f"{layout}.yaml"
            found[f"{name} ({kind})"] = lambda path=folder / name, how=how: check(poa.load(path, how))
    documents = {path.stem: path for path in sorted(CASES.iterdir()) if path.suffix != ".yaml"}
    documents |= {name: CASES / document for name, document in OTHERS.items()}
    for name, path in documents.items():
        layout = CASES / f"{name}.yaml"
        if layout.is_file():
            found[name] = lambda path=path, layout=layout: check(poa.load(path, layout))
    found["identidad-codigo"] = lambda: check(merge_plans([*map(read_by_code, ("plan", "avance"))]))
    return found


def open_sample(name: str) -> Found:
    quarter = open_params(name)
    return quarter.plan, quarter.hallazgos


def check(plan: poa.Plan) -> Found:
    return plan, poa.check(plan)


def read_by_code(part: str) -> poa.Plan:
    return read_case(f"identidad-codigo-{part}", identidad=["unidad", "codigo"])


DOCUMENTS = find_documents()


def list_found(name: str) -> list[tuple[str, ...]]:
    """List the findings of a document, in order; or why it is refused."""
    try:
        plan, found = DOCUMENTS[name]()
    except FormatoError as error:
        return [(name, "se rechaza", "", str(error.lugar), "", f"se encontró {error.encontrado}")]
    names = plan.actividades.set_index("actividad_id")["actividad"]
    rows = found.assign(actividad=found["actividad_id"].map(names).str.slice(0, 60))
    rows = rows[["regla", "gravedad", "fuente", "actividad", "mensaje"]].fillna("").astype(str)
    return sorted((name, *row) for row in rows.itertuples(index=False, name=None))


def read_list() -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    with LIST.open(encoding="utf-8", newline="") as file:
        for row in list(csv.reader(file))[1:]:
            found.setdefault(row[0], []).append(tuple(row))
    return found


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_finding_is_one_that_was_read(name):
    assert list_found(name) == read_list().get(name, [])


def write_list() -> None:
    """Write the findings of each document that is there; those of others stay as they were."""
    found = read_list() if LIST.is_file() else {}
    found |= {name: list_found(name) for name in DOCUMENTS}
    with LIST.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for rows in found.values():
            writer.writerows(rows)


if __name__ == "__main__":
    write_list()
    sys.stdout.write(f"{LIST}\n")
