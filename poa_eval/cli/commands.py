"""The command line: run, load, check, layouts. Help, messages and errors in Spanish; never a traceback."""

import datetime as dt
import gc
import json
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

import poa_eval
from poa_eval.cli.console import SEVERITY, Command, Group, explain_usage, print_findings, print_table, show_progress
from poa_eval.errors import LayoutError, ParamsError, PoaError, explain_system
from poa_eval.processes import start_server
from poa_eval.runs.folder import RunOutcome
from poa_eval.runs.pack import find_browser, pack_run, print_pages

FAILED, REFUSED, UNEXPECTED, INTERRUPTED = 1, 2, 3, 130
_MOST, _LONGEST = 1000, 604_800  # reports at a time; seconds, a week

_ABOUT = "Evaluación del plan operativo anual: del documento al informe."

app = typer.Typer(cls=Group, help=_ABOUT, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

#: What cannot be read is said by who reads it.
FileArgument = Annotated[
    Path, typer.Argument(metavar="ARCHIVO", readable=False, help="Documento del plan: xlsx, xls, ods, csv, txt…")
]
LayoutOption = Annotated[
    str | None,
    typer.Option("--layout", metavar="NOMBRE|ARCHIVO.yaml", help="Layout; si falta, se reconoce por los encabezados."),
]
JobsOption = Annotated[
    int | None, typer.Option("--jobs", metavar="N", help="Informes que se elaboran a la vez; si falta, uno por núcleo.")
]

TimeoutOption = Annotated[
    float, typer.Option("--timeout", metavar="SEGUNDOS", help="Lo más que puede tardar un informe; si falta, 600.")
]


@app.command("run", cls=Command, help="Elabora los informes de uno o varios trimestres.")
def _run(
    params: Annotated[
        list[Path], typer.Argument(metavar="PARAMS…", readable=False, help="Archivos de parámetros (carpeta params/).")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="CARPETA", help="Dónde se crea la carpeta de la ejecución; si falta, reports/."),
    ] = None,
    jobs: JobsOption = None,
    timeout: TimeoutOption = 600,
    force: Annotated[
        bool, typer.Option("--force", metavar="", help="Elabora todo de nuevo, también lo que no ha cambiado.")
    ] = False,
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="tcp://HOST:PUERTO", help="Los elabora en ese clúster de Dask, no aquí."),
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Imprime además cada informe en PDF, con el navegador.")] = False,
    pack: Annotated[bool, typer.Option("--zip", help="Reúne los informes y libros en un .zip para enviarlos.")] = False,
) -> int:
    _refuse_outside("--jobs", jobs, 1, _MOST)
    _refuse_outside("--timeout", timeout, 1, _LONGEST)
    if scheduler is not None and jobs is not None:
        way_out = "quite --jobs, que es de esta máquina: en un clúster cada trabajador dice cuántos hace (--nthreads)"
        raise ParamsError("--jobs junto con --scheduler", "uno de los dos", way_out)
    if scheduler is None:
        start_server()  # it takes as long to load as this process does to read the documents: both at once
    from poa_eval.runs.batch import run_quarters  # meanwhile

    options: dict = {"out": out, "jobs": jobs, "timeout": timeout, "scheduler": scheduler, "force": force}
    ended: dict[Path, RunOutcome | PoaError] = {}
    lost = None
    with show_progress(params[0].stem if len(params) == 1 else f"{len(params)} trimestres") as progress:
        try:
            ended.update(run_quarters(params, **options, on_progress=progress))
        except PoaError as error:
            lost = error
    codes = [_show_outcome(ended[path], pdf=pdf, pack=pack) for path in sorted(ended, key=params.index)]
    _renew_overviews({outcome.carpeta.parent for outcome in ended.values() if not isinstance(outcome, PoaError)})
    if lost is not None:
        raise lost
    return max(codes)


