"""Sparklines: small, and telling their content."""

import re
from dataclasses import replace

import poa_eval as poa
from made import make_plan, make_quarter
from poa_eval.plan.schema import make_table


def test_bars_and_trends_are_small_and_tell_their_content(sat_quarter):
    html = poa.show.activities(sat_quarter.unit("escuela-sat")).html
    trends = re.findall(r"<svg.*?</svg>", html)
    assert trends
    assert all(len(trend) < 1300 and 'aria-label="Ejecutado de programado. ' in trend for trend in trends)
    assert 'aria-label="Ejecutado de programado. I trimestre: ' in html
    plan = make_plan([(5, 5)])
    single = replace(plan, avances=make_table("avances", plan.avances.assign(mes=3, meses=3)))
    assert "<svg" not in poa.show.activities(make_quarter(sat_quarter, single).unit("u")).html
