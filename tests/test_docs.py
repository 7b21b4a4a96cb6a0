"""What README and CONTRIBUTING show is true: commands, files, figures, and the keys of a layout."""

import re

import pytest

from places import ROOT
from poa_eval.cli import commands as cli
from poa_eval.layouts.cards import Cards
from poa_eval.layouts.layout import Edition

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(set(re.findall(r"poa-eval ([a-z]+)", README + CONTRIBUTING))))
def test_every_command_that_is_shown_exists(name, capsys):
    assert cli.main([name, "--help"]) == 0
    assert f"Uso: poa-eval {name}" in capsys.readouterr().out


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_every_file_that_is_shown_exists(text):
    shown = re.findall(r"(?<![\w/.<*])((?:poa_eval|data|params|notebooks|tests|reports)/[\w./-]+\.\w+)", text)
    runs = re.compile(r"reports/.*(index\.html|json)$")
    missing = [name for name in shown if not (ROOT / name).exists() and not runs.match(name)]
    assert not missing
    assert len(shown) > 5


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


@pytest.mark.parametrize("model", [Edition, Cards])
def test_every_key_of_a_layout_is_documented(model):
    section = CONTRIBUTING[CONTRIBUTING.index("## The layout file") : CONTRIBUTING.index("## Add a check")]
    assert not [key for key in model.model_fields if f"`{key}" not in section]


def test_the_samples_of_readme_are_those_that_are_shipped():
    listed = re.findall(r"^\| `([\w-]+)` \|", README, re.MULTILINE)
    assert sorted(listed) == sorted(path.stem for path in (ROOT / "params").glob("*.yaml"))