def _show_outcome(outcome: RunOutcome | PoaError, *, pdf: bool, pack: bool) -> int:
    """Say what a run left, print and pack it as far as asked; return the exit code: no browser is no failure."""
    if isinstance(outcome, PoaError):
        print(outcome, file=sys.stderr)
        return REFUSED
    folder = outcome.carpeta
    page = folder / "index.html"
    same = "" if outcome.elaborados or outcome.fallidas else " (sin cambios)"
    print(f"Informe: {page.relative_to(Path.cwd()) if page.is_relative_to(Path.cwd()) else page}{same}")
    for unidad_id, message in outcome.fallidas:
        who = "el informe institucional" if unidad_id is None else f"el informe de la unidad {unidad_id}"
        print(f"No se pudo elaborar {who}. {message}", file=sys.stderr)
    made, problem = print_pages(folder) if pdf else ([], None)
    if made:
        print(f"PDF: {len(made)}, cada uno junto a su página")
    if problem:
        print(problem, file=sys.stderr)
    if pack:
        print(f"Para enviar: {pack_run(folder)}")
    return FAILED if outcome.fallidas or (problem and find_browser()) else 0


def _renew_overviews(folders: set[Path]) -> None:
    from poa_eval.reports.html.index import write_overview  # slow to load

    for folder in sorted(folders):
        if write_overview(folder) is None:
            print(f"No se tocó {folder / 'index.html'}: no lo hizo poa-eval.", file=sys.stderr)


@app.command("verify", cls=Command, help="Repite una ejecución aparte y compara cada archivo; termina en 1 si difiere.")
def _verify(
    carpeta: Annotated[Path, typer.Argument(metavar="CARPETA", help="Carpeta de una ejecución (reports/NOMBRE).")],
    jobs: JobsOption = None,
    timeout: TimeoutOption = 600,
) -> int:
    from poa_eval.runs.verify import verify_run  # models of params: slow to load, as below what a command alone needs

    _refuse_outside("--jobs", jobs, 1, _MOST)
    _refuse_outside("--timeout", timeout, 1, _LONGEST)
    with show_progress(carpeta.name) as progress:
        differences = verify_run(carpeta, jobs=jobs, timeout=timeout, on_progress=progress)
    print("\n".join(differences) or f"{carpeta}: se obtuvo lo mismo, byte por byte.")
    return FAILED if differences else 0


def _refuse_outside(option: str, number: float | None, least: int, most: int) -> None:
    if number is not None and not least <= number <= most:
        raise ParamsError(f"«{number:g}» en {option}", f"un número de {least} a {most}", "corrija el número")


@app.command("load", cls=Command, help="Lee un documento y guarda sus tablas ordenadas y sus hallazgos en CSV.")
def _load(
    archivo: FileArgument,
    out: Annotated[
        Path, typer.Option("--out", metavar="CARPETA", help="Carpeta donde se guardan los CSV (obligatoria).")
    ],
    layout: LayoutOption = None,
) -> int:
    from poa_eval.runs.tables import write_tables  # pandas

    plan = poa_eval.load(archivo, layout)
    tables = {
        **plan.tables(),
        "hallazgos": poa_eval.check(plan).drop(columns=["consejo", "clave_anterior"], errors="ignore"),
    }
    out.mkdir(parents=True, exist_ok=True)
    write_tables(tables, out)
    print_table("Tablas", ["archivo", "filas"], [(str(out / f"{name}.csv"), len(t)) for name, t in tables.items()])
    return 0


@app.command("check", cls=Command, help="Muestra los hallazgos de un documento; termina en 1 si hay errores.")
def _check(
    archivo: FileArgument,
    layout: LayoutOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", metavar="", help="Escribe un documento JSON, para otros programas.")
    ] = False,
) -> int:
    findings = poa_eval.check(poa_eval.load(archivo, layout))
    counts = {severity: int((findings["gravedad"] == severity).sum()) for severity in SEVERITY}
    if as_json:
        rows = json.loads(
            findings.drop(columns=["consejo", "clave_anterior"], errors="ignore").to_json(orient="records")
        )
        print(json.dumps({"archivo": archivo.name, "totales": counts, "hallazgos": rows}, ensure_ascii=False, indent=2))
    else:
        print_findings(findings, archivo.name, counts)
    return FAILED if counts["error"] else 0


