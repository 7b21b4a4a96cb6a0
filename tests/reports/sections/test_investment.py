"""What a plan's activities cost."""

import re
from dataclasses import replace

import poa_eval as poa
from blocks import read_rows, read_text
from made import make_quarter


def test_investment_keeps_zero_apart_from_missing(jocotepec):
    rows = {row[0]: row[1:] for row in read_rows(poa.show.investment(jocotepec)) if len(row) == 4}
    programme = next(row for name, row in rows.items() if name.endswith("Fortalecimiento de las finanzas publicas."))
    assert (programme[0], programme[2].rstrip(".")) == ("0", "No genera gasto")
    assert rows["Total de las actividades"][0] == "2,190,000"
    assert rows["13 · Combustible"] == ["80,000", "3.7 %", "$80,000.00 (3,478 litros)"]
    assert rows["3 · Control de combustible"] == ["0", "0.0 %", "No genera gasto"]
    amounts = [row[0] for name, row in rows.items() if re.match(r"\d+ · ", name)][:14]
    assert amounts == ["1,800,000", "250,000", "80,000", "50,000", "10,000", *["0"] * 9]
    unsaid = replace(
        jocotepec.plan,
        actividades=jocotepec.plan.actividades.assign(inversion=lambda t: t.inversion.where(t.inversion > 0)),
    )
    block = poa.show.investment(make_quarter(jocotepec, replace(unsaid, locale="es_CO")))
    assert "suma 2.190.000 en 5 actividades; 9 actividades no dicen su monto" in read_text(block)
    rows = {row[0]: row[1:] for row in read_rows(block) if len(row) == 4}
    assert rows["3 · Control de combustible"][:2] == ["—", "—"]
    assert 'title="Fuente: ' in block.html
