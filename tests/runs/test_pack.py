"""A run that is sent: printed where there is a browser, packed with what a reader needs, the same each time."""

import os
import re
import stat
import zipfile

import pytest

from places import need_program
from poa_eval.cli import commands as cli
from poa_eval.runs import batch as run
from poa_eval.runs import pack as mail
from poa_eval.runs.batch import RunOutcome

PAGE = '<!DOCTYPE html><html lang="es"><title>Informe</title><h1>Ñandú</h1><a href="unidades/303.html">303</a></html>'


@pytest.fixture
def folder(tmp_path):
    """Return the folder of a run."""
    path = tmp_path / "demo-t1"
    for name in ("unidades", "datos", "cuadernos", "observaciones"):
        (path / name).mkdir(parents=True)
    (path / "index.html").write_text(PAGE, encoding="utf-8")
    for name in ("unidades/303.html", "datos/avances.csv", "cuadernos/u.ipynb", "observaciones/303.xlsx"):
        (path / name).write_text(name, encoding="utf-8")
    (path / "evaluacion.xlsx").write_bytes(b"libro")
    return path


@pytest.fixture
def no_browser(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)


def test_a_packed_run_holds_what_a_reader_needs_and_every_page_linked(folder):
    packed = mail.pack_run(folder)
    assert packed == folder.with_name("demo-t1.zip")
    with zipfile.ZipFile(packed) as content:
        names = content.namelist()
        page = content.read("demo-t1/index.html").decode()
    pages = ["index.html", "unidades/303.html"]
    assert names == [f"demo-t1/{name}" for name in (*pages, "evaluacion.xlsx", "observaciones/303.xlsx")]
    assert {f"demo-t1/{link}" for link in re.findall('href="([^"]+)"', page)} <= set(names)


def test_the_same_run_is_packed_into_the_same_bytes(folder):
    first = mail.pack_run(folder).read_bytes()
    for path in folder.rglob("*"):
        os.utime(path, (1, 1))
    assert mail.pack_run(folder).read_bytes() == first
    assert sorted(path.name for path in folder.parent.iterdir()) == ["demo-t1", "demo-t1.zip"]


def test_without_a_browser_the_rest_is_done_and_the_message_says_what_to_do(folder, no_browser, monkeypatch, capsys):
    monkeypatch.setattr(run, "run_quarters", lambda paths, **options: [(paths[0], RunOutcome(folder))])
    assert cli.main(["run", "params/demo-t1.yaml", "--pdf", "--zip"]) == 0
    said = capsys.readouterr()
    assert said.err.count("ningún navegador") == 1
    assert "imprímalo como PDF" in said.err
    assert "demo-t1.zip" in said.out
    assert folder.with_name("demo-t1.zip").is_file()
    assert not list(folder.rglob("*.pdf"))


@pytest.mark.skipif(os.name != "posix", reason="the stand-in browser is a shell script")
def test_a_browser_that_fails_is_told_and_leaves_no_half_a_file(folder, no_browser, monkeypatch, tmp_path, capsys):
    browser = tmp_path / "chromium"
    browser.write_text("#!/bin/sh\nexit 3\n")
    browser.chmod(browser.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(run, "run_quarters", lambda paths, **options: [(paths[0], RunOutcome(folder))])
    assert cli.main(["run", "params/demo-t1.yaml", "--pdf"]) == cli.FAILED
    assert "chromium no imprimió la página" in capsys.readouterr().err
    assert not list(folder.rglob("*.pdf"))


def test_each_page_is_printed_beside_itself(folder):
    need_program("chromium")
    made, problem = mail.print_pages(folder)
    assert problem is None
    assert made == [folder / "index.pdf", folder / "unidades" / "303.pdf"]
    assert all(path.read_bytes().startswith(b"%PDF") for path in made)
