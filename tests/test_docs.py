"""What the documents show is true: commands, files, figures, and the keys of a layout."""

import re
import textwrap

import pytest
import yaml

import make_tables
from places import ROOT
from poa_eval.cli import commands as cli
from poa_eval.layouts.layout import Edition

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROOMS = sorted(path.name for path in (ROOT / "poa_eval").iterdir() if path.is_dir())
DOCS = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md"))}


@pytest.mark.parametrize("name", sorted(set(re.findall(r"poa-eval ([a-z]+)", README + CONTRIBUTING))))
def test_every_command_that_is_shown_exists(name, capsys):
    assert cli.main([name, "--help"]) == 0
    assert f"Uso: poa-eval {name}" in capsys.readouterr().out


@pytest.mark.parametrize("text", [README, CONTRIBUTING, *DOCS.values()], ids=["README", "CONTRIBUTING", *DOCS])
def test_every_file_that_is_shown_exists(text):
    folders = "|".join(["poa_eval", "data", "docs", "params", "notebooks", "tests", "reports", *ROOMS])
    shown = re.findall(rf"(?<![\w/.<*])((?:{folders})/[\w./-]+\.\w+)", text)
    runs = re.compile(r"reports/.*(index\.html|json)$")
    places = (ROOT, ROOT / "poa_eval")
    missing = [name for name in shown if not runs.match(name) and not any((place / name).exists() for place in places)]
    assert not missing
    assert shown


def test_the_python_that_readme_shows_runs(monkeypatch):
    monkeypatch.chdir(ROOT)
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
    names = {}
    exec(compile(code, "README.md", "exec"), names)
    assert len(names["plan"].actividades) == 24
    assert names["evaluacion"].institucion["cumplidas_acumulado"].item() == 18


def test_the_make_targets_that_are_shown_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"^    make ([a-z]+)|`make ([a-z]+)", README + CONTRIBUTING, re.MULTILINE)):
        name = next(filter(None, target))
        assert re.search(rf"^{name}:", makefile, re.MULTILINE), name


def test_the_key_tables_are_current():
    page = DOCS["layouts.md"]
    assert make_tables.make_page(page) == page, "run `make docs`"
    assert make_tables.UNSAID not in page
    shown = set(re.findall(r"<!-- keys of (\w+) -->", page))
    assert shown == set(make_tables.find_models())


def test_contributing_is_recipes():
    assert len(CONTRIBUTING.splitlines()) <= 100


def test_the_samples_of_readme_are_those_that_are_shipped():
    listed = re.findall(r"^\| `([\w-]+)` \|", README, re.MULTILINE)
    assert sorted(listed) == sorted(path.stem for path in (ROOT / "params").glob("*.yaml"))


def test_each_example_of_a_question_is_taken_by_the_language():
    text = (ROOT / "docs" / "layouts.md").read_text(encoding="utf-8")
    section = text.partition("## Questions, each with its keys")[2].partition("\n## ")[0]
    blocks = [textwrap.dedent(block) for block in re.findall(r"(?:^    .*\n)+", section, re.MULTILINE)]
    assert len(blocks) >= 12
    for block in blocks:
        columns = {"columnas": {"unidad": "Unidad", "actividad": "Actividad", "indicador": "Indicador"}}
        assert Edition.model_validate({"clase": "tabla"} | columns | yaml.safe_load(block)), block
