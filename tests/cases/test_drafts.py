"""What a draft proposes: nothing that it is not sure of without «revisar», and nothing put away that is data."""

import re

import pytest
import yaml
from readings import CASES, find_case

import poa_eval as poa
from places import FIXTURES, ROOT
from poa_eval.drafting.write_layout import draft_layout
from poa_eval.text.names import normalize

YEAR = "PLAN OPERATIVO ANUAL 2026"


def read_draft(path):
    """Return the edition that a draft proposes, its locale, and the lines that say «revisar»."""
    text = draft_layout(path)
    said = yaml.safe_load(text)
    (name, edition), *_ = said["ediciones"].items()
    return edition | {"nombre": name, "locale": said["locale"]}, [
        line for line in text.split("\n") if "revisar" in line
    ]


def read_series(edition):
    return {series["columna"]: series for series in edition["periodos"]}


def write_plan(folder, *headings, row=(25, 25, 25, 25)):
    path = folder / "plan.csv"
    cells = ";".join(map(str, row[: len(headings)]))
    lines = [YEAR, ";".join(("Dependencia", "Actividad", "Meta anual", *headings))]
    lines += [f"Salud;Consultas médicas;100;{cells}", f"Obras;Calles reparadas;100;{cells}"]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_the_innermost_heading_says_which_figure_it_is():
    series = read_series(read_draft(find_case("borrador-prog-ejec"))[0])
    assert {name: item["patron"].rpartition("> ")[2] for name, item in series.items()} == {
        "programado": "Prog.",
        "ejecutado": "Ejec.",
    }


def test_twelve_initials_in_order_are_the_months_of_a_programme():
    edition, _ = read_draft(find_case("borrador-efmamj"))
    assert edition["nombre"] == "única"  # no year out of prose or the date of a form
    assert [(item["columna"], "".join(item["encabezados"])) for item in edition["periodos"]] == [
        ("programado", "EFMAMJJASOND")
    ]


def test_figures_up_to_a_month_are_cumulative_quarters():
    series = read_series(read_draft(find_case("borrador-a-marzo"))[0])
    assert {name: (item["acumulado"], item["meses"], [*item["encabezados"]]) for name, item in series.items()} == {
        "programado": (True, 3, [3, 6, 9, 12]),
        "ejecutado": (True, 3, [3, 6, 9, 12]),
    }


@pytest.mark.parametrize("words", [("A JUNIO", "A DICIEMBRE"), ("Hasta junio", "Hasta diciembre")])
def test_half_years_may_be_cumulative_too(tmp_path, words):
    item = read_draft(write_plan(tmp_path, *(f"Ejecutado {word}" for word in words)))[0]["periodos"][0]
    assert (item["acumulado"], item["meses"], [*item["encabezados"]]) == (True, 6, [6, 12])


def test_all_twelve_months_are_mapped():
    edition, _ = read_draft(find_case("borrador-jan"))
    assert [item["patron"] for item in edition["periodos"]] == ["{mes}"]
    assert "Jan" not in edition.get("ignorar", [])


def test_a_data_row_is_no_heading_and_a_goal_no_year():
    edition, _ = read_draft(find_case("borrador-csv"))
    assert (edition["nombre"], edition["columnas"]["meta_anual"]) == ("única", "meta_anual")
    assert [item["patron"] for item in edition["periodos"]] == ["prog_{mes}"]
    edition, doubts = read_draft(find_case("borrador-encabezado"))
    assert edition["columnas"]["actividad"] == "INDICADOR"
    assert any("actividad: INDICADOR" in line for line in doubts)


def test_one_year_throughout():
    edition, _ = read_draft(find_case("borrador-dos-anios"))
    assert (edition["nombre"], edition["ejercicio"]) == ("2025", 2025)
    assert edition["columnas"]["meta_anual"] == "TOTAL PLANEADO {ejercicio}"
    assert edition["ignorar"] == ["TOTAL PLANEADO 2024", "TOTAL EJECUTADO 2024"]


def test_portuguese_headings():
    edition, _ = read_draft(find_case("borrador-portugues"))
    assert edition["locale"] == "pt_BR"
    assert {name: edition["columnas"][name] for name in ("unidad", "actividad", "unidad_medida", "sentido")} == {
        "unidad": "Unidade",
        "actividad": "Indicador (descrição)",
        "unidad_medida": "Unidade de Medida",
        "sentido": "Polaridade do Indicador",
    }
    assert {name: item["patron"] for name, item in read_series(edition).items()} == {
        "programado": "{mes} META DO MÊS",
        "ejecutado": "{mes} ALCANCE DO MÊS",
    }


def test_the_date_of_a_form_is_not_its_year():
    assert read_draft(find_case("borrador-fecha-del-formato"))[0]["nombre"] == "2025"


