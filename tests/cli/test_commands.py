"""The command line speaks Spanish, says how it ended, and never shows a traceback."""

import json
from pathlib import Path

import pandas as pd
import pytest

import poa_eval
from places import FIXTURES
from poa_eval.audit.findings import FINDING_COLUMNS
from poa_eval.cli import commands as cli
from poa_eval.errors import FormatoError
from poa_eval.runs import batch as run

ENGLISH = (
    "Usage",
    "Options",
    "Arguments",
    "Commands",
    "Show this",
    "No such",
    "Missing",
    "Error:",
    "default",
    "required",
)


class PlanStub:
    """A plan of one table."""

    def tables(self) -> dict[str, pd.DataFrame]:
        return {"unidades": pd.DataFrame({"unidad_id": ["303"], "unidad": ["Obras"]})}


@pytest.fixture
def stub_plan(monkeypatch):
    """Return a function that sets the findings of whatever document is asked for."""

    def set_findings(*severities: str) -> None:
        columns = {"regla": "total-no-cuadra", "unidad_id": "303", "mensaje": "[b]No suma[/b].", "fuente": "x.xlsx!A1"}
        findings = pd.DataFrame({"gravedad": list(severities)}).assign(**columns)
        monkeypatch.setattr(poa_eval, "load", lambda path, layout=None: PlanStub())
        monkeypatch.setattr(poa_eval, "check", lambda plan: findings)

    return set_findings


def test_file_that_may_not_be_read_is_named(monkeypatch, tmp_path, capsys):
    path = tmp_path / "plan.yaml"
    path.write_text("ejercicio: 2024")
    monkeypatch.setattr("os.access", lambda *args: False)  # what the shell's user may do, who is root where tests run

    def refuse(self, **options):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_text", refuse)
    assert cli.main(["run", str(path)]) == 2
    told = capsys.readouterr().err
    assert str(path) in told
    assert "revise la ruta, el permiso" in told
    assert "no se entiende" not in told


@pytest.mark.parametrize(
    "arguments",
    [[], ["--help"], *([name, "--help"] for name in ("run", "verify", "load", "check", "layouts", "capture", "draft"))],
)
def test_help_is_spanish(arguments, capsys):
    assert cli.main(arguments) == 0
    text = capsys.readouterr().out
    assert "Uso: poa-eval" in text
    assert "Opciones" in text
    assert not [word for word in ENGLISH if word in text]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rnu", "x"], "no existe el comando «rnu»; ¿quiso decir «run»?"),
        (["run"], "falta el argumento «PARAMS…»"),
        (["run", "x", "--ot", "y"], "no existe la opción «--ot»; ¿quiso decir «--out»?"),
        (["run", "x", "--out"], "la opción «--out» necesita un valor"),
        (["check", "x", "y", "z"], "sobra «y z»"),
        (["load", "x"], "falta la opción «--out»"),
        (["check", "x", "--layuot", "y"], "¿quiso decir «--layout»?"),
        (["--nada"], "no existe la opción «--nada»"),
    ],
)
def test_wrong_use_is_told_in_spanish(arguments, message, capsys):
    assert cli.main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert f"Error: {message}" in shown.err or message in shown.err
    assert not [word for word in ENGLISH if word in shown.err.replace("Error: ", "")]


def test_own_error_is_only_its_message(monkeypatch, capsys):
    error = FormatoError("«cuarenta»", "un número", "corrija la celda")

    def refuse(path, layout=None):
        raise error

    monkeypatch.setattr(poa_eval, "load", refuse)
    assert cli.main(["check", "x.xlsx"]) == 2
    assert capsys.readouterr().err == f"{error}\n"


@pytest.mark.parametrize("trace", ["", "1"])
def test_defect_shows_its_traceback_only_when_asked(trace, monkeypatch, capsys):
    monkeypatch.setenv("POA_EVAL_TRAZA", trace)
    monkeypatch.setattr(poa_eval, "load", lambda path, layout=None: {}["clave"])
    assert cli.main(["check", "x.xlsx"]) == 3
    shown = capsys.readouterr().err
    assert "Error inesperado de poa_eval (KeyError: 'clave')" in shown
    assert ("Traceback" in shown) is bool(trace)


