"""Three plans without results: all that they say stands in a table, from damaged text, Word and workbook alike."""

import html
import re

import pytest

import poa_eval as poa
from places import FIXTURES, ROOT, list_texts
from poa_eval.text.names import normalize

JOCOTEPEC, CUSCATANCINGO, SANTIAGO = "jocotepec-2024-poa", "cuscatancingo-2018-poa", "santiago-2017-metas"
BOOKS = {
    JOCOTEPEC: ROOT / "data/jocotepec-2024/poa-2024.docx",
    CUSCATANCINGO: ROOT / "data/cuscatancingo-2018/poa-2018.docx",
    SANTIAGO: ROOT / "data/santiago-2017/metas-2017-06.xlsx",
}
TABLES = ("unidades", "metas", "actividades", "lineas", "avances", "calendario", "publicado", "foda")
ALL_YEAR = list(range(1, 13))


def list_places(stem):
    return [*list_texts(stem), pytest.param(BOOKS[stem], id=f"{stem}-data")]


@pytest.fixture(scope="module", params=list_places(JOCOTEPEC))
def jocotepec(request):
    return poa.load(request.param)


@pytest.fixture(scope="module", params=list_places(CUSCATANCINGO))
def cuscatancingo(request):
    return poa.load(request.param)


@pytest.fixture(scope="module", params=list_places(SANTIAGO))
def santiago(request):
    return poa.load(request.param)


def read_context(plan):
    """The last text of each key of `contexto`."""
    return dict(plan.contexto[["clave", "texto"]].values)


# --- cards


def test_jocotepec_has_mission_vision_and_swot(jocotepec):
    unit = jocotepec.unidades.iloc[0]
    assert (len(jocotepec.unidades), unit["unidad_id"], unit["unidad"]) == (
        1,
        "hacienda-municipal",
        "HACIENDA MUNICIPAL",
    )
    aims = unit["vision"].split("\n")
    assert len(aims) == 2
    assert "cartera vencida" in aims[0]
    assert "POA" in aims[1]
    assert "marco normativo" in unit["mision"]
    assert "\n" not in unit["mision"]
    points = jocotepec.foda.groupby("cuadrante")["punto"].size().to_dict()
    assert points == {"fortaleza": 7, "debilidad": 3, "oportunidad": 4, "amenaza": 3}
    assert not jocotepec.foda["punto"].str.match(r"\d").any()


def test_jocotepec_cards_keep_their_lines_of_action(jocotepec):
    goals, activities = jocotepec.metas, jocotepec.actividades
    assert goals[["nivel", "codigo", "frecuencia"]].values.tolist() == [
        ["programa", "1", "Trimestral"],
        ["programa", "2", "Trimestral"],
    ]
    assert activities["codigo"].tolist() == [str(number) for number in range(1, 15)]
    counts = jocotepec.lineas.groupby("padre_id")["texto"].size()
    assert [counts[key] for key in goals["meta_id"]] == [16, 12]
    assert [counts[key] for key in activities["actividad_id"]] == [3, 4, 2, 2, 3, 3, 3, 4, 3, 3, 3, 3, 3, 3]
    by_card = jocotepec.lineas.groupby("padre_id")
    assert all(lines["orden"].tolist() == list(range(1, len(lines) + 1)) for _, lines in by_card)
    ids = activities.set_index("codigo")["actividad_id"]
    assert "correspondiente al ejercicio 2022" in by_card.get_group(ids["5"])["texto"].iloc[0]
    assert "por lo menos tres cotizaciones" in by_card.get_group(ids["8"])["texto"].iloc[2]


