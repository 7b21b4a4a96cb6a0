"""Aliases: names that an analyst accepted as others, noted where documents have them."""

from collections.abc import Iterator
from dataclasses import replace

from poa_eval.config.accepted_names import Names
from poa_eval.plan.notes import UNUSED_NAME, AcceptedName, Note, Statement, Variant
from poa_eval.plan.plan import Plan
from poa_eval.text.names import normalize


def note_names(plan: Plan, names: Names, source: str) -> Plan:
    """Return the plan with a note of each accepted name: in whose rows it was applied, or that it matched nothing."""
    used = plan.list_notes(AcceptedName)
    seen: dict[tuple[str, str], list[AcceptedName]] = {}
    for note in used:
        seen.setdefault((note.column, note.text), []).append(note)
    left = plan.contexto[~plan.contexto["clave"].isin({note.key for note in used})]
    noted = (note for column in names.by_column() for note in _note_column(names, column, seen, source))
    return replace(plan, contexto=left.reset_index(drop=True)).add_notes(noted)


def _note_column(names: Names, column: str, seen: dict, source: str) -> Iterator[Note]:
    for printed, real in names.by_column()[column].items():
        said = f"«{printed}» se lee como «{real}», como se aceptó en {source}"
        if (column, normalize(printed)) not in seen:
            text = f"{column} «{printed}», que se aceptó en {source}, no aparece en ningún documento"
            yield Statement(name=UNUSED_NAME, text=text, source=source)
        for note in seen.get((column, normalize(printed)), ()):
            yield Variant(column=column, owner=note.owner, text=said, source=note.source)
