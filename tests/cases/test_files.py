"""What a file is: spans, hidden rows, stray lines, numbers and letters as they are written."""

from readings import evaluate, find_case, list_activities, read_case


def test_a_span_to_the_end_of_its_group_ends_with_the_heading():
    plan = read_case("rowspan-cero")
    names = dict(zip(plan.actividades["actividad_id"], plan.actividades["actividad"], strict=True))
    figures = plan.avances.dropna(subset=["programado"])
    found = {(names[r.actividad_id], r.mes): r.programado for r in figures.itertuples()}
    assert found == {
        ("Actividad uno", 3): 1.0,
        ("Actividad uno", 12): 2.0,
        ("Actividad dos", 4): 1.0,
        ("Actividad tres", 1): 5.0,
        ("Actividad tres", 4): 1.0,
        ("Actividad tres", 12): 7.0,
    }


def test_a_hidden_row_is_noted():
    plan = read_case("fila-oculta")
    assert plan.contexto["texto"].str.contains("oculta").any()
    assert len(plan.actividades) == 2


def test_scientific_notation_is_a_number():
    assert list_activities(read_case("notacion-cientifica"), "meta_anual") == {"Inversión pública": (400000.0,)}
    assert evaluate(read_case("notacion-cientifica"), 1, "ejecutado_trimestre") == {"Inversión pública": (100000.0,)}


def test_a_space_parts_thousands():
    plan = read_case("miles-con-espacio")
    assert list_activities(plan, "meta_anual") == {"Consultas": (4800.0,)}
    assert evaluate(plan, 2, "programado_acumulado", "ejecutado_acumulado") == {"Consultas": (2400.0, 2360.0)}


def test_letters_of_an_old_code_page_are_read_or_told():
    plan = read_case("cp850")
    right = plan.unidades["unidad"].tolist() == ["Educación"]
    assert right or plan.contexto["texto"].str.contains("codificación").any()
    assert find_case("cp850").read_bytes().decode("cp850").count("Educación") == 1
