"""The command line: run, load, check, layouts. Help, messages and errors in Spanish; never a traceback."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text
from typer.core import TyperCommand, TyperGroup

from poa_eval.errors import ArchivoError, LayoutError, ParamsError, Place, PoaError
from poa_eval.names import suggest_sentence

if TYPE_CHECKING:
    from pandas import DataFrame

FAILED, REFUSED, UNEXPECTED = 1, 2, 3
_NO_WRITE = "una ruta en la que no se puede leer o escribir"
_TRY = "revise la ruta, el permiso y el espacio, y que ningún programa tenga abiertos sus archivos"
_PIPE_WIDTH = 160
_SEVERITY = {"error": "bold red", "advertencia": "yellow", "nota": "cyan"}
_TITLES = {"edicion": "Edición", "titulo": "Título"}
_NAMES = {"error": "errores", "advertencia": "advertencias", "nota": "notas"}


def _usage(ctx: Any) -> str:
    command = ctx.command
    words = [ctx.command_path, "[OPCIONES]"]
    words += [param.metavar for param in command.params if param.param_type_name == "argument"]
    return " ".join([*words, "COMANDO …"] if isinstance(command, TyperGroup) else words)


def _print_help(self: Any, ctx: Any, formatter: Any) -> None:
    """Print the help of a command (typer's own has English words that cannot be set)."""
    arguments = [(p.metavar, p.help) for p in self.params if p.param_type_name == "argument"]
    options = [
        (f"{', '.join(p.opts)} {p.metavar or ''}".rstrip(), p.help)
        for p in self.params
        if p.param_type_name == "option"
    ]
    options.append(("--help", "Muestra esta ayuda y termina."))
    commands = [(name, command.help) for name, command in getattr(self, "commands", {}).items()]
    console = Console(highlight=False)
    console.print(Text.assemble("\n", ("Uso: ", "bold"), _usage(ctx), "\n\n", self.help or "", "\n"))
    for title, rows in (("Argumentos", arguments), ("Opciones", options), ("Comandos", commands)):
        if rows:
            grid = Table.grid(padding=(0, 2))
            for name, text in rows:
                grid.add_row(Text(name, style="bold cyan"), Text(text or ""))
            console.print(Panel(grid, title=title, title_align="left", border_style="dim"))


class _Group(TyperGroup):
    format_help = _print_help


class _Command(TyperCommand):
    format_help = _print_help


app = typer.Typer(cls=_Group, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

FileArgument = Annotated[Path, typer.Argument(metavar="ARCHIVO", help="Documento del plan: xlsx, xls, ods, csv, txt…")]
LayoutOption = Annotated[
    str | None,
    typer.Option("--layout", metavar="NOMBRE|ARCHIVO.yaml", help="Layout; si falta, se reconoce por los encabezados."),
]


@app.callback(help="Evaluación del plan operativo anual: del documento al informe.")
def _start() -> None:
    pass


JobsOption = Annotated[
    int | None,
    typer.Option("--jobs", metavar="N", help="Informes que se elaboran a la vez; si falta, uno por núcleo."),
]


@app.command("run", cls=_Command, help="Elabora los informes de uno o varios trimestres.")
def _run(
    params: Annotated[list[Path], typer.Argument(metavar="PARAMS…", help="Archivos de parámetros (carpeta params/).")],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="CARPETA", help="Dónde se crea la carpeta de la ejecución; si falta, reports/."),
    ] = None,
    jobs: JobsOption = None,
    timeout: Annotated[
        float,
        typer.Option("--timeout", metavar="SEGUNDOS", help="Lo más que puede tardar un informe; si falta, 600."),
    ] = 600,
    force: Annotated[
        bool, typer.Option("--force", metavar="", help="Elabora todo de nuevo, también lo que no ha cambiado.")
    ] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="Imprime además cada informe en PDF, con el navegador.")] = False,
    pack: Annotated[bool, typer.Option("--zip", help="Reúne los informes y libros en un .zip para enviarlos.")] = False,
) -> int:
    from poa_eval.overview import write_overview
    from poa_eval.run import run_quarter

    _refuse_less("--jobs", jobs, 1)
    _refuse_less("--timeout", timeout, 1)
    codes, folders = [], set()
    for path in params:
        try:
            with _show_progress(path.stem) as progress:
                outcome = run_quarter(path, out=out, jobs=jobs, timeout=timeout, force=force, on_progress=progress)
        except PoaError as error:  # what is wrong with one quarter does not stop the others
            print(error, file=sys.stderr)
            codes.append(REFUSED)
            continue
        page = outcome.carpeta / "index.html"
        same = "" if outcome.elaborados or outcome.fallidas else " (sin cambios)"
        print(f"Informe: {page.relative_to(Path.cwd()) if page.is_relative_to(Path.cwd()) else page}{same}")
        for unidad_id, message in outcome.fallidas:
            who = "el informe institucional" if unidad_id is None else f"el informe de la unidad {unidad_id}"
            print(f"No se pudo elaborar {who}. {message}", file=sys.stderr)
        codes += [FAILED if outcome.fallidas else 0, _send_off(outcome.carpeta, pdf=pdf, pack=pack)]
        folders.add(outcome.carpeta.parent)
    for folder in sorted(folders):
        write_overview(folder)
    return max(codes)