def test_jocotepec_fields_of_the_cards(jocotepec):
    activities = jocotepec.actividades.set_index("codigo")
    assert activities["meta_texto"].notna().all()
    assert "al 100%" in activities.loc["1", "meta_texto"]
    assert activities["meta_anual"].isna().all()
    assert set(activities["eje"]) == {"Administración eficaz y eficiente."}
    assert set(activities["inicio"]) == {"01 de enero"}
    assert set(activities["fin"]) == {"31 de diciembre de 2024"}
    assert activities.index[activities["beneficiarios"].isna()].tolist() == ["13", "14"]  # the two print none
    programmes = {key.split("/")[0] for key in jocotepec.contexto["clave"] if "/" in key}
    assert programmes == {"objetivo", "eje", "meta_texto", "beneficiarios", "inicio", "fin", "inversion_texto"}


def test_jocotepec_investment_is_2190000_and_no_expense_is_zero(jocotepec):
    money = jocotepec.actividades.set_index("codigo")[["inversion", "inversion_texto"]]
    assert money["inversion"].notna().all()
    spent = money.loc[money["inversion"] > 0, "inversion"].to_dict()
    assert spent == {"2": 50_000, "6": 10_000, "12": 1_800_000, "13": 80_000, "14": 250_000}
    assert money["inversion"].sum() == 2_190_000
    assert money.loc["13", "inversion_texto"] == "$80,000.00 (3,478 litros)"
    none = money.loc[money["inversion"] == 0, "inversion_texto"]
    assert set(none) == {"No genera gasto", "No genera gasto."}
    assert jocotepec.metas["inversion"].tolist() == [0, 0]


