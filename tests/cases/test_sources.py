"""A plan and a report that are joined by code and differ in what they say: periods, units, names."""

import pytest
from readings import find_case, list_activities, list_findings, read_case

import poa_eval as poa
from poa_eval.plan.merge import merge_plans

BOTH = [
    pytest.param(["plan-por-mes", "avance-por-trimestre"], id="plan first"),
    pytest.param(["avance-por-trimestre", "plan-por-mes"], id="report first"),
]


@pytest.mark.parametrize("names", BOTH)
def test_a_programme_by_month_meets_results_by_quarter_of_another_document(names):
    plan = merge_plans([read_case(name) for name in names])
    table = plan.avances.merge(plan.actividades[["actividad_id", "codigo"]], on="actividad_id")
    table = table[table["codigo"] != "A3"]
    names = table["codigo"].str.upper()
    rows = zip(names, table["mes"], table["meses"], table["programado"].fillna(-1), table["ejecutado"], strict=True)
    assert sorted(rows) == [
        ("A1", 3, 3, 30, 29),
        ("A1", 6, 3, 30, 30),
        ("A2", 3, 3, 3, 3),
        ("A2", 6, 3, -1, 3),  # May is blank
        ("A4", 3, 3, 80, 75),  # a mean, as the goal of the year proves: not 240
        ("A4", 6, 3, 80, 90),
        ("A5", 3, 3, 50, 45),  # each month is 50, whatever it is: not 150
        ("A5", 6, 3, -1, 70),  # 60, 60 and 70: a mean, or the last; nothing tells
    ]
    figures = poa.measure(plan, 1).actividades.set_index("actividad")
    assert figures.loc["Bachear calles", "cumplimiento_trimestre"] == pytest.approx(29 / 30 * 100)


@pytest.mark.parametrize("names", BOTH)
def test_unit_and_name_come_from_the_document_that_says_them(names):
    plan = merge_plans([read_case(name) for name in names])
    assert list_activities(plan, "unidad_id") == {
        "Bachear calles": ("obras",),
        "Podar árboles": ("obras",),
        "Vialidades en buen estado (%)": ("obras",),
        "Cobertura": ("obras",),
        "A3": ("municipio-de-prueba",),  # no document says whose it is
    }
    found = poa.check(plan)
    assert found.loc[found["regla"] == "clave-sin-pareja", "fuente"].tolist() == ["avance-por-trimestre.csv:L7"]


@pytest.mark.parametrize("first", [0, 1])
def test_no_unit_is_left_without_activities(tmp_path, first):
    text = find_case("avance-por-trimestre").read_text(encoding="utf-8").replace("A3,1,1\n", "")
    (tmp_path / "avance.csv").write_text(text, encoding="utf-8")
    plans = [read_case("plan-por-mes"), read_case("avance-por-trimestre", document=tmp_path / "avance.csv")]
    plan = merge_plans(plans[::-1] if first else plans)
    assert plan.unidades["unidad"].tolist() == ["Obras"]
    assert list_findings(plan, "clave-sin-pareja") == []
