"""Render a draft: what was found out of a form, as YAML with comments (`templates/`)."""

import json
import re
from collections.abc import Iterable, Mapping
from functools import partial
from textwrap import shorten

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from poa_eval.drafting.behaviour import SaidColumn
from poa_eval.plan.accumulation import name_kinds
from poa_eval.text.names import normalize
from poa_eval.text.periods import LENGTHS
from poa_eval.text.wording import count_words


def render_layout(values: Mapping[str, object]) -> str:
    """Return the text of a draft."""
    return _TEMPLATES.get_template("layout.yaml.j2").render(values)


def quote(text: str) -> str:
    """Return a text as YAML writes it, in a list as well: in quotes unless it is plain words."""
    plain = re.fullmatch(r"\w[\w .°º/()-]*", text) and not text.endswith(" ") and yaml.safe_load(text) == text
    return str(text) if plain else json.dumps(str(text), ensure_ascii=False)


def _quote_all(texts: Iterable[str]) -> str:
    """Return one text, or a list of several."""
    quoted = list(map(quote, texts))
    return quoted[0] if len(quoted) == 1 else f"[{', '.join(quoted)}]"


def drop_alike(texts: Iterable[str]) -> list[str]:
    """Return texts without those that are one with an earlier one."""
    return list({normalize(text): text for text in reversed(list(texts))}.values())[::-1]


def _map_values(said: SaidColumn) -> str:
    """Return what texts mean as YAML; «¿…?» where it is not known."""
    return "{" + ", ".join(f"{quote(text)}: {value or '¿…?'}" for text, value in said.values.items()) + "}"


def _tell_proof(said: SaidColumn) -> str:
    """Tell by how many rows it is known what texts mean that are no usual words."""
    return "; ".join(
        f"«{text}» es {name_kinds([str(said.values[text])])} por las cifras de {count_words(number, 'fila', 'filas')}"
        for text, number in said.proved.items()
    )


_TEMPLATES = Environment(
    loader=PackageLoader("poa_eval.drafting"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_TEMPLATES.globals["lengths"] = LENGTHS
_TEMPLATES.filters |= {
    "drop_alike": drop_alike,
    "map_values": _map_values,
    "quote": quote,
    "quote_all": _quote_all,
    "tell_proof": _tell_proof,
    "shorten": partial(shorten, width=40, placeholder="…"),
}