def test_jocotepec_says_what_falls_due(jocotepec):
    assert jocotepec.actividades["frecuencia"].value_counts().to_dict() == {
        "Trimestral": 11,
        "Mensual": 2,
        "Semestral": 1,
    }
    due = jocotepec.calendario.assign(quarter=(jocotepec.calendario["mes"] + 2) // 3)
    assert set(due["origen"]) == {"frecuencia"}
    assert due.groupby("quarter")["actividad_id"].nunique().tolist() == [13, 14, 13, 14]
    months = due.groupby("actividad_id")["mes"].apply(sorted)
    by_code = [months[key] for key in jocotepec.actividades["actividad_id"]]
    assert (by_code[0], by_code[1], by_code[4]) == (ALL_YEAR, [3, 6, 9, 12], [6, 12])


def test_jocotepec_prints_its_formula(jocotepec):
    said = read_context(jocotepec)
    assert said["formula"] == "No. Act. Realizadas/No. Act. Proyectadas * 100"
    assert said["evaluador"] == "DIRECCIÓN DE PLANEACIÓN Y AGENDA PARA EL DESARROLLO MUNICIPAL"
    assert said["fecha"] == "06 de noviembre de 2023"
    assert said["objetivo_fin"] == "Manejo de Finanzas del Municipio"


# --- matrix and grid


def test_cuscatancingo_has_4_objectives_13_goals_26_activities(cuscatancingo):
    goals = cuscatancingo.metas
    assert goals["nivel"].value_counts().to_dict() == {"meta": 13, "objetivo": 4}
    assert len(cuscatancingo.actividades) == 26
    objectives = goals[goals["nivel"] == "objetivo"]
    assert objectives["codigo"].tolist()[1:] == ["2", "3", "4"]
    assert objectives["codigo"].isna().tolist() == [True, False, False, False]  # the first is printed without number
    parents = goals[goals["nivel"] == "meta"].groupby("padre_id", sort=False)["codigo"].apply(list)
    assert parents.loc[objectives["meta_id"]].tolist() == [
        ["1.1", "1.2", "1.3", "1.4"],
        ["2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7"],
        ["3.1"],
        ["4.1"],
    ]


def test_cuscatancingo_resources_and_indicators_belong_to_blocks(cuscatancingo):
    goals = cuscatancingo.metas
    objectives = goals[goals["nivel"] == "objetivo"]
    assert objectives["recursos"].str.split("\n").str.len().tolist() == [11, 13, 6, 5]
    assert objectives["indicador"].fillna("").str.split("\n").str.len().tolist()[:3] == [5, 5, 1]
    assert objectives["indicador"].isna().tolist() == [False, False, False, True]
    assert "3 Auxiliares de Cuentas Corrientes, 2 Gestoras de cobros" in objectives["recursos"].iloc[0]
    assert goals.loc[goals["nivel"] == "meta", ["recursos", "indicador"]].isna().all(axis=None)
    assert cuscatancingo.actividades[["recursos", "indicador"]].isna().all(axis=None)


def test_cuscatancingo_joins_texts_over_page_breaks(cuscatancingo):
    names = cuscatancingo.actividades.set_index("codigo")["actividad"]
    assert names["1.1.4"] == (
        "Emitir planes de pago de manera oportuna cuando sean solicitados, así como dar seguimiento."
    )
    assert names["2.2.2"].endswith(
        "contribuyentes por inmuebles, ya sea a través de notificación, visitas, por correo electrónico, vía teléfono "
        "y cualquier otro medio."
    )
    assert names["2.4.3"].endswith("para concientizar y socializar los servicios prestados por la municipalidad.")
    assert not names.str.match(r"\d").any()


def test_cuscatancingo_keeps_codes_that_stand_twice_apart_by_block(cuscatancingo):
    activities, goals = cuscatancingo.actividades, cuscatancingo.metas.set_index("meta_id")
    assert activities["actividad_id"].is_unique
    twice = activities[activities["codigo"].duplicated(keep=False)]
    above = goals.loc[twice["meta_id"], "codigo"].tolist()
    assert list(zip(twice["codigo"], above, strict=True)) == [
        ("1.1.1", "1.1"),
        ("1.1.2", "1.1"),
        ("1.1.1", "4.1"),
        ("1.1.2", "4.1"),
    ]
    assert goals.loc[goals.loc[twice["meta_id"].iloc[-1], "padre_id"], "codigo"] == "4"
    assert activities["meta_id"].isin(goals.index).all()


def test_cuscatancingo_keeps_a_goal_without_activity(cuscatancingo):
    goals = cuscatancingo.metas[cuscatancingo.metas["nivel"] == "meta"]
    lonely = goals[~goals["meta_id"].isin(cuscatancingo.actividades["meta_id"])]
    assert lonely["codigo"].tolist() == ["2.7"]
    assert lonely["texto"].item().startswith("Cumplir todo el proceso extrajudicial")


def test_cuscatancingo_grid_is_joined_to_the_activities(cuscatancingo):
    grid = cuscatancingo.calendario
    assert len(grid) == 90
    assert set(grid["origen"]) == {"marca"}
    months = grid.groupby("actividad_id")["mes"].apply(sorted)
    activities = cuscatancingo.actividades.set_index("actividad_id")
    assert len(activities) - len(months) == 16
    found = [(activities.loc[key, "codigo"], months[key]) for key in activities.index if key in months]
    assert found == [
        ("2.4.1", ALL_YEAR),
        ("2.4.2", ALL_YEAR),
        ("2.4.3", ALL_YEAR[1:]),
        ("2.5.1", ALL_YEAR),
        ("2.6.1", ALL_YEAR),
        ("2.6.2", ALL_YEAR),
        ("3.1.1", [8, 9, 10, 11, 12]),
        ("3.1.2", [8, 9, 10, 11, 12]),
        ("1.1.1", [4, 5, 6]),
        ("1.1.2", [7, 8, 9, 10, 11, 12]),
    ]
    last = activities.loc[months.index, "meta_id"].map(cuscatancingo.metas.set_index("meta_id")["codigo"])
    assert (last == "4.1").sum() == 2  # the grid's 1.1.1 and 1.1.2 are those of the fourth block
    blank = cuscatancingo.contexto["texto"].str.startswith("Identificar cuales sectores")
    assert blank.sum() == 1  # the row that stands twice, once without marks


def test_cuscatancingo_says_who_and_when(cuscatancingo):
    unit = cuscatancingo.unidades.iloc[0]
    assert (unit["unidad"], unit["responsable"]) == (
        "Cuentas Corrientes y Unidad de Recuperación Tributaria",
        "Delmi Sorto de Rodríguez",
    )
    said = read_context(cuscatancingo)
    assert (said["ejercicio"], said["fecha"], said["periodo"]) == ("2018", "Octubre 2017", "2018")
    assert cuscatancingo.ejercicio == 2018


# --- listing


def test_santiago_has_23_rows_of_2_areas(santiago):
    activities = santiago.actividades
    assert santiago.ejercicio == 2017
    assert santiago.unidades["unidad"].tolist() == ["DIRECCIÓN DE EGRESOS", "DIRECCIÓN DE INGRESOS"]
    assert activities.groupby("unidad_id").size().tolist() == [12, 11]
    assert activities["meta_anual"].isna().all()
    empty = activities.loc[activities["meta_texto"].isna(), "actividad"].str.split().str[0]
    assert empty.tolist() == ["Asignación", "Validación"]
    assert activities["meta_texto"].str.contains("un 20% ", na=False).sum() == 1
    assert activities["meta_texto"].iloc[-1].endswith("DEL EJERCICIO FISCAL 2016")
    assert activities["meta_texto"].duplicated().sum() == 1 + 1  # OPTIMIZAR LA COBRANZA, and the second blank
    assert set(activities["linea_base_texto"]) == {"Municipal"}
    assert activities["linea_base"].isna().all()
    assert activities[["objetivo", "beneficiarios", "recursos"]].notna().all(axis=None)
    assert {normalize(text) for text in activities["inicio"]} == {"01 de junio"}
    assert santiago.calendario.empty


def test_santiago_period_and_dates(santiago):
    said = read_context(santiago)
    assert said["periodo_que_se_informa"] == "DEL 01 AL 30 JUNIO 2017"
    assert (said["fecha_de_validacion"], said["fecha_de_actualizacion"]) == ("30/jun/2017", "30/jun/2017")
    assert said["area_responsable_de_la_informacion"] == "SECRETARÍA DE FINANZAS Y TESORERÍA MUNICIPAL"
    assert (said["ejercicio"], said["anio_del_formato"]) == ("2017", "2017")


# --- all three


@pytest.mark.parametrize("stem", BOOKS)
def test_data_file_and_text_give_the_same_plan(stem):
    text, book = poa.load(FIXTURES / f"{stem}.txt"), poa.load(BOOKS[stem])
    for name in TABLES:
        left, right = (getattr(plan, name).drop(columns="fuente") for plan in (text, book))
        assert left.equals(right), name
    assert text.avances.empty
    assert (text.institucion, text.ejercicio, text.locale) == (book.institucion, book.ejercicio, book.locale)
    notes = book.contexto.loc[book.contexto["clave"] == "nota", "texto"]
    assert notes.tolist()[-1] == "Texto resumido; cifras del documento"


@pytest.mark.parametrize("stem", BOOKS)
def test_data_file_and_text_give_the_same_findings(stem):
    columns = ["hallazgo_id", "regla", "gravedad", "encontrado", "esperado"]
    left, right = (
        poa.check(poa.load(path))[columns].sort_values("hallazgo_id", ignore_index=True)
        for path in (FIXTURES / f"{stem}.txt", BOOKS[stem])
    )
    assert left.equals(right)


#: Per document: what no table holds as text, and why. Each is taken off a piece of text before it is looked for.
_LABEL = "a label: the column or key of the table says it"
_HEADING = "a heading: the table or the column says it"
_RULE = "damage: the rule under a table's heading"
LEFT_OUT = {
    JOCOTEPEC: {
        r"-{2,}": _RULE,
        r"DIRECCIÓN / JEFATURA:": _LABEL,
        r"VISIÓN 3 AÑOS|MISIÓN": _HEADING,
        r"(FORTALEZAS|OPORTUNIDADES) QUE IMPULSAN LA ACTIVIDAD DE LA DEPENDENCIA": _HEADING,
        r"(DEBILIDADES|AMENAZAS) QUE RESTRINGEN LA ACTIVIDAD DE LA DEPENDENCIA": _HEADING,
        r"\d\.- (?=\D)": "the number of a SWOT point: the order of the rows says it",
        r"Objetivo/FIN": _LABEL,
        r"(PROGRAMA|ACTIVIDAD) \d+:": "a label with the code: `nivel` and `codigo` say it (asserted above)",
        r"Estrategia/Objetivo Estratégico:|Eje del PMD:": _LABEL,
        r"Líneas de acción(/Componente)?:|Resultados/Impacto": _HEADING,
        r"Metas:|Inversión:|Beneficiados:|Temporalidad de la Evaluación:": _LABEL,
        r"Periodo de [Tt]iempo:|Del:|al:": _LABEL,
        r"Evaluación por parte del Ayuntamiento:|\(Mediante la fórmula:|(?<=\* 100)\)|Fecha:": _LABEL,
        r"POA (?=2024)": _LABEL,
    },
    CUSCATANCINGO: {
        r"-{2,}": _RULE,
        r"Fecha:|Objetivo (general|específico)|Estrategia identificada del Plan Estratégico:": _LABEL,
        r"POA (?=2018)": _LABEL,
        r"Unidad o Departamento:(?= Cuentas Corrientes)|Responsable:(?= Delmi Sorto de)": _LABEL,
        r"OBJETIVOS|METAS|ACTIVIDADES \(para cumplir las metas de cada objetivo\)": _HEADING,
        r"PERIODO|RECURSOS|INDICADOR": _HEADING,
        r"\d\.(\d(\.\d)?)? ?(?=[A-Z])": "the code of an objective, goal or activity: `codigo` holds it (see above)",
        r"- ?(?=[A-Z])": "the dash of a list",
        r"X": "a mark: `calendario` holds all 90 (asserted above)",
    },
    SANTIAGO: {
        r"Periodo que se informa:": _LABEL,
        r"Ejercicio|Denominación del área o unidad responsable|Nombre del apoyo y/o servicio": _HEADING,
        r"Objetivo|Dirigido a:|Fecha de (implementación|validación|actualización)": _HEADING,
        r"Línea Base|Tipo de recurso|Meta anual|Área responsable de la información|Año|Nota": _HEADING,
    },
}


def list_pieces(text):
    """Every paragraph and label of every cell, by its line."""
    for number, line in enumerate(text.split("\n"), start=1):
        for cell in line.split("\t"):
            for piece in re.split(r"</?[a-z]+>|\*\*", cell):
                if piece.strip():
                    yield number, html.unescape(piece.strip()).replace("\\$", "$")


def list_values(plan):
    """Every text that a table of the plan holds, folded; keys and addresses are none."""
    for name in (*TABLES, "contexto"):
        table = getattr(plan, name)
        for column in table.columns:
            if column not in {"fuente", "clave"} and not column.endswith("_id"):
                yield from {normalize(value) for value in table[column] if isinstance(value, str)}


@pytest.mark.parametrize(
    ("path", "stem"),
    [pytest.param(*place.values, stem, id=place.id) for stem in BOOKS for place in list_texts(stem)],
)
def test_nothing_of_the_document_is_dropped_in_silence(path, stem):
    values = "\n".join(list_values(poa.load(path)))
    used, dropped = set(), []
    for number, piece in list_pieces(path.read_text(encoding="utf-8")):
        rest = piece
        for pattern in LEFT_OUT[stem]:
            shorter = re.sub(rf"^(?:{pattern})|(?:{pattern})$", "", rest).strip()
            used |= {pattern} if shorter != rest else set()
            rest = shorter
        if rest and not re.search(rf"(?<!\w){re.escape(normalize(rest))}(?!\w)", values):
            dropped.append((number, rest))
    assert not dropped
    assert used == set(LEFT_OUT[stem])  # the list names nothing that the document does not have
