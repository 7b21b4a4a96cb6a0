"""Make the key tables of docs/layouts.md from the models of the layout language, so that they cannot go stale.

Run it by `python docs/make_tables.py` (`make docs`): keys and what they take are the models', what they mean stands in
the page and is kept; a key that nobody has told the meaning of says so, and a test finds it.
"""

import re
import sys
import types
import typing
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import BeforeValidator

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "layouts.md"
_MARKS = re.compile(r"<!-- (keys of (\w+)|columns) -->\n(.*?)<!-- end -->\n", re.DOTALL)
#: What a table says of a key that is new.
UNSAID = "(to be told)"
_WORDS = {str: "text", int: "whole number", float: "number", bool: "`true`, `false`"}


def find_models() -> dict[str, type]:
    """Return the models of the language by name, each from where it is defined."""
    from poa_eval.config.models import Model
    from poa_eval.layouts import layout

    found, waiting = {}, [layout.Layout]
    while waiting:
        model = waiting.pop()
        if model.__name__ in found:
            continue
        found[model.__name__] = model
        inner = {part for field in model.model_fields.values() for part in _list_parts(field.annotation)}
        waiting += [part for part in inner if isinstance(part, type) and issubclass(part, Model)]
    return found


def _list_parts(kind: object) -> Iterator[object]:
    yield kind
    for part in typing.get_args(kind):
        yield from _list_parts(part)


def read_meanings(table: str) -> dict[str, str]:
    """Return what a table of the page says of each key."""
    return dict(re.findall(r"^\| `(\w+)`.*? \| .*? \| (.*) \|$", table, re.MULTILINE))


def describe_values(kind: object, validators: Iterable[object] = ()) -> str:
    """Say what a key takes: its choices, another table's keys, a list, a mapping, a text or a number."""
    origin, parts = typing.get_origin(kind), [part for part in typing.get_args(kind) if part is not types.NoneType]
    if origin is typing.Annotated:
        return describe_values(parts[0], parts[1:])
    if origin is typing.Literal:
        return ", ".join(f"`{part}`" for part in parts)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(dict.fromkeys(map(describe_values, parts)))
    if origin is tuple:
        is_lenient = any(isinstance(validator, BeforeValidator) for validator in validators)
        return f"{'one or a list: ' if is_lenient else 'list: '}{describe_values(parts[0])}"
    if origin is dict:
        return f"mapping: {describe_values(parts[0])} → {describe_values(parts[1])}"
    return _WORDS.get(kind) or f"[{kind.__name__}](#{kind.__name__.lower()})"


def make_table(model: type, before: str) -> str:
    """Return the table of a model's keys: key, what it takes, and what the page said of it before."""
    says = read_meanings(before)
    rows = ["| key | takes | says |", "|---|---|---|"]
    for name, field in model.model_fields.items():
        needed = " (needed)" if field.is_required() else ""
        values = describe_values(field.annotation, field.metadata)
        rows.append(f"| `{name}`{needed} | {values} | {says.get(name, UNSAID)} |")
    return "\n".join(rows) + "\n"


def list_columns() -> str:
    """Return what a heading of a table may be mapped to, as a sentence."""
    from poa_eval.layouts.parts import TARGETS

    return ", ".join(f"`{name}`" for name in sorted(TARGETS)) + "\n"


def make_page(page: str) -> str:
    """Return the page with its tables made anew."""
    models = find_models()

    def renew(mark: re.Match[str]) -> str:
        made = make_table(models[mark[2]], mark[3]) if mark[2] else list_columns()
        return f"<!-- {mark[1]} -->\n{made}<!-- end -->\n"

    return _MARKS.sub(renew, page)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    PAGE.write_text(make_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
