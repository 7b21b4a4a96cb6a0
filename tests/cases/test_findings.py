"""Every finding of the samples, the tables of other institutions and the cases, each of them read one by one.

The list stands in `fixtures/hallazgos.csv`. A finding that comes, goes or changes makes this test fail: read it against
the document's cells, mend the rule if it is not true, and only then renew the list, by
``PYTHONPATH=.:tests python tests/cases/test_findings.py``.
"""

import csv
import sys
from pathlib import Path

import pytest
from readings import CASES

import poa_eval as poa
from made import open_params
from places import FIXTURES, ROOT
from poa_eval.errors import FormatoError

LIST = FIXTURES / "hallazgos.csv"
COLUMNS = ("documento", "regla", "gravedad", "fuente", "encontrado", "esperado")
TABLES = {
    "gachancipa-co-plan-indicativo-2025.xlsx": "gachancipa-plan-indicativo",
    "metepec-mx-pbrm-02a-2023.html": "metepec-pbrm-02a",
    "nuestras-ciudades-pe-poi-2026.csv": "nuestras-ciudades-poi",
    "prosperidad-social-co-poa-2025.xlsx": "prosperidad-social-poa",
}
SAMPLES = sorted(path.stem for path in (ROOT / "params").glob("*.yaml"))
DOCUMENTS = [path.name for path in sorted(CASES.iterdir()) if path.suffix != ".yaml"]


def list_found(name: str) -> list[tuple[str, ...]]:
    """List the findings of a sample, a table or a case, in order; or the refusal of a document."""
    try:
        if name in SAMPLES:
            found = open_params(name).hallazgos
        elif name in TABLES:
            layout = ROOT / "tests" / "tables" / f"{TABLES[name]}.yaml"
            found = poa.check(poa.load(FIXTURES / "tables" / name, layout))
        else:
            found = poa.check(poa.load(CASES / name, (CASES / name).with_suffix(".yaml")))
    except FormatoError as error:
        return [(name, "se rechaza", "", str(error.lugar), error.encontrado, error.esperado)]
    rows = found[["regla", "gravedad", "fuente", "encontrado", "esperado"]].fillna("").astype(str)
    return sorted((name, *row) for row in rows.itertuples(index=False, name=None))


def has_layout(name: str) -> bool:
    return name in SAMPLES or name in TABLES or (CASES / name).with_suffix(".yaml").is_file()


def read_list() -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    with LIST.open(encoding="utf-8", newline="") as file:
        for row in list(csv.reader(file))[1:]:
            found.setdefault(row[0], []).append(tuple(row))
    return found


@pytest.mark.parametrize("name", [*SAMPLES, *TABLES, *filter(has_layout, DOCUMENTS)])
def test_each_finding_is_one_that_was_read(name):
    assert list_found(name) == read_list().get(name, [])


def write_list(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for name in [*SAMPLES, *TABLES, *filter(has_layout, DOCUMENTS)]:
            writer.writerows(list_found(name))


if __name__ == "__main__":
    write_list(LIST)
    sys.stdout.write(f"{LIST}\n")
