"""Joins: what a table on other sheets says of the codes of an edition's rows."""

from collections.abc import Mapping

from poa_eval.errors import FormatoError, Refusals
from poa_eval.layouts.layout import Edition
from poa_eval.layouts.parts import Joined
from poa_eval.loaders.headings import HeadingMatcher
from poa_eval.loaders.rows import Content, Row
from poa_eval.loaders.sheets import is_named
from poa_eval.plan.notes import Unmatched
from poa_eval.readers.cells import Cell, RawDocument
from poa_eval.text.names import normalize

#: Code, folded → column → text; and the cell of the code.
Catalog = dict[str, tuple[Mapping[str, str], str]]


def join_tables(content: Content, document: RawDocument, edition: Edition) -> list[Unmatched]:
    """Give rows the texts that tables on other sheets have of their codes, where they have none; note codes without.

    Raises FormatoError: such a table is not there, or says two things of a code.
    """
    notes: dict[tuple[str, str], Unmatched] = {}
    for joined in edition.unir:
        catalog = _read_catalog(document, joined, content.refusals)
        key = next(iter(joined.clave))
        for row in content.rows:
            code = _read_code(row, key)
            if not code or row.is_total:
                continue
            said = catalog.get(normalize(code))
            if said is not None:
                row.relleno = {**said[0], **{name: cell for name, cell in row.relleno.items() if cell is not None}}
            elif (key, normalize(code)) not in notes:
                sheets, where = ", ".join(joined.hojas), row.address(key)
                notes[key, normalize(code)] = Unmatched(column=key, code=normalize(code), text=sheets, source=where)
    return [*notes.values()]


def _read_code(row: Row, key: str) -> str:
    cell = row.value(key)
    cell = row.relleno.get(key, row.contexto.get(key)) if cell is None else cell
    return _show(cell)


def _show(cell: Cell) -> str:
    return (
        "" if cell is None else str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
    )


def _read_catalog(document: RawDocument, joined: Joined, refusals: Refusals) -> Catalog:
    """Read the tables of the sheets that a join names."""
    (key, headings), found = next(iter(joined.clave.items())), Catalog()
    columns = {**joined.columnas, key: headings}
    matcher = HeadingMatcher(
        Edition.model_construct(clase="tabla", encabezado=joined.encabezado, columnas=columns, ignorar=(("*",),))
    )
    is_there = False
    for sheet in document.hojas:
        if not is_named(sheet, joined.hojas):
            continue
        tables = list(matcher.find_tables(sheet))
        for table, end in zip(tables, [*(table.top for table in tables[1:]), len(sheet.filas)], strict=True):
            is_there = True
            for index in range(table.top + table.height, end):
                row = Row(sheet, index, table, {})
                if not (code := normalize(_show(row.value(key)))):
                    continue
                said = {name: _show(row.value(name)) for name in joined.columnas if row.value(name) is not None}
                known, where = found.setdefault(code, (said, row.address(key)))
                if known != said:
                    fault = FormatoError(
                        f"«{_show(row.value(key))}», que en {where} dice otra cosa",
                        "cada clave una sola vez en la tabla que se une",
                        "corrija la tabla; si la clave no distingue sus filas, una con otra en `unir:` del layout",
                        lugar=sheet.locate(index, table.columns[key]),
                    )
                    refusals.add(fault)
    if not is_there:
        names = ", ".join(f"«{text}»" for texts in columns.values() for text in texts[:1])
        raise FormatoError(
            f"ninguna tabla con {names} en una hoja {' o '.join(f'«{name}»' for name in joined.hojas)}",
            "la tabla que el layout une",
            "corrija en `unir:` del layout el nombre de la hoja o los encabezados",
            lugar=document.hojas[0].locate(0) if document.hojas else None,
        )
    return found
