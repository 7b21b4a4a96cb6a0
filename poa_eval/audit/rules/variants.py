"""Rules on names and on what loading noted: names taken as one, names that may be one, damaged rows."""

from collections.abc import Iterator, Mapping

from poa_eval.audit.rules.plans import find_loose_marks
from poa_eval.audit.rules.registry import CheckContext, Finding, make_finding, rule
from poa_eval.plan.merge import is_code
from poa_eval.plan.notes import UNUSED_NAME, ChangedText, Repair, Statement, Unmatched, Variant
from poa_eval.readers.addresses import name_file
from poa_eval.text.names import normalize
from poa_eval.text.variants import pair_variants
from poa_eval.text.wording import capitalize, is_present, name_rule

_ONE = {"unidad": "la misma unidad", "actividad": "la misma actividad", "indicador": "el mismo indicador"}


@rule("nombre-con-variantes", "nota")
def find_spellings(context: CheckContext) -> Iterator[Finding]:
    """Note names taken as one (equal but for accents, case and spaces, or accepted), and propose those that may be one.

    Proposed are units, and activities and indicators of one unit, as `pair_variants` finds them: «Depto. de Obras» and
    «Departamento de Obras», «recivos» and «recibos»; never «2022» and «2023», nor «tributaria» and «no tributaria».
    Nothing is merged by it. Also accepted names that no document has, and texts that describe an activity in another
    way than before: its means of verification, its programme.

    Examples
    --------
    >>> list(pair_variants(["Gestión de cobranza tributaria", "Gestión cobranza no tributaria"]))
    []
    """
    for column in ("unidad", "actividad", "indicador"):
        for note in context.plan.list_notes(Variant):
            if note.column == column:
                key = "unidad_id" if column == "unidad" else "actividad_id"
                where = {key: note.owner, "concepto": normalize(note.text)}
                yield make_finding(note.text, None, f"{capitalize(note.text)}.", note.source, **where)
    changed = {(note.column, note.owner): note for note in reversed(context.plan.list_notes(ChangedText))}
    for note in reversed(changed.values()):  # of several the first
        where = {"actividad_id": note.owner, "concepto": note.column}
        yield make_finding(
            note.text, None, f"{name_rule(note.column.removesuffix('_texto'))}: {note.text}.", note.source, **where
        )
    for note in context.plan.list_notes(Statement):
        if note.name == UNUSED_NAME:
            message, where = (
                f"Un nombre aceptado sobra o está mal escrito: {note.text}.",
                {"concepto": normalize(note.text)},
            )
            where["consejo"] = ["Corríjalo o quítelo de ese archivo."]
            yield make_finding(note.text, None, message, note.source, **where)
    yield from _propose(context)
    yield from find_loose_marks(context)


def _propose(context: CheckContext) -> Iterator[Finding]:
    """Propose names that may be one, by kind and unit."""
    groups: dict[tuple[str, str], dict[str, dict]] = {}
    for unit in context.plan.unidades.to_dict("records"):
        groups.setdefault(("unidad", ""), {}).setdefault(unit["unidad"], unit)
    for activity in context.activities.values():
        for column in ("actividad", "indicador"):
            if is_present(activity[column]):
                rows = groups.setdefault((column, activity["unidad_id"]), {})
                known = rows.setdefault(activity[column], activity)
                rows[activity[column]] = min(known, activity, key=lambda row: row["actividad_id"])
    for (column, _), rows in groups.items():
        for name, other in pair_variants(rows):
            row, first = rows[name], rows[other]
            key = "unidad_id" if column == "unidad" else "actividad_id"
            message = f"«{name}» y «{other}» ({first['fuente']}) pueden ser {_ONE[column]}."
            pair = f'`{column}: {{"{name}": "{other}"}}`'
            advice = f"No se unieron: si lo son, escriba {pair} en el archivo que nombra `nombres:` de los parámetros."
            where = {key: row[key], "concepto": f"{column}/{normalize(other)}", "consejo": [advice]}
            yield make_finding(name, other, message, row["fuente"], **where)


@rule("clave-sin-pareja", "advertencia")
def find_unmatched_codes(context: CheckContext) -> Iterator[Finding]:
    """Catch a code that joins to nothing: a report on 09-Z where the plan has 09-A, a unit that no catalogue names.

    Not of a report by code that is looked at without its plan: there no activity has a name.
    """
    for note in context.plan.list_notes(Unmatched):
        code, where = note.code.upper(), {"concepto": f"{note.column}/{note.code}"}
        message = f"La clave «{code}» no está en la tabla de la hoja «{note.text}», y no se sabe qué nombra."
        yield make_finding(code, "una clave de esa tabla", message, note.source, **where)
    bare = [row for row in context.activities.values() if is_code(row["actividad"], row["codigo"])]
    keys = {row["actividad_id"] for row in bare}
    named = {_name_table(row) for key, row in context.activities.items() if key not in keys}
    for row in (row for row in bare if named and _name_table(row) not in named):
        message = f"Hay cifras de la clave «{row['codigo']}», que ningún documento del plan nombra."
        advice = ["Corrija la clave, o agregue la actividad al plan."]
        where = {"actividad_id": row["actividad_id"], "consejo": advice}
        yield make_finding(row["codigo"], "una clave del plan", message, row["fuente"], **where)


def _name_table(row: Mapping) -> str:
    return str(row["fuente"]).rpartition("!")[0] or name_file(str(row["fuente"]))


@rule("celda-reconstruida", "nota")
def find_rebuilt_rows(context: CheckContext) -> Iterator[Finding]:
    """Note damaged rows that one reading puts right: a row that lost a month that its quarter gives back."""
    yield from _tell_repairs(context, "reconstruida", "repetida")


@rule("celda-ambigua", "nota")
def find_open_rows(context: CheckContext) -> Iterator[Finding]:
    """Note damaged rows that several readings fit: only the quarters stand where they differ."""
    yield from _tell_repairs(context, "ambigua")


def _tell_repairs(context: CheckContext, *states: str) -> Iterator[Finding]:
    for repair in context.plan.list_notes(Repair):
        if repair.state in states:
            where = {"actividad_id": repair.owner, "concepto": "repetida" if repair.state == "repetida" else ""}
            yield make_finding(repair.damage, None, f"{capitalize(repair.damage)}.", repair.source, **where)