@pytest.mark.parametrize("name", ["borrador-periodos-1", "borrador-periodos-2"])
def test_quarters_of_the_cases(name):
    edition, _ = read_draft(find_case(name))
    assert len(edition["periodos"]) == 1
    assert not edition.get("ignorar")


@pytest.mark.parametrize(
    ("headings", "length"),
    [
        (("Enero - Marzo", "Abril - Junio", "Julio - Septiembre", "Octubre - Diciembre"), 3),
        (("Ene/Mar", "Abr/Jun", "Jul/Sep", "Oct/Dic"), 3),
        (("Enero a junio", "Julio a diciembre"), 6),
        (tuple(f"Trimestre {n} ({span})" for n, span in enumerate(("enero-marzo", "abril-junio"), 1)), 3),
        (("T1 programado", "T2 programado", "T3 programado", "T4 programado"), 3),
        (("1T2026", "2T2026", "3T2026", "4T2026"), 3),
        (("1°", "2°", "3°", "4°"), 3),
        (("1º Quadrimestre", "2º Quadrimestre", "3º Quadrimestre"), 4),
    ],
)
def test_periods_as_headings_write_them(tmp_path, headings, length):
    path = write_plan(tmp_path, *headings)
    edition, _ = read_draft(path)
    assert not edition.get("ignorar")
    layout = tmp_path / "plan.yaml"
    layout.write_text(draft_layout(path), encoding="utf-8")
    periods = poa.load(path, layout).avances
    assert set(periods["meses"]) == {length}
    assert sorted(set(periods["mes"])) == [length * (n + 1) for n in range(len(headings))]


@pytest.mark.parametrize(("name", "months"), [("marcas-en-tabla", 8), ("marcas-por-trimestre", 4)])
def test_marks_are_proposed_as_marks(tmp_path, name, months):
    path = find_case(name)
    edition, _ = read_draft(path)
    assert [item["marcas"] for item in edition["periodos"]] == [["X"]]
    assert "vacios" not in edition
    assert "suma de programado" not in draft_layout(path)  # marks add up to nothing
    layout = tmp_path / "plan.yaml"
    layout.write_text(draft_layout(path), encoding="utf-8")
    assert len(poa.load(path, layout).calendario) == months


def test_codes_under_activity_are_not_its_name():
    assert read_draft(find_case("marcas-en-tabla"))[0]["columnas"]["actividad"] == "Descripción de la actividad"


@pytest.mark.parametrize("path", sorted(CASES.glob("borrador-*")), ids=lambda path: path.stem)
def test_each_draft_loads_and_shows_what_it_reads(tmp_path, path):
    layout = tmp_path / "plan.yaml"
    layout.write_text(draft_layout(path), encoding="utf-8")
    year = 2026 if read_draft(path)[0]["nombre"] == "única" else None
    plan = poa.load(path, layout, ejercicio=year)
    shown = draft_layout(path).partition("# Así se leen las primeras actividades:\n")[2]
    shown = shown.partition("# Cómo se acumulan")[0]
    first = plan.actividades.iloc[0]
    assert f"· {first['actividad']} · meta" in shown
    assert shown.count("\n# - ") + 1 == min(3, len(plan.actividades))


def test_a_draft_that_can_not_be_read_yet_says_why(tmp_path):
    path = write_plan(tmp_path, "T1", "T2", "T3", "T4", row=("cuarenta y cinco visitas", 25, 25, 25))
    assert "Todavía no se puede leer: se encontró" in draft_layout(path).split("\n")[-2]


TABLES = {
    "gachancipa-co-plan-indicativo-2025.xlsx": "gachancipa-plan-indicativo",
    "metepec-mx-pbrm-02a-2023.html": "metepec-pbrm-02a",
    "nuestras-ciudades-pe-poi-2026.csv": "nuestras-ciudades-poi",
    "prosperidad-social-co-poa-2025.xlsx": "prosperidad-social-poa",
}
SHIPPED = {
    "sat-2022/poi-2022-t4.xlsx": "sat-poi",
    "santiago-2017/metas-2017-06.xlsx": "santiago-metas",
    "gerencia-comercial-2023/poa-2023-t1.xlsx": "gerencia-comercial-poa",
}
#: Columns of which either is right where both take a cell for what it is.
TWINS = {"meta_texto": "meta_anual", "linea_base_texto": "linea_base", "inversion_texto": "inversion"}


def list_documents():
    """Yield each document of a table beside the layout by which it is read."""
    for path in sorted(CASES.iterdir()):
        if path.suffix != ".yaml" and path.with_suffix(".yaml").is_file():
            yield path, path.with_suffix(".yaml")
    for name, layout in TABLES.items():
        yield FIXTURES / "tables" / name, ROOT / "tests" / "tables" / f"{layout}.yaml"
    for name, layout in SHIPPED.items():
        yield ROOT / "data" / name, ROOT / "poa_eval" / "layouts" / f"{layout}.yaml"


