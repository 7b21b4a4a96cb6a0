"""The overview of all runs in a folder: what is no run is left out, and another page left alone."""

from poa_eval.cli import commands as cli
from poa_eval.reports.html.index import write_overview
from poa_eval.runs import batch as run


def test_overview_leaves_out_what_is_no_run(project):
    params = project()
    (params.parents[1] / "reports" / "ajena").mkdir(parents=True)
    (params.parents[1] / "reports" / "ajena" / "run.json").write_text("{}")
    run.run_quarter(params)
    page = write_overview(params.parents[1] / "reports").read_text(encoding="utf-8")
    assert "demo-t3/index.html" in page
    assert "ajena" not in page


def test_overview_leaves_another_page_alone(project, capsys):
    params = project("Obras")
    page = params.parents[1] / "reports" / "index.html"
    page.parent.mkdir()
    page.write_text("<p>La página del municipio</p>")
    assert cli.main(["run", str(params)]) == 0
    assert page.read_text() == "<p>La página del municipio</p>"
    assert "No se tocó" in capsys.readouterr().err
