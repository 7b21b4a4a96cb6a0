"""What a plan wants: SWOT, goals, lines of action."""

import re

import poa_eval as poa
from blocks import read_text


def test_swot_has_four_lists(jocotepec):
    block = poa.show.swot(jocotepec)
    assert re.findall(r"<h4>(.*?)</h4>", block.html) == [
        "Fortalezas (7)",
        "Oportunidades (4)",
        "Debilidades (3)",
        "Amenazas (3)",
    ]
    assert block.html.count("<li") == 17
    assert "Misión" in read_text(poa.show.mission(jocotepec))
    assert "Visión" in read_text(poa.show.mission(jocotepec))


def test_goals_hang_together_with_resources_indicators_and_lines(jocotepec, cuscatancingo, santiago):
    lines = repr(poa.show.goals(cuscatancingo)).splitlines()
    named = [re.split(r"\.? ", line.strip())[:2] for line in lines]
    assert [code for name, code in (n for n in named if len(n) > 1) if name == "Meta"] == [
        "1.1", "1.2", "1.3", "1.4", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "3.1", "4.1",
    ]  # fmt: skip
    assert sum(name == "Actividad" for name, *_ in named if name) == 26
    marked = [line for line in lines if line.endswith(" sin actividad")]
    assert len(marked) == 1
    assert marked[0].strip().startswith("Meta 2.7. ")
    above = lines[: next(i for i, line in enumerate(lines) if "Actividad 1.1.1. Proponer" in line)]
    assert [line.strip()[:8] for line in above if line.strip().startswith("Meta ")][-1] == "Meta 4.1"
    assert sum(line.startswith("Recursos:") for line in lines) == 4
    assert sum(line.startswith("Indicador:") for line in lines) == 3
    said = repr(poa.show.goals(jocotepec))
    first, second = said.index("\nPrograma 1. "), said.index("\nPrograma 2. ")
    plan = jocotepec.plan
    for goal, text in zip(plan.metas["meta_id"], (said[first:second], said[second:]), strict=True):
        assert all(line in text for line in plan.lineas.loc[plan.lineas["padre_id"] == goal, "texto"])
    assert len(re.findall(r"\n *Actividad \d", said)) == 14
    assert "✓ meta cuantificada" in said
    said = repr(poa.show.goals(santiago))
    assert said.count("meta vacía") == 2
    assert said.count("✓ meta cuantificada") == 1
