"""Identity of a draft: the columns that tell apart rows that would be one, with the cells that show it."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from poa_eval.drafting.guess import Guess
from poa_eval.errors import PoaError
from poa_eval.layouts.layout import Edition
from poa_eval.layouts.parts import TARGETS
from poa_eval.loaders.identity import USUAL, fold_cell
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import COLUMNS, NUMBER
from poa_eval.readers.addresses import join_addresses
from poa_eval.text.names import make_slug, normalize

_SHOWN = 3  # pairs of cells
_NUMBERS = {name for name, kind in COLUMNS["actividades"].items() if kind == NUMBER}
_KEYS = {*Edition.model_fields}


@dataclass(frozen=True)
class Identity:
    """The columns that identify an activity, where the usual ones do not, and what a person must look at."""

    names: tuple[str, ...] = ()
    doubt: str = ""


def propose_identity(guess: Guess, read: Callable[[Identity], Plan | PoaError]) -> Identity:
    """Propose what identifies an activity, by reading the document: nothing where the usual columns do.

    What the load would propose where rows of one activity and period differ; a column that could not be placed, where
    it tells rows apart that no text of the others does (`guess` then has it under a name of its own); the unit and the
    code where codes are never the same and names are.
    """
    told: tuple[str, ...] = ()
    result = read(Identity())
    while isinstance(result, PoaError) and (names := _list_told(result)) and not {*names} <= {*told}:
        told = names
        result = read(Identity(told))
    apart = [name for name in told if name not in USUAL]
    name = _add_column(guess, apart)
    if name:
        apart = [name]
        told = (*(n for n in USUAL if n == "unidad" or n in guess.columns), name)
    if told:
        cells = _show_pairs(guess, apart)
        return Identity(told, f"¿son actividades distintas las filas que solo difieren en {', '.join(apart)}{cells}?")
    return _identify_by_code(result) if isinstance(result, Plan) else Identity()


def _list_told(error: PoaError) -> tuple[str, ...]:
    """List the columns that an error proposes."""
    return tuple(dict.fromkeys(name for each in (error, *error.otros) for name in each.identidad))


def _list_alike(guess: Guess) -> list[list[int]]:
    """List the rows of the sheet that are one by the usual columns; a blank unit or activity is the one above."""
    names = [name for name in USUAL if name in guess.columns]
    rows, above = {*map(id, guess.rows)}, dict[str, str]()
    found: dict[tuple, list[int]] = defaultdict(list)
    for at, row in enumerate(guess.sketch.sheet.filas):
        if id(row) in rows:
            for name in names:
                column = guess.columns[name]
                said = fold_cell(row[column] if column < len(row) else None)
                above[name] = said or (above.get(name, "") if name in ("unidad", "actividad") else "")
            found[tuple(above.values())].append(at)
    return [own for own in found.values() if len(own) > 1]


def _add_column(guess: Guess, apart: Sequence[str]) -> str | None:
    """Map a column that could not be placed, under a name of its own, where it and no placed text tells rows apart."""
    if not guess.series or guess.by_row or any(name not in _NUMBERS for name in apart):
        return None
    alike, filas = _list_alike(guess), guess.sketch.sheet.filas
    for column in sorted(guess.ignored, key=lambda column: (guess.is_numeric(column), column)):
        texts = [[fold_cell(filas[at][column] if column < len(filas[at]) else None) for at in own] for own in alike]
        if texts and all(all(own) and len({*own}) == len(own) for own in texts):
            name = make_slug(guess.sketch.paths[column][-1]).replace("-", "_") or "otra"
            name = f"{name}_" if name in TARGETS | {*COLUMNS["actividades"]} | _KEYS else name
            guess.columns[name] = column
            guess.ignored.remove(column)
            return name
    return None


def _show_pairs(guess: Guess, apart: Sequence[str]) -> str:
    """Show the cells of the first rows that only some columns tell apart."""
    sheet = guess.sketch.sheet
    columns = [guess.columns[name] for name in apart if name in guess.columns]
    pairs = [
        f"{sheet.locate(own[0], column).celda} y {sheet.locate(own[1], column).celda}"
        for own in _list_alike(guess)
        for column in columns
        if len({fold_cell(sheet.filas[at][column] if column < len(sheet.filas[at]) else None) for at in own[:2]}) > 1
    ]
    return f" ({'; '.join(pairs[:_SHOWN])}{'; …' if len(pairs) > _SHOWN else ''})" if pairs else ""


def _identify_by_code(plan: Plan) -> Identity:
    """Propose the unit and the code, where codes are never the same within a unit and names are."""
    table = plan.actividades
    codes, names = (table[name].map(lambda text: normalize(str(text))) for name in ("codigo", "actividad"))
    is_numbered = [*codes] == [str(at) for at in range(1, len(codes) + 1)]
    if table["codigo"].isna().any() or is_numbered or codes.groupby(table["unidad_id"]).value_counts().max() > 1:
        return Identity()
    same = names.groupby(table["unidad_id"], group_keys=False).apply(lambda own: own[own.duplicated(keep=False)])
    if same.empty:
        return Identity()
    cells = join_addresses(table.loc[same.index, "fuente"][: 2 * _SHOWN])
    return Identity(("unidad", "codigo"), f"los códigos no se repiten y los nombres sí ({cells})")
