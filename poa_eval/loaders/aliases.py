"""Accepted names (aliases) in a plan: notes of where each was applied, or that it matched nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from poa_eval.config.accepted_names import Names
from poa_eval.loaders.document import ACCEPTED
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import make_table
from poa_eval.text.names import normalize


def note_names(plan: Plan, names: Names, source: str) -> Plan:
    """Return the plan with a note of each accepted name: in whose rows it was applied, or that it matched nothing."""
    used = plan.contexto["clave"].str.startswith(f"{ACCEPTED}/")
    seen: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for note in plan.contexto[used].to_dict("records"):
        _, column, key = note["clave"].split("/", 2)
        seen.setdefault((column, note["texto"]), []).append((key, note["fuente"]))
    rows = [row for column in names.by_column() for row in _list_notes(names, column, seen, source)]
    context = pd.concat([plan.contexto[~used], make_table("contexto", rows)], ignore_index=True)
    return replace(plan, contexto=context)


def _list_notes(names: Names, column: str, seen: dict, source: str) -> Iterator[dict[str, object]]:
    for printed, real in names.by_column()[column].items():
        said = f"«{printed}» se lee como «{real}», como se aceptó en {source}"
        if (column, normalize(printed)) not in seen:
            text = f"{column} «{printed}», que se aceptó en {source}, no aparece en ningún documento"
            yield {"clave": "variante.sin_uso", "texto": text, "fuente": source}
            continue
        for key, place in seen[column, normalize(printed)]:
            yield {"clave": f"variante.{column}/{key}", "texto": said, "fuente": place}