@app.command(
    "verify", cls=_Command, help="Repite una ejecución aparte y compara cada archivo; termina en 1 si difiere."
)
def _verify(
    carpeta: Annotated[Path, typer.Argument(metavar="CARPETA", help="Carpeta de una ejecución (reports/NOMBRE).")],
    jobs: JobsOption = None,
) -> int:
    from poa_eval.verify import verify_run

    _refuse_less("--jobs", jobs, 1)
    with _show_progress(carpeta.name) as progress:
        differences = verify_run(carpeta, jobs=jobs, on_progress=progress)
    print("\n".join(differences) or f"{carpeta}: se obtuvo lo mismo, byte por byte.")
    return FAILED if differences else 0


def _refuse_less(option: str, number: float | None, least: int) -> None:
    if number is not None and number < least:
        raise ParamsError(f"«{number:g}» en {option}", f"un número de {least} en adelante", "corrija el número")


@contextmanager
def _show_progress(name: str) -> Iterator[Callable[[int, int, str, int], None]]:
    """Show a bar with what is done, what failed and the time left; yield what moves it."""
    console = Console(stderr=True, highlight=False)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]}", style="bold red"),
        TimeElapsedColumn(),
        TextColumn("faltan"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(name, total=None, failed="")
        yield lambda done, total, text, failed: progress.update(
            task,
            completed=done,
            total=total or None,
            description=escape(text[:40]),
            failed=f"{failed} sin elaborar" if failed else "",
        )


def _send_off(folder: Path, *, pdf: bool, pack: bool) -> int:
    """Print and pack a run as far as asked; return the exit code, 0 also where no browser is there to print."""
    if not pdf and not pack:
        return 0
    from poa_eval.mail import find_browser, pack_run, print_pages

    made, problem = print_pages(folder) if pdf else ([], None)
    if made:
        print(f"PDF: {len(made)}, cada uno junto a su página")
    if problem:
        print(problem, file=sys.stderr)
    if pack:
        print(f"Para enviar: {pack_run(folder)}")
    return FAILED if problem and find_browser() else 0


@app.command("load", cls=_Command, help="Lee un documento y guarda sus tablas ordenadas y sus hallazgos en CSV.")
def _load(
    archivo: FileArgument,
    out: Annotated[
        Path, typer.Option("--out", metavar="CARPETA", help="Carpeta donde se guardan los CSV (obligatoria).")
    ],
    layout: LayoutOption = None,
) -> int:
    import poa_eval
    from poa_eval.write import write_tables

    plan = poa_eval.load(archivo, layout)
    tables = {**plan.tables(), "hallazgos": poa_eval.check(plan)}
    out.mkdir(parents=True, exist_ok=True)
    write_tables(tables, out)
    _print_table("Tablas", ["archivo", "filas"], [(str(out / f"{name}.csv"), len(t)) for name, t in tables.items()])
    return 0


@app.command("check", cls=_Command, help="Muestra los hallazgos de un documento; termina en 1 si hay errores.")
def _check(
    archivo: FileArgument,
    layout: LayoutOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", metavar="", help="Escribe un documento JSON, para otros programas.")
    ] = False,
) -> int:
    import poa_eval

    findings = poa_eval.check(poa_eval.load(archivo, layout))
    counts = {severity: int((findings["gravedad"] == severity).sum()) for severity in _NAMES}
    if as_json:
        rows = json.loads(findings.to_json(orient="records"))
        print(json.dumps({"archivo": archivo.name, "totales": counts, "hallazgos": rows}, ensure_ascii=False, indent=2))
    else:
        _print_findings(findings, archivo.name, counts)
    return FAILED if counts["error"] else 0


