"""The folder of a run: whole or not at all, one run at a time, and nothing lost that no run made."""

import shutil
from contextlib import ExitStack

import pytest

from poa_eval.errors import ArchivoError
from poa_eval.runs import batch as run
from poa_eval.runs import quarter_run
from poa_eval.runs.folder import claim
from projects import LEFT, list_reports, read_all


def test_run_that_breaks_leaves_the_old_one(project, monkeypatch):
    params = project()
    folder = run.run_quarter(params).carpeta
    before = read_all(folder)

    def fill_disk(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(quarter_run, "write_results", fill_disk)
    with pytest.raises(ArchivoError, match="espacio"):
        run.run_quarter(params, force=True)
    assert read_all(folder) == before
    monkeypatch.undo()
    assert run.run_quarter(params).elaborados == 0
    assert list_reports(params) == LEFT


def test_run_in_the_place_of_a_link_or_of_protected_files_blocks_no_later_one(project, tmp_path):
    params = project("Obras")
    folder = run.run_quarter(params).carpeta
    folder.rename(tmp_path / "otro disco")
    folder.symlink_to(tmp_path / "otro disco")
    for _ in range(2):
        assert run.run_quarter(params, force=True).carpeta == folder
        for path in (folder / "unidades", folder):
            path.chmod(0o555)
    assert list_reports(params) == LEFT
    assert (tmp_path / "otro disco" / "run.json").is_file()


def test_what_an_old_run_links_to_is_left_as_it_is(project, tmp_path, monkeypatch):
    params = project("Obras")
    folder = run.run_quarter(params).carpeta
    (tmp_path / "archivo").mkdir(mode=0o555)
    (folder / "enlace").symlink_to(tmp_path / "archivo")
    monkeypatch.setattr("os.access", lambda *args: False)  # what a user may do who is not root
    run.run_quarter(params, force=True)
    assert (tmp_path / "archivo").stat().st_mode & 0o777 == 0o555
    assert list_reports(params) == LEFT


def test_old_run_that_stays_is_named_before_anything_is_made(project, monkeypatch):
    params = project("Obras")
    folder = run.run_quarter(params).carpeta
    shutil.copytree(folder, folder.with_name(".demo-t3.anterior"))
    monkeypatch.setattr(shutil, "rmtree", lambda *args, **options: None)
    with pytest.raises(ArchivoError, match=r"\.demo-t3\.anterior"):
        run.run_quarter(params, force=True)


def test_folder_that_no_run_made_is_not_touched(project):
    params = project()
    folder = params.parent.parent / "mis documentos" / "demo-t3"
    folder.mkdir(parents=True)
    (folder / "tesis.txt").write_text("años de trabajo")
    with pytest.raises(ArchivoError, match=r"no tiene run\.json"):
        run.run_quarter(params, out=folder.parent)
    assert read_all(folder) == {"tesis.txt": "años de trabajo".encode()}


def test_second_run_into_the_same_folder_waits_outside(project):
    params = project()
    folder = params.parent.parent / "reports" / "demo-t3"
    with ExitStack() as held:
        held.callback(claim(folder))
        with pytest.raises(ArchivoError, match="otra ejecución está escribiendo en esta carpeta"):
            run.run_quarter(params)
        assert list_reports(params) == [".demo-t3.candado"]
    assert not folder.parent.exists()
