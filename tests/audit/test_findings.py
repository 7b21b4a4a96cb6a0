"""The audit as a whole: every finding can be followed, every changed digit is found, a clean plan has none."""

import re
from collections import Counter
from dataclasses import replace

import openpyxl
import pytest

import poa_eval as poa
from made import make_institution
from places import FIXTURES, ROOT, TEXTS
from poa_eval.loaders.load import shape_document
from poa_eval.loaders.repair import read_row
from poa_eval.readers.formats import read_raw
from poa_eval.text.names import normalize

DOCUMENTS = sorted((ROOT / "data").glob("*/*.*x"))
DOCUMENTS += [path for folder in TEXTS.values() for path in sorted(folder.glob("*.txt"))]


# --- each finding can be followed to its place


def open_places(path):
    """Return a function that gives the cells of the row at an address, that of the address itself first."""
    if path.suffix == ".txt":
        lines = path.read_text(encoding="utf-8").split("\n")
        return lambda place: [lines[int(place.removeprefix(":L")) - 1]]
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path, data_only=True)

        def find_row(place):
            _, sheet, cell = place.split("!")
            return [book[sheet][cell].value, *(other.value for other in book[sheet][book[sheet][cell].row])]

        return find_row
    sheet = read_raw(path).hojas[0]
    rows = {f":{sheet.locate(at).celda}": row for at, row in enumerate(sheet.filas)}
    return rows.__getitem__


def list_clues(finding, plan):
    """What may stand at a finding's place: its figures, what it quotes, or the name of what it is about."""
    clues = [finding["encontrado"], finding["esperado"], *re.findall("«(.*?)…?»", finding["mensaje"])]
    clues += re.findall(r"[\d,.]*\d", finding["mensaje"])
    own = plan.actividades[plan.actividades["actividad_id"] == finding["actividad_id"]]
    clues += own[["actividad", "indicador", "codigo"]].to_numpy().ravel().tolist()
    return {normalize(str(clue))[:25] for clue in clues if isinstance(clue, str) and len(clue) > 1}


def stands_in(cell, finding):
    """Say whether a cell itself is what a finding on a text is about; of the others its row is enough."""
    rule, found = finding["regla"], finding["encontrado"]
    if rule == "comentario-contradice":
        return f"«{cell}»" in finding["mensaje"]
    if rule == "desglose-no-suma":
        return len(re.findall(r"\d[\d,]*", cell)) > 2
    if rule in ("cifra-en-comentario", "frecuencia-no-corresponde", "anio-ajeno"):
        return found in cell
    return True


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_each_finding_opens_at_its_place(path):
    plan, find_row = poa.load(path), open_places(path)
    findings = poa.check(plan)
    assert len(findings) > 10
    for finding in findings.to_dict("records"):
        assert finding["fuente"].startswith(path.name), finding
        cells = find_row(finding["fuente"].removeprefix(path.name))
        assert cells[0] is not None or finding["regla"] == "celda-ambigua", finding
        if path.suffix == ".xlsx":
            assert stands_in(str(cells[0]), finding), finding
        text = normalize(" ".join(str(cell) for cell in cells if cell is not None))
        assert any(clue in text or clue in text.replace(",", "") for clue in list_clues(finding, plan)), finding


# --- one digit changed in a document that prints redundant figures

RAW = read_raw(FIXTURES / "sat-2022-poi-t4.txt")
ROWS = [at for at, row in enumerate(RAW.hojas[0].filas) if len(row) > 30 and str(row[4]).isdigit()]
META = 4


def read_states():
    """Return per row how it is read, and where its quarter figures begin."""
    states = {}
    for at in ROWS:
        row = [None if cell is None else float(cell.replace(",", "")) for cell in RAW.hojas[0].filas[at][META:]]
        reading = read_row(row[1:], series=2, goal=row[0])
        states[at] = reading.estado, META + 1 + reading.inicio_bloque
    return states