@pytest.mark.parametrize(
    ("severities", "code", "total"),
    [
        (["error", "error", "nota"], 1, "Total: 2 errores, 1 nota"),
        (["advertencia"], 0, "Total: 1 advertencia"),
        ([], 0, "Total: ningún hallazgo"),
    ],
)
def test_check_ends_in_one_if_there_are_errors(severities, code, total, stub_plan, capsys):
    stub_plan(*severities)
    assert cli.main(["check", "x.xlsx"]) == code
    text = capsys.readouterr().out
    assert total in text
    assert text.count("[b]No suma[/b].") == len(severities)


def test_check_groups_by_severity_with_rule_message_and_place(capsys):
    assert cli.main(["check", str(FIXTURES / "gerencia-comercial-2023-poa-t1.txt")]) == 1
    text = capsys.readouterr().out
    heads = ["Errores: 9", "Advertencias: 13", "Notas: 5", "Total: 9 errores, 13 advertencias, 5 notas"]
    assert sorted(map(text.index, heads)) == [text.index(head) for head in heads]
    first = (
        "  Desglose no suma (unidad 315)\n    Las 8 partes que da el comentario suman 140,638; lo reportado es 142,638."
    )
    assert f"{first}\n    gerencia-comercial-2023-poa-t1.txt:L361\n" in text


def test_check_as_json_is_one_document_of_all_columns(capsys):
    assert cli.main(["check", "--json", str(FIXTURES / "sat-2022-poi-t4.txt")]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["totales"] == {"error": 0, "advertencia": 1, "nota": 37}
    assert all(list(row) == FINDING_COLUMNS for row in said["hallazgos"])
    first = said["hallazgos"][0]
    assert (first["regla"], first["diferencia"], first["mes"]) == ("cobertura-incompleta", -2599.0, None)


def test_load_writes_the_tables_and_ends_in_zero_whatever_the_findings(stub_plan, tmp_path, capsys):
    stub_plan("error")
    assert cli.main(["load", "x.xlsx", "--out", str(tmp_path / "a" / "b")]) == 0
    assert sorted(p.name for p in (tmp_path / "a" / "b").iterdir()) == ["hallazgos.csv", "unidades.csv"]
    assert (tmp_path / "a" / "b" / "unidades.csv").read_bytes() == b"unidad_id,unidad\n303,Obras\n"


@pytest.mark.parametrize(("failed", "code"), [((), 0), ((("304", "Falló."), (None, "Falló.")), 1)])
def test_run_ends_in_one_if_a_report_failed(failed, code, monkeypatch, capsys):
    def pretend(paths, *, out, on_progress, **options):
        on_progress(0, 0, "Lectura [b]", 0)
        on_progress(1, 2, "Unidad [/b] de nombre largo", 1)
        return [(paths[0], run.RunOutcome(Path("reports") / "demo", failed, 2))]

    monkeypatch.setattr(run, "run_quarters", pretend)
    assert cli.main(["run", "params/demo.yaml"]) == code
    shown = capsys.readouterr()
    assert shown.out == f"Informe: {Path('reports', 'demo', 'index.html')}\n"
    assert shown.err.count("No se pudo elaborar") == len(failed)


def test_layouts_are_listed(capsys):
    assert cli.main(["layouts"]) == 0
    text = capsys.readouterr().out
    assert [name for name in poa_eval.list_layouts()["nombre"] if name not in text] == []


@pytest.mark.parametrize(
    ("option", "number"), [("--timeout", "nan"), ("--timeout", "inf"), ("--timeout", "0"), ("--jobs", "0")]
)
def test_a_time_or_number_that_makes_no_sense_is_refused(option, number, capsys):
    assert cli.main(["run", "params/x.yaml", option, number]) == cli.REFUSED
    said = capsys.readouterr().err
    assert f"«{number}» en {option}" in said
    assert "un número de 1 a" in said


def test_an_interrupted_run_says_so_in_one_line(monkeypatch, capsys):
    def interrupt(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "run_quarters", interrupt)
    assert cli.main(["run", "params/x.yaml"]) == cli.INTERRUPTED
    said = capsys.readouterr().err.strip()
    assert said.startswith("Interrumpido: lo terminado se conserva")
    assert "\n" not in said


def test_verify_passes_its_time_limit_on(monkeypatch, capsys):
    seen = {}
    monkeypatch.setattr("poa_eval.runs.verify.verify_run", lambda folder, **options: seen.update(options) or [])
    assert cli.main(["verify", "reports/x", "--timeout", "7"]) == 0
    assert seen["timeout"] == 7
