"""The shipped examples' pages in a real browser: offline, on a phone, by keyboard, on paper, by assistive means."""

import json
import re
from collections import Counter

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

from made import make_page, open_params
from places import need_program
from poa_eval.reports.html.index import write_overview
from poa_eval.reports.html.page import error_page, wrap_page
from poa_eval.reports.html.tables import Cell, number_cell, render_table
from poa_eval.text.columns import Column

#: Each example's institution and its unit with most to show.
EXAMPLES = [
    ("sat-2022-t4", "gerencia-de-administracion"),
    ("gerencia-comercial-2023-t1", "306"),
    ("jocotepec-2024-t1", "hacienda-municipal"),
    ("cuscatancingo-2018-t1", "cuentas-corrientes-y-unidad-de-recuperacion-tributaria"),
    ("santiago-2017-t2", "direccion-de-ingresos"),
]
UNITS = [pytest.param(*example, id=example[0]) for example in EXAMPLES]
PAGES = [*UNITS, *(pytest.param(name, None, id=f"{name}-institucion") for name, _ in EXAMPLES)]
WIDTHS = (360, 768, 1280)
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}

#: Texts that lie one upon another or stick out of their cell, as the browser has set them.
FIND_CLASHES = """() => {
  const seen = new Map(), found = [];  // what lies in each band of 40 pixels: only its neighbours can touch a text
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, holder = node.parentElement;
    if (!node.data.trim() || !holder.checkVisibility({ contentVisibilityAuto: true })) continue;
    if (getComputedStyle(holder).clipPath !== 'none' || holder.closest('.saltar, script')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = holder.closest('td, th, figcaption, .cifra, li, caption')?.getBoundingClientRect();
    for (const rect of range.getClientRects()) {
      if (rect.width < 1) continue;
      if (box && (rect.left < box.left - 1 || rect.right > box.right + 1)) found.push(`sticks out: ${node.data}`);
      for (let band = Math.floor(rect.top / 40); band <= rect.bottom / 40; band++) {
        if (!seen.has(band)) seen.set(band, []);
        for (const [other, text] of seen.get(band)) {
          const across = Math.min(rect.right, other.right) - Math.max(rect.left, other.left);
          const down = Math.min(rect.bottom, other.bottom) - Math.max(rect.top, other.top);
          if (across > 2 && down > 5) found.push(`overlap: ${text} / ${node.data.trim()}`);
        }
        seen.get(band).push([rect, node.data.trim()]);
      }
    }
  }
  for (const node of document.querySelectorAll('td, th, figure, p, h1, h2, h3, button, .cifra')) {
    if (node.checkVisibility() && !node.dataset.g && node.scrollWidth > node.clientWidth + 1 && node.clientWidth > 1
        && getComputedStyle(node).display !== 'inline') found.push('cut: ' + node.textContent.trim());
  }
  return found;
}"""