STATES = read_states()
EXACT = [at for at in ROWS if STATES[at][0] == "exacta"]
COLUMNS = {"meta": lambda at: META}
COLUMNS |= {f"programado {q + 1}": lambda at, q=q: STATES[at][1] + 2 * q for q in range(4)}
COLUMNS |= {f"ejecutado {q + 1}": lambda at, q=q: STATES[at][1] + 2 * q + 1 for q in range(4)}
#: One digit for another: the last by the next, the first by the third next.
CHANGES = {
    "last": lambda text: text[:-1] + str((int(text[-1]) + 1) % 10),
    "first": lambda text: str((int(text[0]) + 2) % 9 + 1) + text[1:],
}


def audit_changed(cells, change):
    """Audit the document with a digit changed in each of some cells; return the rows of its errors."""
    rows = list(RAW.hojas[0].filas)
    for at, column in cells:
        rows[at] = (*rows[at][:column], change(rows[at][column]), *rows[at][column + 1 :])
    plan = shape_document(replace(RAW, hojas=(replace(RAW.hojas[0], filas=tuple(rows)),)))
    assert len(plan.actividades) == 43
    errors = poa.check(plan).query("gravedad == 'error'")
    return {int(place.rsplit("L", 1)[1]) - 1 for place in errors["fuente"]}


def list_cells(column, rows=ROWS):
    """Return the cells of a column that print a figure."""
    places = [(at, COLUMNS[column](at)) for at in rows]
    return [(at, c) for at, c in places if c < len(RAW.hojas[0].filas[at]) and RAW.hojas[0].filas[at][c]]


def test_the_rows_are_those_of_the_document():
    assert Counter(state for state, _ in STATES.values()) == {"exacta": 11, "reconstruida": 11, "ambigua": 21}
    assert [len(list_cells(column)) for column in COLUMNS] == [43, 43, 43, 42, 43, 43, 43, 42, 42]
    assert audit_changed([], None) == set()


@pytest.mark.parametrize("at", ROWS)
def test_a_changed_digit_of_each_figure_in_turn_is_found_in_its_row_and_only_there(at):
    """One digit in the whole document: the goal and programmed quarters, of exact rows the executed ones as well."""
    for column in list(COLUMNS)[: 9 if at in EXACT else 5]:
        for cell in list_cells(column, [at]):
            assert audit_changed([cell], CHANGES["last"]) == {at}, column


@pytest.mark.parametrize("change", CHANGES)
def test_a_digit_of_an_executed_quarter_is_found_in_exact_rows_and_in_some_of_the_others(change, capsys):
    """An open row has months to spare, and a rebuilt one loses the equation that put it right: less is possible."""
    found, tried = Counter(), Counter()
    for column in list(COLUMNS)[5:]:
        rows = audit_changed(list_cells(column), CHANGES[change])
        for at, _ in list_cells(column):
            tried[STATES[at][0]] += 1
            found[STATES[at][0]] += at in rows
    with capsys.disabled():
        said = ", ".join(f"{state} {found[state]} of {tried[state]}" for state in tried)
        print(f"\nexecuted quarters, {change} digit changed: found {said}")
    assert found["exacta"] == tried["exacta"] == 44
    shares = {"last": (29, 25), "first": (30, 30)}  # of 42 and 84
    assert (found["reconstruida"], found["ambigua"]) == shares[change]


# --- a clean institution


def test_a_clean_institution_has_no_errors_and_no_warnings():
    plan = make_institution(500)
    assert (len(plan.actividades), plan.avances["comentario"].notna().sum() > 1000) == (500, True)
    assert set(plan.actividades["frecuencia"]) == {"Mensual", "Trimestral", "Semestral"}
    assert poa.check(plan)["gravedad"].isin(["nota"]).all()


def test_a_clean_institution_at_mid_year_has_none_either():
    assert poa.check(make_institution(60, months=6))["gravedad"].isin(["nota"]).all()
