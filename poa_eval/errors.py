"""Errors that a planning analyst can act on: what, where, found, expected, way out (in Spanish)."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

#: How many cells a message lists, and how many messages come at once.
LISTED = 12


@dataclass(frozen=True)
class Place:
    """Where in a file something stands."""

    archivo: str | None = None  # file, as the user named it
    hoja: str | None = None  # sheet name; None for text documents
    celda: str | None = None  # cell (``F12``) or line (``L12``)

    def __str__(self) -> str:
        """Return ``file · hoja «S» · celda F12`` (or ``línea 12``), leaving out what is unknown."""
        parts = [self.archivo] if self.archivo else []
        if self.hoja:
            parts.append(f"hoja «{self.hoja}»")
        if self.celda:
            is_line = self.celda[:1] == "L" and self.celda[1:].isdigit() and not self.hoja
            is_cell = re.fullmatch(r"[A-Z]{1,3}\d+", self.celda) is not None
            parts.append(f"línea {self.celda[1:]}" if is_line else f"celda {self.celda}" if is_cell else self.celda)
        return " · ".join(parts)


class PoaError(Exception):
    """Base of every error that poa_eval raises on purpose.

    Parameters
    ----------
    encontrado, esperado, que_hacer : str
        What was found, what was expected, and the way out; in Spanish.
    lugar : Place, optional
        File, sheet and cell (or line).
    otros : sequence of PoaError
        What else is refused, told below it.
    identidad : sequence of str
        The columns that tell apart what is refused, where that is the way out (`identidad:` of a layout).

    Examples
    --------
    >>> print(FormatoError("«cuarenta»", "un número", "corrija la celda", lugar=Place("poi.xlsx", "Ejecución", "F12")))
    FormatoError: poi.xlsx · hoja «Ejecución» · celda F12
      se encontró   «cuarenta»
      se esperaba   un número
      qué hacer     corrija la celda
    """

    def __init__(
        self,
        encontrado: str,
        esperado: str,
        que_hacer: str,
        *,
        lugar: Place | None = None,
        otros: "Sequence[PoaError]" = (),
        identidad: Sequence[str] = (),
    ) -> None:
        super().__init__(encontrado, esperado, que_hacer)
        self.encontrado = encontrado
        self.esperado = esperado
        self.que_hacer = que_hacer
        self.lugar = lugar or Place()
        self.otros = tuple(otros)
        self.identidad = tuple(identidad)

    def __reduce__(self) -> tuple:
        """Keep the place, and what else is refused, when the error crosses a process boundary."""
        return partial(type(self), lugar=self.lugar, otros=self.otros, identidad=self.identidad), self.args

    def __str__(self) -> str:
        """Return the message in four lines: place, found, expected, what to do; and of what else is refused."""
        return "\n".join(map(PoaError._tell, (self, *self.otros)))

    def _tell(self) -> str:
        head = type(self).__name__ + (f": {self.lugar}" if str(self.lugar) else "")
        rows = (("se encontró", self.encontrado), ("se esperaba", self.esperado), ("qué hacer", self.que_hacer))
        return "\n".join([head, *(f"  {label:<14}" + text.replace("\n", "\n" + " " * 16) for label, text in rows)])

    def _render_traceback_(self) -> list[str]:
        """Show only the message in Jupyter (IPython asks for this): an analyst never meets a traceback."""
        return [str(self)]


class ArchivoError(PoaError):
    """A file that cannot be opened or should not be: missing, empty, damaged, locked, too large."""


class FormatoError(PoaError):
    """A document whose content is not what its layout says."""


class LayoutError(PoaError):
    """A layout or profile that is not known, or whose YAML is wrong."""


class ParamsError(PoaError):
    """Parameters of a run or notebook that are unknown, missing or badly typed."""


class ConflictoError(PoaError):
    """Two sources that report different figures for the same period."""


class ClusterError(PoaError):
    """A cluster that is not there, is lost, or is not of the same software."""


class Refusals:
    """What is refused of a document, told all at once: a message for each thing to do, and the cells that it is of."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], list[FormatoError]] = {}  # expected and way out → what is refused

    def add(self, error: "FormatoError") -> None:
        """Add what is refused; reading goes on."""
        self._found.setdefault((error.esperado, error.que_hacer), []).append(error)

    def refuse(self) -> None:
        """Refuse what was added, if anything was."""
        if self._found:
            first, *others = map(_join_errors, list(self._found.values())[:LISTED])
            more = len(self._found) - LISTED
            if more > 0:
                last = others.pop()
                advice = f"{last.que_hacer}\n(y {more} más, que se dirán cuando se corrija lo anterior)"
                others.append(FormatoError(last.encontrado, last.esperado, advice, lugar=last.lugar))
            self._found.clear()
            raise FormatoError(*first.args, lugar=first.lugar, otros=others, identidad=first.identidad)

    @contextmanager
    def tell_all(self) -> Iterator[None]:
        """Refuse with what ends the reading all that was added before."""
        try:
            yield
        except FormatoError as error:
            if not self._found:
                raise
            self.add(error)
        self.refuse()


def _join_errors(errors: "list[FormatoError]") -> "FormatoError":
    """Return errors of one kind as one that lists what was found, and in which cells: a dozen, and how many more."""
    first, cells = errors[0], dict[str, dict[str, None]]()
    for error in errors:
        sheet = f"{error.lugar.hoja}!" if error.lugar.hoja != first.lugar.hoja else ""
        cells.setdefault(error.encontrado, {})[f"{sheet}{error.lugar.celda or ''}"] = None
    if len(errors) == 1:
        return first
    lines = [f"{found} · {_list_some([*places], ', ')}" for found, places in cells.items()]
    told = dict.fromkeys(name for error in errors for name in error.identidad)
    found = _list_some(lines, "\n")
    return FormatoError(found, first.esperado, first.que_hacer, lugar=first.lugar, identidad=[*told])


def _list_some(texts: list[str], mark: str) -> str:
    more = [f"y {len(texts) - LISTED} más"] if len(texts) > LISTED else []
    return mark.join([*texts[:LISTED], *more])


def explain_system(error: OSError) -> ArchivoError:
    """Say what the system refused, with the path that it names."""
    return ArchivoError(
        "una ruta en la que no se puede leer o escribir",
        "una carpeta en la que se pueda escribir, y archivos que se puedan leer",
        "revise la ruta, el permiso y el espacio, y que ningún programa tenga abiertos sus archivos",
        lugar=Place(str(error.filename or "la carpeta de salida")),
    )
