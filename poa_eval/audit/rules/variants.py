"""Rules on names and on what loading noted: names taken as one, names that may be one, damaged rows."""

from __future__ import annotations

from collections.abc import Iterator

from poa_eval.audit.context import Facts, Finding, make_finding, rule
from poa_eval.audit.rules.plans import find_loose_marks
from poa_eval.text.names import normalize
from poa_eval.text.variants import pair_variants
from poa_eval.text.wording import capitalize, is_present

_ONE = {"unidad": "la misma unidad", "actividad": "la misma actividad", "indicador": "el mismo indicador"}


@rule("nombre-con-variantes", "nota")
def find_spellings(facts: Facts) -> Iterator[Finding]:
    """Note names taken as one (equal but for accents, case and spaces, or accepted), and propose those that may be one.

    Proposed are units, and activities and indicators of one unit, as `pair_variants` finds them: «Depto. de Obras» and
    «Departamento de Obras», «recivos» and «recibos»; never «2022» and «2023», nor «tributaria» and «no tributaria».
    Nothing is merged by it. Also accepted names that no document has.

    Examples
    --------
    >>> list(pair_variants(["Gestión de cobranza tributaria", "Gestión cobranza no tributaria"]))
    []
    """
    for column in ("unidad", "actividad", "indicador"):
        for (key,), text, source in facts.notes(f"variante.{column}"):
            where = {"unidad_id" if column == "unidad" else "actividad_id": key, "concepto": normalize(text)}
            yield make_finding(text, None, f"{capitalize(text)}.", source, **where)
    unused = facts.plan.contexto[facts.plan.contexto["clave"] == "variante.sin_uso"]
    for text, source in zip(unused["texto"], unused["fuente"], strict=True):
        message = f"Un nombre aceptado sobra o está mal escrito: {text}. Corríjalo o quítelo de ese archivo."
        yield make_finding(text, None, message, source, concepto=normalize(text))
    yield from _propose(facts)
    yield from find_loose_marks(facts)


def _propose(facts: Facts) -> Iterator[Finding]:
    """Propose names that may be one, by kind and unit."""
    groups: dict[tuple[str, str], dict[str, dict]] = {}
    for unit in facts.plan.unidades.to_dict("records"):
        groups.setdefault(("unidad", ""), {}).setdefault(unit["unidad"], unit)
    for activity in facts.activities.values():
        for column in ("actividad", "indicador"):
            if is_present(activity[column]):
                rows = groups.setdefault((column, activity["unidad_id"]), {})
                known = rows.setdefault(activity[column], activity)
                rows[activity[column]] = min(known, activity, key=lambda row: row["actividad_id"])
    for (column, _), rows in groups.items():
        for name, other in pair_variants(rows):
            row, first = rows[name], rows[other]
            key = "unidad_id" if column == "unidad" else "actividad_id"
            message = (
                f"«{name}» y «{other}» ({first['fuente']}) pueden ser {_ONE[column]}. No se unieron: si lo son, "
                f'escriba `{column}: {{"{name}": "{other}"}}` en el archivo que nombra `nombres:` de los parámetros.'
            )
            where = {key: row[key], "concepto": f"{column}/{normalize(other)}"}
            yield make_finding(name, other, message, row["fuente"], **where)


@rule("celda-reconstruida", "nota")
def find_rebuilt_rows(facts: Facts) -> Iterator[Finding]:
    """Note damaged rows that one reading puts right: a row that lost a month that its quarter gives back."""
    yield from _readings(facts, "reconstruida")


@rule("celda-ambigua", "nota")
def find_open_rows(facts: Facts) -> Iterator[Finding]:
    """Note damaged rows that several readings fit: only the quarters stand where they differ."""
    yield from _readings(facts, "ambigua")


def _readings(facts: Facts, state: str) -> Iterator[Finding]:
    for (activity_id,), text, source in facts.notes("lectura"):
        if text.startswith(state):
            said = text.split(": ", 1)[1]
            where = {"actividad_id": activity_id, "concepto": "repetida" if "se repite" in said else ""}
            yield make_finding(said, None, f"{capitalize(said)}.", source, **where)