@app.command("capture", cls=_Command, help="Escribe por unidad un libro de Excel donde reporta lo del trimestre.")
def _capture(
    params: Annotated[
        Path, typer.Argument(metavar="PARAMS", help="Archivo de parámetros del trimestre (carpeta params/).")
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="CARPETA", help="Carpeta donde se guardan los libros (obligatoria).")
    ],
    limite: Annotated[
        str | None,
        typer.Option("--limite", metavar="AAAA-MM-DD", help="Fecha en que la unidad devuelve el libro; se lee en él."),
    ] = None,
) -> int:
    from poa_eval.capture import write_capture
    from poa_eval.owe import list_owed
    from poa_eval.params import find_project, load_params
    from poa_eval.quarter import prepare_quarter

    deadline = _parse_day(limite) if limite else None
    known = load_params(params)
    plan = prepare_quarter(known, find_project(params)).plan
    for path in write_capture(plan, known.trimestre, out, fecha_limite=deadline):
        print(path)
    owed = {item.unidad_id for item in list_owed(plan, known.trimestre)}
    for unit in plan.unidades.to_dict("records"):
        if unit["unidad_id"] not in owed:
            why = "el plan no dice qué vence en el trimestre (sin meta por periodo, calendario ni frecuencia)"
            print(f"Nada que llenar en el libro de «{unit['unidad']}»: {why}.", file=sys.stderr)
    return 0


@app.command("draft", cls=_Command, help="Redacta un borrador de layout para un documento de una institución nueva.")
def _draft(
    archivo: FileArgument,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="ARCHIVO.yaml", help="Dónde se guarda el borrador; si falta, se muestra."),
    ] = None,
) -> int:
    from poa_eval.draft import draft_layout

    text = draft_layout(archivo)
    if out is None:
        print(text, end="")
        return 0
    if out.exists():
        raise LayoutError(f"ya existe {out}", "un archivo nuevo", "elija otro nombre, o borre el anterior si no lo usa")
    out.write_text(text, encoding="utf-8")
    print(out)
    return 0


@app.command("layouts", cls=_Command, help="Enumera los formatos de documento que se conocen.")
def _layouts() -> int:
    from poa_eval.layout import list_layouts

    known = list_layouts()
    _print_table("Layouts", list(known.columns), known.itertuples(index=False, name=None))
    return 0


def _parse_day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ParamsError(f"«{text}» en --limite", "una fecha AAAA-MM-DD", "corrija la fecha") from None


