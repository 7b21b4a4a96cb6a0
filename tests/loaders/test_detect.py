"""Which layout a document has: what is said where it has none, or another than the one named."""

import poa_eval as poa
from places import BOOK, ROOT
from refusals import refuse


def test_a_sheet_that_the_book_does_not_have(tmp_path):
    text = (ROOT / "poa_eval" / "layouts" / "sat-poi.yaml").read_text(encoding="utf-8")
    path = tmp_path / "otro.yaml"
    path.write_text(text.replace("clase: tabla", 'clase: tabla\n    hojas: ["Ejecusión 2021"]'), encoding="utf-8")
    refuse(lambda: poa.load(BOOK, str(path)), "«Ejecusión 2021»", "¿quiso decir «")


def test_the_layout_of_another_document():
    other = ROOT / "data" / "gerencia-comercial-2023" / "poa-2023-t1.xlsx"
    refuse(lambda: poa.load(other, "sat-poi"), "no son del layout sat-poi", "parece de gerencia-comercial-poa")


def test_headings_of_no_layout(write_book):
    path = write_book([["Nombre", "Edad"], ["Ana", 3]])
    refuse(lambda: poa.load(path), "gerencia-comercial-poa (2023)", "sat-poi (2022)", "el más cercano es")
