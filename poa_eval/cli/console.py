"""Console: what the command line shows: help, progress, tables, findings, and what is wrong with a command."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich import progress as bars
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text
from typer.core import TyperCommand, TyperGroup

from poa_eval.text.names import suggest_sentence
from poa_eval.text.wording import is_present, name_rule

if TYPE_CHECKING:
    from pandas import DataFrame

_PIPE_WIDTH = 160
_TITLES = {"edicion": "Edición", "titulo": "Título"}
#: Severity → its plural, and how it looks.
SEVERITY = {"error": ("errores", "bold red"), "advertencia": ("advertencias", "yellow"), "nota": ("notas", "cyan")}


def _name_usage(ctx: Any) -> str:
    """Return how a command is written."""
    command = ctx.command
    words = [ctx.command_path, "[OPCIONES]"]
    words += [param.metavar for param in command.params if param.param_type_name == "argument"]
    return " ".join([*words, "COMANDO …"] if isinstance(command, TyperGroup) else words)


def _print_help(self: Any, ctx: Any, formatter: Any) -> None:
    """Print the help of a command (typer's own has English words that cannot be set)."""
    arguments = [(p.metavar, p.help) for p in self.params if p.param_type_name == "argument"]
    named = [p for p in self.params if p.param_type_name == "option"]
    options = [(f"{', '.join(p.opts)} {p.metavar or ''}".rstrip(), p.help) for p in named]
    options.append(("--help", "Muestra esta ayuda y termina."))
    commands = [(name, command.help) for name, command in getattr(self, "commands", {}).items()]
    console = Console(highlight=False)
    console.print(Text.assemble("\n", ("Uso: ", "bold"), _name_usage(ctx), "\n\n", self.help or "", "\n"))
    for title, rows in (("Argumentos", arguments), ("Opciones", options), ("Comandos", commands)):
        if rows:
            grid = Table.grid(padding=(0, 2))
            for name, text in rows:
                grid.add_row(Text(name, style="bold cyan"), Text(text or ""))
            console.print(Panel(grid, title=title, title_align="left", border_style="dim"))


class Group(TyperGroup):
    """The command line, with its help in Spanish."""

    format_help = _print_help


class Command(TyperCommand):
    """A command, with its help in Spanish."""

    format_help = _print_help


@contextmanager
def show_progress(name: str) -> Iterator[Callable[[int, int, str, int], None]]:
    """Show a bar with what is done, what failed and the time left; yield what moves it."""
    console = Console(stderr=True, highlight=False)
    columns = (
        bars.SpinnerColumn(),
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TextColumn("{task.fields[failed]}", style="bold red"),
        bars.TimeElapsedColumn(),
        bars.TextColumn("faltan"),
        bars.TimeRemainingColumn(),
    )
    with bars.Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(name, total=None, failed="")
        yield lambda done, total, text, failed: progress.update(
            task,
            completed=done,
            total=total or None,
            description=escape(text[:40]),
            failed=f"{failed} sin elaborar" if failed else "",
        )


def print_findings(findings: "DataFrame", name: str, counts: dict[str, int]) -> None:
    """Print the findings by severity, each with its rule, what it says and where; the counts at the end."""
    console = _open_console()
    console.print(Text(f"Hallazgos de {name}\n", style="bold"))
    for severity, (plural, look) in SEVERITY.items():
        rows = findings[findings["gravedad"] == severity].to_dict("records")
        if rows:
            console.print(Text(f"{plural.capitalize()}: {len(rows)}", style=look))
        for row in rows:
            unit = f" (unidad {row['unidad_id']})" if is_present(row["unidad_id"]) else ""
            said = (f"{name_rule(row['regla'])}{unit}", row["mensaje"], row["fuente"])
            for at, text in enumerate(said):
                style = "dim" if at == 2 else ""
                console.print(Padding(Text(str(text), style=style), (0, 0, 0, 4 if at else 2), expand=False))
        console.print()
    parts = [f"{n} {s if n == 1 else SEVERITY[s][0]}" for s, n in counts.items() if n]
    console.print("Total: " + (", ".join(parts) or "ningún hallazgo"))


def _open_console() -> Console:
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_PIPE_WIDTH)


def print_table(title: str, columns: Sequence[str], rows: Any) -> None:
    """Print a table; missing cells are left empty."""
    console = _open_console()
    table = Table(title=Text(title), title_justify="left")
    for column in columns:
        heading = _TITLES.get(column, column.capitalize())
        table.add_column(Text(heading), overflow="fold", justify="right" if column == "filas" else "left")
    for row in rows:
        texts = ["" if cell is None or cell != cell else str(cell) for cell in row]
        table.add_row(*map(Text, texts))
    console.print(table)


def explain_usage(error: Any) -> str:
    """Say a usage error of the command line in Spanish, with how the command is written and the nearest name."""
    ctx = getattr(error, "ctx", None)
    usage = f"Uso: {_name_usage(ctx)}\nAyuda: {ctx.command_path} --help\n" if ctx else ""
    return f"{usage}Error: {_explain_fault(error)}"


def _explain_fault(error: Any) -> str:
    command: Any = getattr(getattr(error, "ctx", None), "command", None)
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
