"""What a file is: spans, hidden rows, stray lines, numbers and letters as they are written."""

from readings import read_case


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