@app.command("capture", cls=Command, help="Escribe por unidad un libro de Excel donde reporta lo del trimestre.")
def _capture(
    params: Annotated[
        Path,
        typer.Argument(metavar="PARAMS", readable=False, help="Archivo de parámetros del trimestre (carpeta params/)."),
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="CARPETA", help="Carpeta donde se guardan los libros (obligatoria).")
    ],
    limite: Annotated[
        str | None,
        typer.Option("--limite", metavar="AAAA-MM-DD", help="Fecha en que la unidad devuelve el libro; se lee en él."),
    ] = None,
) -> int:
    from poa_eval.config.params import find_project  # pydantic, pandas and XlsxWriter
    from poa_eval.forms.capture import list_owed, write_capture

    deadline = _parse_day(limite) if limite else None
    known = poa_eval.load_params(params)
    plan = poa_eval.prepare_quarter(known, find_project(params)).plan
    for path in write_capture(plan, known.trimestre, out, fecha_limite=deadline):
        print(path)
    owed = {item.unidad_id for item in list_owed(plan, known.trimestre)}
    for unit in plan.unidades.to_dict("records"):
        if unit["unidad_id"] not in owed:
            why = "el plan no dice qué vence en el trimestre (sin meta por periodo, calendario ni frecuencia)"
            print(f"Nada que llenar en el libro de «{unit['unidad']}»: {why}.", file=sys.stderr)
    return 0


@app.command("draft", cls=Command, help="Redacta un borrador de layout para un documento de una institución nueva.")
def _draft(
    archivo: FileArgument,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="ARCHIVO.yaml", help="Dónde se guarda el borrador; si falta, se muestra."),
    ] = None,
) -> int:
    from poa_eval.drafting.write_layout import draft_layout  # pandas and the readers

    text = draft_layout(archivo, out.stem if out else None)
    if out is None:
        print(text, end="")
        return 0
    if out.exists():
        raise LayoutError(f"ya existe {out}", "un archivo nuevo", "elija otro nombre, o borre el anterior si no lo usa")
    out.write_text(text, encoding="utf-8")
    print(out)
    return 0


@app.command("layouts", cls=Command, help="Enumera los formatos de documento que se conocen.")
def _layouts() -> int:
    known = poa_eval.list_layouts()
    print_table("Layouts", list(known.columns), known.itertuples(index=False, name=None))
    return 0


def _parse_day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ParamsError(f"«{text}» en --limite", "una fecha AAAA-MM-DD", "corrija la fecha") from None


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line, with the arguments of the process if none are given, and return its exit code.

    0 done; 1 a report failed, or ``check`` found errors; 2 wrong use or input; 3 a defect of poa_eval;
    130 interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    gc.set_threshold(500_000, 20, 100)  # by default a tenth of the time goes into looking for what to drop
    arguments = list(sys.argv[1:] if argv is None else argv) or ["--help"]
    try:
        code = typer.main.get_command(app).main(args=arguments, prog_name="poa-eval", standalone_mode=False) or 0
        if code == INTERRUPTED:  # as typer tells it
            print("Interrumpido: lo terminado se conserva, y la próxima ejecución hace lo demás.", file=sys.stderr)
        return code
    except typer.TyperException as error:
        print(explain_usage(error), file=sys.stderr)
        return REFUSED
    except (PoaError, OSError) as error:
        print(error if isinstance(error, PoaError) else explain_system(error), file=sys.stderr)
        return REFUSED
    except Exception as error:  # an analyst never meets a traceback; who mends poa_eval asks for it
        if os.environ.get("POA_EVAL_TRAZA"):
            traceback.print_exc()
        about = f"{type(error).__name__}: {error}"
        print(f"Error inesperado de poa_eval ({about}).\nComuníquelo con el documento que lo provoca.", file=sys.stderr)
        return UNEXPECTED
