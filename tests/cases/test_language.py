"""The layout language refuses what has no effect, and names what tells rows apart by words of its own."""

import datetime as dt
import pickle

import pytest
import yaml
from readings import CASES, list_findings, make_layout, read_case

import poa_eval as poa
from poa_eval.errors import FormatoError, Refusals
from refusals import refuse

COLUMNS = {"unidad": "UNIDAD", "actividad": "INDICADOR", "meta_anual": "META"}


def test_a_rule_that_matches_nothing_is_noted_in_a_document_and_refused_in_a_run(tmp_path):
    rule = {"cuando": {"actividad": "No hay*"}, "acumulacion": "promedio", "porque": "es un porcentaje"}
    plan = read_case("regla-sin-efecto", reglas=[rule])
    assert ("regla-sin-efecto", "nota") in list_findings(plan)
    said = yaml.safe_load((CASES / "regla-sin-efecto.yaml").read_text(encoding="utf-8"))
    said["ediciones"]["2026"]["reglas"] = [rule]
    (tmp_path / "regla.yaml").write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
    (tmp_path / "t1.yaml").write_text(
        "institucion: i\nejercicio: 2026\ntrimestre: 1\nfecha_corte: 2026-03-31\n"
        f"fuentes: [{{archivo: {CASES}/regla-sin-efecto.csv, layout: {tmp_path}/regla.yaml}}]\n",
        encoding="utf-8",
    )
    refuse(lambda: poa.prepare_quarter(poa.load_params(tmp_path / "t1.yaml"), tmp_path), "No hay*", "cuando:")


def test_a_column_that_nothing_reads_is_refused():
    refuse(
        lambda: make_layout("sentido-columna", columnas=COLUMNS | {"polaridad": "POLARIDAD"}), "nada usa «polaridad»"
    )


def test_a_helper_column_serves_a_rule():
    rules = [{"cuando": {"polaridad": ["Menor*", "Desc*"]}, "sentido": "descendente", "porque": "lo dice el documento"}]
    plan = read_case("sentido-columna", columnas=COLUMNS | {"polaridad": "POLARIDAD"}, reglas=rules)
    assert plan.actividades["sentido"].tolist() == ["descendente", "descendente", "ascendente"]


def test_a_composition_onto_a_mapped_column_is_refused():
    refuse(lambda: make_layout("sentido-columna", componer={"unidad": "{indicador}"}), "componer: «unidad»")


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("registro", True, "registro: true"),
        ("meta_anual", "suma de programado", "se excluyen"),
        ("identidad", ["unidad", "folio"], "identidad: «folio»"),
        ("vale_hasta", {"unidad": "otra"}, "vale_hasta: «unidad» no está en contexto"),
        ("opcionales", ["indicador"], "opcionales: «indicador»"),
        ("valor_sin_formato", ["linea_base"], "valor_sin_formato: «linea_base»"),
    ],
)
def test_a_key_without_effect_is_refused(key, value, told):
    refuse(lambda: make_layout("sentido-columna", **{key: value}), told)


def test_an_optional_column_may_be_absent():
    columns = COLUMNS | {"sentido": "POLARIDAD", "linea_base": "LÍNEA BASE"}
    refuse(lambda: read_case("sentido-columna", columnas=columns), "LÍNEA BASE")
    plan = read_case("sentido-columna", columnas=columns, opcionales=["linea_base"])
    assert plan.actividades["linea_base"].isna().all()
    assert poa.measure(plan, 1, fecha_corte=dt.date(2025, 3, 31)).actividades["meta_cumplida"].notna().all()


def test_all_that_a_load_refuses_comes_at_once(tmp_path):
    document = tmp_path / "faltas.csv"
    document.write_text(
        "PLAN OPERATIVO ANUAL 2025\nUnidad,Actividad,Comportamiento,Mes,Programado,Ejecutado\n"
        "Salud,Consultas,Mayor mejor,ene,10,ocho\n"
        "Salud,,Mayor mejor,ene,4,4\n"
        "Salud,Vacunas,A veces,ene,3,3\n"
        "Salud,Partos,A veces,enero y pico,2,2\n"
        ",Calles,Mayor mejor,ene,1,1\n"
        "TOTAL,,,,20,18\n"
        "Obras,Calles,Mayor mejor,ene,uno,1,99\n",
        encoding="utf-8",
    )
    columns = {"unidad": "Unidad", "actividad": "Actividad", "sentido": "Comportamiento", "mes": "Mes"}
    columns |= {"programado": "Programado", "ejecutado": "Ejecutado"}
    layout = make_layout(
        "regla-sin-efecto",
        columnas=columns,
        periodo="fila",
        contexto=["PLAN OPERATIVO ANUAL {ejercicio}"],
        reglas=None,
        periodos=None,
    )
    with pytest.raises(FormatoError) as refused:
        poa.load(document, layout)
    said = str(refused.value)
    for what in (
        "línea 8\n  se encontró   una fila «TOTAL»",
        "línea 9\n  se encontró   «99», a la derecha",
        "línea 7\n  se encontró   una fila sin unidad",
        "línea 4\n  se encontró   una fila sin actividad",
        "línea 5\n  se encontró   «A veces» en la columna de `sentido` · L5, L6",
        "línea 6\n  se encontró   «enero y pico»",
        "línea 9\n  se encontró   «uno» · L9 (Programado)\n                «ocho» · L3 (Ejecutado)",
    ):
        assert what in said
    assert said.count("qué hacer") == 7
    assert pickle.loads(pickle.dumps(refused.value)).otros[-1].encontrado == refused.value.otros[-1].encontrado


def test_many_odd_texts_of_a_column_are_one_message_and_many_messages_are_cut(tmp_path):
    document = tmp_path / "muchas.csv"
    rows = "".join(f"Salud,Acción {n},Rumbo {n},ene,1,1\n" for n in range(40))
    head = "PLAN OPERATIVO ANUAL 2025\nUnidad,Actividad,Comportamiento,Mes,Programado,Ejecutado\n"
    document.write_text(head + rows, encoding="utf-8")
    columns = {"unidad": "Unidad", "actividad": "Actividad", "sentido": "Comportamiento", "mes": "Mes"}
    columns |= {"programado": "Programado", "ejecutado": "Ejecutado"}
    keys = {"periodo": "fila", "contexto": ["PLAN OPERATIVO ANUAL {ejercicio}"], "reglas": None, "periodos": None}
    refuse(
        lambda: poa.load(document, make_layout("regla-sin-efecto", columnas=columns, **keys)),
        "«Rumbo 0» en la columna de `sentido` · L3",
        "y 28 más",
    )
    refusals = Refusals()
    for n in range(20):
        refusals.add(FormatoError(f"«{n}»", f"otra cosa {n}", "corrija"))
    with pytest.raises(FormatoError) as refused:
        refusals.refuse()
    assert str(refused.value).count("qué hacer") == 12
    assert "(y 8 más, que se dirán cuando se corrija lo anterior)" in str(refused.value)