def _print_findings(findings: DataFrame, name: str, counts: dict[str, int]) -> None:
    """Print the findings by severity, each with its rule, what it says and where; the counts at the end."""
    from poa_eval.words import has, name_rule

    console = _make_console()
    console.print(Text(f"Hallazgos de {name}\n", style="bold"))
    for severity, plural in _NAMES.items():
        rows = findings[findings["gravedad"] == severity].to_dict("records")
        if rows:
            console.print(Text(f"{plural.capitalize()}: {len(rows)}", style=_SEVERITY[severity]))
        for row in rows:
            unit = f" (unidad {row['unidad_id']})" if has(row["unidad_id"]) else ""
            said = (f"{name_rule(row['regla'])}{unit}", row["mensaje"], row["fuente"])
            for at, text in enumerate(said):
                style = "dim" if at == 2 else ""
                console.print(Padding(Text(str(text), style=style), (0, 0, 0, 4 if at else 2), expand=False))
        console.print()
    parts = [f"{n} {s if n == 1 else _NAMES[s]}" for s, n in counts.items() if n]
    console.print("Total: " + (", ".join(parts) or "ningún hallazgo"))


def _make_console() -> Console:
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_PIPE_WIDTH)


def _print_table(title: str, columns: Sequence[str], rows: Any) -> None:
    console = _make_console()
    table = Table(title=Text(title), title_justify="left")
    for column in columns:
        heading = _TITLES.get(column, column.capitalize())
        table.add_column(Text(heading), overflow="fold", justify="right" if column == "filas" else "left")
    for row in rows:
        texts = ["" if cell is None or cell != cell else str(cell) for cell in row]
        table.add_row(*map(Text, texts))
    console.print(table)


def _explain_usage(error: Any) -> str:
    """Say a usage error of the command line in Spanish, with the nearest name."""
    command = getattr(getattr(error, "ctx", None), "command", None)
    option, param = getattr(error, "option_name", None), getattr(error, "param", None)
    if option is not None and hasattr(error, "possibilities"):
        options = [name for p in command.params if p.param_type_name == "option" for name in p.opts]
        return f"no existe la opción «{option}»; " + suggest_sentence(option, [*options, "--help"])
    if option is not None:
        return f"la opción «{option}» necesita un valor"
    if param is not None and hasattr(error, "param_type"):
        is_option = param.param_type_name == "option"
        return f"falta la opción «{param.opts[0]}»" if is_option else f"falta el argumento «{param.metavar}»"
    if found := re.search(r"No such command '(.*?)'", error.message):
        return f"no existe el comando «{found[1]}»; " + suggest_sentence(found[1], command.commands)
    if found := re.search(r"unexpected extra argument(?:\(s\)|s)? \((.*)\)", error.message):
        return f"sobra «{found[1]}»"
    return "la orden no se entiende"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments; those of the process if not given.

    Returns
    -------
    int
        0 done; 1 a report failed, or ``check`` found errors; 2 wrong use or input; 3 a defect of poa_eval.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    arguments = list(sys.argv[1:] if argv is None else argv) or ["--help"]
    try:
        return typer.main.get_command(app).main(args=arguments, prog_name="poa-eval", standalone_mode=False) or 0
    except typer.TyperException as error:
        ctx = getattr(error, "ctx", None)
        usage = f"Uso: {_usage(ctx)}\nAyuda: {ctx.command_path} --help\n" if ctx else ""
        print(f"{usage}Error: {_explain_usage(error)}", file=sys.stderr)
        return REFUSED
    except PoaError as error:
        print(error, file=sys.stderr)
        return REFUSED
    except OSError as error:
        place = error.filename or "la carpeta de salida"
        print(
            ArchivoError(_NO_WRITE, "una carpeta en la que se pueda escribir", _TRY, lugar=Place(str(place))),
            file=sys.stderr,
        )
        return REFUSED
    except Exception as error:  # an analyst never meets a traceback; who mends poa_eval asks for it
        if os.environ.get("POA_EVAL_TRAZA"):
            traceback.print_exc()
        about = f"{type(error).__name__}: {error}"
        print(f"Error inesperado de poa_eval ({about}).\nComuníquelo con el documento que lo provoca.", file=sys.stderr)
        return UNEXPECTED