@pytest.fixture(scope="session")
def browser():
    path = need_program("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, tmp_path):
    """Open markup in a tab with the network cut; what it asked for and complained of is in ``asked`` and ``said``."""
    contexts = []

    def open_it(html: str, *, width: int = 1280, scripts: bool = True):
        path = tmp_path / "pagina.html"
        path.write_text(html, encoding="utf-8")
        options = {"viewport": {"width": width, "height": 800}, "java_script_enabled": scripts, "offline": True}
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.asked, page.said = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(path.as_uri())
        assert page.asked == [path.as_uri()]
        return page

    yield open_it
    for context in contexts:
        context.close()


def check_page(page) -> None:
    """Look at a page on a phone, a tablet and a desk, by eye and by assistive technology."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(FIND_CLASHES) == []
        if width != 768:
            found = Axe().run(page, options=WCAG).response["violations"]
            assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
    assert page.said == []


@pytest.mark.parametrize(("name", "unit"), PAGES)
def test_page_is_whole_at_every_width_and_open_to_all(name, unit, open_page):
    html = make_page(name, unit)
    assert len(html.encode()) <= (600_000 if unit is None else 250_000)
    page = open_page(html)
    check_page(page)
    assert page.locator("h1").count() == 1
    assert page.locator("header h1").count() == page.locator("main").count() == page.locator("nav.indice").count() == 1
    assert page.locator("[title]:not([tabindex], a)").count() == 0
    assert (page.locator("a.volver[href='../index.html']").count() == 1) is (unit is not None)


@pytest.mark.parametrize("kind", ["error", "panorama"])
def test_the_other_pages_too(kind, open_page, tmp_path):
    links = [(f"unidades/{number}.html", "Coordinación de obras y servicios " * 3) for number in range(3)]
    if kind == "error":
        html = error_page("Tesorería", "FormatoError: data/x.xlsx\n  se encontró «cuarenta»", links)
    else:
        for name, count in (("a-2024-t1", 9), ("b-2024-t1", 12)):
            (tmp_path / name).mkdir()
            params = {"institucion": "Municipio de Obras y servicios", "ejercicio": 2024, "trimestre": 1}
            result = {"institucion": "correcto", "unidades": dict.fromkeys(map(str, range(count)), "correcto")}
            text = json.dumps({"parametros": params, "resultado": result})
            (tmp_path / name / "run.json").write_text(text, encoding="utf-8")
        html = write_overview(tmp_path).read_text(encoding="utf-8")
        assert 'href="b-2024-t1/index.html"' in html
    check_page(open_page(html))


def test_the_looking_finds_what_is_wrong(open_page):
    page = open_page("<h1>a</h1><p style='width: 3rem; white-space: nowrap'>demasiado largo</p><img src='data:,'>")
    assert any(said.startswith("cut") for said in page.evaluate(FIND_CLASHES))
    page.set_content("<p style='position: absolute; top: 0'>uno</p><p style='position: absolute; top: 0'>dos</p>")
    assert any(said.startswith("overlap") for said in page.evaluate(FIND_CLASHES))
    assert {"document-title", "html-has-lang"} <= {
        r["id"] for r in Axe().run(page, options=WCAG).response["violations"]
    }


def read_rows(reader: PdfReader) -> list[set[int]]:
    """Return the pages on which each row of the bodies of a tagged PDF's tables has its content."""
    numbers = {page.indirect_reference.idnum: number for number, page in enumerate(reader.pages)}
    rows = []

    def walk(node, inside, page) -> None:
        if isinstance(node, int):
            inside.add(page)
            return
        page = numbers[node.raw_get("/Pg").idnum] if "/Pg" in node else page
        children = node.get("/K", [])
        children = [child.get_object() for child in (children if isinstance(children, list) else [children])]
        if node.get("/S") == "/TR" and any(child.get("/S") == "/TD" for child in children):  # heads are repeated
            inside = set()
            rows.append(inside)
        for child in children:
            walk(child, inside, page)
        if node.get("/Type") == "/MCR":
            inside.add(page)

    walk(reader.trailer["/Root"]["/StructTreeRoot"], set(), None)
    return rows


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize(("name", "unit"), UNITS)
def test_a_unit_on_paper_takes_four_pages_and_no_row_is_cut(name, unit, paper, open_page, tmp_path):
    page = open_page(make_page(name, unit))
    reader = PdfReader(page.pdf(path=tmp_path / "p.pdf", format=paper, tagged=True) and tmp_path / "p.pdf")
    texts = [sheet.extract_text() for sheet in reader.pages]
    assert len(texts) <= 4
    rows = read_rows(reader)
    page.emulate_media(media="print")
    assert len(rows) >= page.locator("tr:has(td):visible").count() > 0
    assert [row for row in rows if len(row) > 1] == []
    said = " ".join(texts[-1].split())
    assert "Fuentes" in said
    assert "Firmas" in said
    for least, kind in ((8, "td, tbody th"), (7.5, "thead th, p.fuente")):
        size = "nodes => nodes.map(node => parseFloat(getComputedStyle(node).fontSize) * 0.75)"
        assert min(page.locator(kind).evaluate_all(size)) > least - 0.01
    assert page.locator(".contexto li:visible, .contexto p:visible, .contexto dd:visible").count() > 0
    for number, text in enumerate(texts, start=1):
        assert f"Página {number} de {len(texts)}" in text
        assert number == 1 or open_params(name).params.institucion in text


def test_the_head_of_a_long_table_is_repeated_on_paper(open_page, tmp_path):
    rows = [[Cell(f"Actividad {n}"), number_cell(n, "es_MX")] for n in range(150)]
    table = render_table("Metas", [Column("Actividad"), Column("Ejecutado", kind="number")], [("", rows)])
    page = open_page(make_page(*EXAMPLES[1]).replace("<main", f"{table.html}<main", 1))
    page.pdf(path=tmp_path / "p.pdf", format="A4")
    texts = [sheet.extract_text() for sheet in PdfReader(tmp_path / "p.pdf").pages]
    long = [text for text in texts if len(re.findall(r"Actividad \d+", text)) > 3]
    assert len(long) > 1
    assert all("Ejecutado" in text for text in long)


def test_everything_is_reached_by_keyboard(open_page):
    page = open_page(make_page(*EXAMPLES[1]))
    reachable = "a[href], button, input, summary, [tabindex='0']"
    page.evaluate(f"document.querySelectorAll(`{reachable}`).forEach((node, i) => node.dataset.parada = i)")
    stops = Counter()
    for _ in range(page.locator(reachable).count()):
        page.keyboard.press("Tab")
        stops[page.evaluate("document.activeElement.dataset.parada")] += 1
    assert len(stops) == page.locator(reachable).count() > 20


def test_arrow_keys_walk_the_sources_of_a_table_and_tab_leaves_it(open_page):
    columns = [Column("Actividad"), *(Column(name, kind="number") for name in ("Meta", "Ejecutado"))]
    rows = [[Cell(f"Obra {n}"), *(number_cell(n * k, "es_MX", source=f"F{n}C{k}") for k in (2, 3))] for n in range(12)]
    html = wrap_page("Tabla", render_table("T", columns, [("", rows)]).html)
    assert open_page(html, scripts=False).locator("td [tabindex='0']").count() == 24
    page = open_page(html)
    place = "document.activeElement.title"
    assert page.locator("table [tabindex='0']").count() == 1
    page.locator("table [tabindex='0']").focus()
    seen = []
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
        seen.append(page.evaluate(place).removeprefix("Fuente: "))
    assert seen == ["F0C3", "F1C3", "F1C2", "F0C2", "F0C2"]
    assert page.locator("table [tabindex='0']").count() == 1
    page.keyboard.press("Tab")
    assert not page.evaluate(place)
    page.get_by_role("searchbox").fill("Obra 7")
    assert page.locator("table [tabindex='0']:visible").get_attribute("title") == "Fuente: F7C2"


def test_the_hint_of_the_sources_stands_once(open_page):
    page = open_page(make_page(*EXAMPLES[1]))
    hints = "[...document.querySelectorAll('.tabla')].map((box) => getComputedStyle(box, '::before').content)"
    assert len([said for said in page.evaluate(hints) if "Señale o toque" in said]) == 1


def test_pictures_and_months_are_not_sorted(open_page):
    page = open_page(make_page(*EXAMPLES[1]))
    assert page.get_by_role("button", name="Cumplimiento").count() > 0
    assert page.get_by_role("button", name="Por periodo", exact=True).count() == 0
    assert page.locator(".periodos").count() == 1
    assert page.locator(".periodos button").count() == 0


def test_a_narrow_table_keeps_its_columns_together(open_page):
    columns = [Column("Estado"), *(Column(name, kind="number") for name in ("A la fecha", "Trimestre", "Año"))]
    rows = [[Cell("cumplida"), *(number_cell(n, "es_MX") for n in range(3))]]
    page = open_page(wrap_page("Tabla", render_table("T", columns, [("", rows)]).html))
    assert page.locator("table").bounding_box()["width"] < 700


def test_the_source_of_a_number_shows_on_focus(open_page):
    page = open_page(make_page(*EXAMPLES[1]), width=360)
    at_the_bottom = "document.elementFromPoint(180, innerHeight - 8)"
    number = page.locator("td .origen").first
    number.focus()
    assert number.evaluate(f"node => {at_the_bottom} === node")
    said = number.evaluate("node => getComputedStyle(node, '::after').content")
    assert said.startswith('"')
    assert number.get_attribute("title")[:30] in said
    number.blur()
    assert not number.evaluate(f"node => {at_the_bottom} === node")
    number.click()
    assert number.evaluate(f"node => {at_the_bottom} === node")


def make_table_page() -> str:
    values = [9.5, 1234567, None, 80, 0, 2000.25, 15, -3, 700, 12, 11]
    groups = [
        (title, [[Cell(f"Año {n}"), number_cell(values[n], "es_MX"), Cell(f"{n} de 20", is_number=True)] for n in part])
        for title, part in (("Dirección", range(5)), ("Caja", range(5, 11)))
    ]
    columns = [Column("Meta"), Column("Ejecutado", kind="number"), Column("Cumplidas", kind="number")]
    total = [Cell("Total"), Cell("1", is_number=True), Cell("2", is_number=True)]
    return wrap_page("Tabla", render_table("T", columns, groups, total=total).html)


def read_column(page, number: int) -> list[str]:
    return page.locator(f"tbody tr:visible > :nth-child({number})").all_inner_texts()


def test_a_table_sorts_by_its_numbers_and_goes_back(open_page):
    page = open_page(make_table_page())
    before = read_column(page, 1)
    button = page.get_by_role("button", name="Ejecutado")
    button.press("Enter")
    assert read_column(page, 2) == ["-3", "0", "9.5", "11", "12", "15", "80", "700", "2,000.25", "1,234,567", "—"]
    assert page.locator("th[aria-sort]").all_inner_texts()[0].startswith("Ejecutado")
    assert not page.get_by_role("rowheader", name="Dirección", exact=True).count()
    button.click()
    assert read_column(page, 2)[:2] == ["1,234,567", "2,000.25"]
    assert read_column(page, 2)[-1] == "—"
    page.get_by_role("button", name="Cumplidas").click()
    assert [said.split()[0] for said in read_column(page, 3)] == [str(n) for n in range(11)]
    assert page.locator("[aria-sort]").count() == 1
    page.get_by_role("button", name="Cumplidas").click()
    page.get_by_role("button", name="Cumplidas").click()
    assert read_column(page, 1) == before
    assert page.locator("[aria-sort]").count() == 0


def test_a_table_filters_and_counts(open_page):
    page = open_page(make_table_page())
    box, count = page.get_by_role("searchbox", name="Filtrar"), page.locator("output")
    assert count.inner_text() == "11 filas"
    box.fill("direccion año 1,234,567")
    assert read_column(page, 1) == ["Dirección", "Año 1"]
    assert count.inner_text() == "1 de 11 filas"
    assert not page.get_by_text("Total").is_visible()
    box.fill("")
    assert len(read_column(page, 1)) == 13
    assert page.get_by_text("Total").is_visible()


def test_without_scripts_tables_read_as_they_stand(open_page):
    page = open_page(make_table_page(), scripts=False)
    assert page.locator("button, input").count() == 0
    assert page.locator("tbody tr:visible").count() == 13


def test_every_number_with_separators_says_its_value():
    for name, unit in EXAMPLES[:2]:
        cells = re.findall(r'<td class="num"([^>]*)>(.*?)</td>', make_page(name) + make_page(name, unit))
        bare = [re.sub(r"<[^>]+>", "", text) for mark, text in cells if "data-v" not in mark]
        assert len(cells) > 100
        assert not [text for text in bare if re.search(r"\d[.,]\d", text)]