def list_headings(said):
    """Return the headings of a column as keys: without group, place, year and stars."""
    said = said.get("columna", said.get("primera")) if isinstance(said, dict) else said
    listed = said if isinstance(said, list) else [said]
    listed = [text for item in listed for text in (item if isinstance(item, list) else [item])]
    return [
        normalize(re.sub(r"\s*\[\d\]|\{ejercicio\}|20\d\d", "", str(item)).split(" > ")[-1].strip("* "))
        for item in listed
    ]


def test_no_draft_places_a_column_wrong_without_saying_so():
    right = wrong = sure = 0
    for path, layout in list_documents():
        read = next(e for e in yaml.safe_load(layout.read_text(encoding="utf-8"))["ediciones"].values())
        if read["clase"] != "tabla":
            continue
        wanted = {}
        for target, said in read["columnas"].items():
            for heading in list_headings(said):
                wanted.setdefault(heading, set()).add(TWINS.get(target, target))
        text = draft_layout(path)
        edition = next(iter(yaml.safe_load(text)["ediciones"].values()))
        for target, said in (edition["columnas"] or {}).items():
            doubted = re.search(rf"^ +{target}:.*revisar", text, re.MULTILINE) is not None
            for heading in list_headings(said):
                if heading in wanted:
                    fits = TWINS.get(target, target) in wanted[heading]
                    right, sure = right + fits, sure + (fits and not doubted)
                    wrong += not fits and not doubted
                    assert fits or doubted, (path.name, target, heading, wanted[heading])
    assert (wrong, right > 150) == (0, True)
    assert sure >= 0.8 * right  # at most one correct line in five says «revisar»


def test_a_draft_proposes_what_tells_rows_apart_and_loads():
    text = draft_layout(find_case("identidad-monto"))
    assert "identidad: [unidad, actividad, inversion]  # revisar: ¿son actividades distintas" in text
    assert "Todavía no se puede leer" not in text
    assert "identidad:" not in draft_layout(find_case("constante-por-la-fila"))


def test_a_draft_says_how_periods_add_up_and_by_which_figures(tmp_path):
    text = draft_layout(find_case("constante-por-la-fila"))
    assert (
        "# - revisar: una constante (la meta es la de cada periodo): 2 actividades, p. ej. «Sedes atendidas»: " in text
    )
    assert "ejecutado 17, 17, 17 y avance impreso 100 (constante-por-la-fila.csv:L2" in text
    assert "# - revisar: un promedio (la meta es el promedio): 1 actividad, p. ej. «Personas inscritas»" in text
    assert "# - una suma (la meta es la suma): 1 actividad, p. ej. «Talleres»" in text
    path = tmp_path / "vecinas.csv"
    path.write_text(
        "Plano 2025\nUnidade,Indicador,Unidade de medida,Meta anual,T1 programado,T2 programado,T3 programado,"
        "T4 programado\n"
        "Saúde,Pessoas em fila,pessoas,40,40,40,40,40\n"
        "Saúde,Pessoas atendidas,Pessoas,,10,20,30,40\n"
        "Saúde,Taxa de ocupação,camas,,70,70,70,72\n"
        "Obras,Ruas,ruas,10,1,2,3,4\n",
        encoding="utf-8",
    )
    text = draft_layout(path)
    assert "- revisar: 1 actividad en «Pessoas», como 1 que por sus cifras es una constante; si lo es:" in text
    assert 'reglas: [{cuando: {unidad_medida: "Pessoas"}, acumulacion: constante, porque: "…"}]' in text
    assert "- revisar: «Taxa de ocupação»: por su nombre puede que no se sumen" in text


def test_a_draft_knows_a_corner_that_names_the_activity_of_its_table():
    text = draft_layout(find_case("esquina"))
    assert 'unidad: "{actividad}"  # revisar: la esquina de cada tabla' in text
    assert "vacios:" not in text  # Ene, Feb, Mar are the next table's heading
    assert "# - Centro Sur · Consultas médicas · meta —\n" in text


def test_a_series_that_no_word_names_is_no_printed_figure_of_the_other(tmp_path):
    path = tmp_path / "plan.csv"
    head = "Plan 2025\nDependencia;Actividad;Tipo de meta;Clase;Prog T1;Oro T1;Prog T2;Oro T2\n"
    path.write_text(head + "Salud;Consultas;Sumable;A;20;18;20;\nSalud;Sedes;Constante;B;4;4;4;\n", encoding="utf-8")
    edition = next(iter(yaml.safe_load(draft_layout(path))["ediciones"].values()))
    assert [series["columna"] for series in edition["periodos"]] == ["programado", "ejecutado"]
    assert "publicado" not in edition
    assert "- columna: ejecutado  # revisar: ¿programado o ejecutado?" in draft_layout(path)
    assert edition["columnas"]["acumulacion"] == "Tipo de meta"  # «Sumable», «Constante» are usual words; «A», «B» none
    assert edition["ignorar"] == ["Clase"]
