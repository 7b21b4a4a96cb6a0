"""YAML files as validated models: unknown keys are refused, all faults are said at once, in Spanish."""

from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from poa_eval.errors import ArchivoError, Place, PoaError
from poa_eval.text.names import suggest, suggest_sentence


class Model(BaseModel):
    """Base of layouts, profiles and params: frozen, strict about its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


M = TypeVar("M", bound=Model)

#: What pydantic finds: by its whole name, else by the first word of it.
_FAULTS = {
    "missing": "falta esta clave",
    "union_tag_not_found": "falta la clave `clase`",
    "too_short": "la lista está vacía o le faltan elementos",
    "string_too_short": "no puede estar vacío",
    "string_pattern_mismatch": "no puede estar vacío",
    "int": "debe ser un número entero",
    "float": "debe ser un número",
    "bool": "debe ser true o false",
    "string": "debe ser un texto (entre comillas si parece un número)",
    "date": "debe ser una fecha AAAA-MM-DD",
    "tuple": "debe ser una lista",
    "list": "debe ser una lista",
    "dict": "debe ser un grupo de claves",
    "model": "debe ser un grupo de claves",
}


class _Loader(yaml.SafeLoader):
    """Refuse a key that stands twice: the last one would win in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        """Make a mapping of a node, each key once."""
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                continue  # refused by the loader itself
            if key in seen and key_node.tag != "tag:yaml.org,2002:merge":
                raise yaml.MarkedYAMLError(problem=f"clave repetida: {key}", problem_mark=key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path, error: type[PoaError]) -> dict[str, Any]:
    """Read a YAML file that holds one mapping.

    Raises ArchivoError where it is no file or no text, an error of the class given where it is no such YAML.
    """
    if not path.is_file():
        siblings = [p.name for p in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
        near = suggest(path.stem, [Path(name).stem for name in siblings])
        hint = f" (¿quiso decir «{near}{path.suffix}»?)" if near else ""
        raise ArchivoError(
            "ningún archivo en esa ruta",
            "un archivo YAML",
            f"revise el nombre y la carpeta{hint}",
            lugar=Place(str(path)),
        )
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        raise error(
            (getattr(fault, "problem", None) or "") if "repetida" in str(fault) else "un YAML que no se puede leer",
            "claves y valores con dos puntos, y sangría de espacios",
            "revise comillas, dos puntos y sangría en esa línea",
            lugar=Place(path.name, None, f"L{mark.line + 1}" if mark else None),
        ) from None
    except UnicodeDecodeError:
        raise ArchivoError(
            "un texto que no es UTF-8", "un YAML en UTF-8", "guárdelo con codificación UTF-8", lugar=Place(path.name)
        ) from None
    except ValueError as fault:
        raise error(
            f"un valor que no existe ({fault})",
            "fechas y números que existan",
            "revise las fechas del archivo (AAAA-MM-DD)",
            lugar=Place(path.name),
        ) from None
    if not isinstance(content, dict):
        raise error("un YAML sin claves", "claves y valores", "compare con los YAML de ejemplo", lugar=Place(path.name))
    return content


def make_model(
    model: type[M], content: Mapping[str, Any], error: type[PoaError], place: Place, *, context: object = None
) -> M:
    """Make a model of a mapping; the error lists every fault with its key and, for unknown keys, the nearest one.

    `context` is for the model's validators.
    """
    try:
        return model.model_validate(content, context=context)
    except ValidationError as fault:
        faults = [item for item in fault.errors() if not _is_outer(item, fault.errors())]
        lines = [f"{_name_key(item['loc'], content)}: {_say(model, item)}" for item in faults]
        about_keys = any(item["type"] in ("missing", "extra_forbidden") for item in faults)
        raise error(
            "\n".join(lines),
            "las claves " + ", ".join(model.model_fields) if about_keys else "valores admitidos en cada clave",
            "corrija cada clave citada" + (" en el archivo" if place.archivo else ""),
            lugar=place,
        ) from None


def _is_outer(item: Any, faults: list[Any]) -> bool:
    """Say whether a list is too short only because what stands in it has a fault of its own."""
    loc = item["loc"]
    return item["type"] == "too_short" and any(f["loc"][: len(loc)] == loc for f in faults if len(f["loc"]) > len(loc))


def _name_key(loc: tuple[int | str, ...], content: Any) -> str:
    """Name a key by its path; what stands in a list by its number, from 1: ``fuentes (n.º 1).layout``."""
    shown = ""
    for part in loc:
        if isinstance(content, list | tuple) and isinstance(part, int):
            shown, content = f"{shown} (n.º {part + 1})", content[part]
        elif not str(part).startswith(("function-", "[key]")):
            shown += f".{part}" if shown else str(part)
            content = content.get(part, content) if isinstance(content, Mapping) else content
    return f"«{shown}»"


def _say(model: type[BaseModel], item: Any) -> str:
    kind = item["type"]
    if kind == "extra_forbidden":
        return "clave desconocida; " + suggest_sentence(str(item["loc"][-1]), _choices_at(model, item["loc"][:-1]))
    if kind == "value_error":
        return str(item["ctx"]["error"])
    if kind == "union_tag_invalid":
        tags = str(item["ctx"]["expected_tags"]).replace("'", "")
        return f"clase «{item['ctx']['tag']}» desconocida; opciones: {tags}"
    if kind in {"literal_error", "enum"}:
        choices = str(item["ctx"]["expected"]).replace(" or ", ", ").replace("'", "")
        return f"se encontró «{item['input']}»; opciones: {choices}"
    if kind.startswith(("greater_than", "less_than")):
        limit = next(iter(item["ctx"].values()))
        return f"se encontró «{item['input']}»; debe ser {'al menos' if 'greater' in kind else 'a lo más'} {limit}"
    text = _FAULTS.get(kind) or _FAULTS.get(kind.split("_")[0], "valor no admitido")
    if kind in ("missing", "union_tag_not_found", "too_short"):
        return text
    given = item["input"]
    kinds: dict[type, str] = {list: "una lista", tuple: "una lista", dict: "un grupo de claves"}
    found = "está vacía" if given is None else f"se encontró {kinds.get(type(given), f'«{given}»')}"
    return f"{found}; {text}"


def _choices_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys that are known where a fault lies; a kind (`clase`) in the path picks among the models."""
    current: list[type[BaseModel]] = [model]
    for part in loc:
        tagged = [m for m in current if "clase" in m.model_fields]
        kinds = [m for m in tagged if part in get_args(m.model_fields["clase"].annotation)]
        fields = [m.model_fields[part].annotation for m in current if part in m.model_fields]
        current = kinds or [found for field in fields for found in _models_in(field)] or current
    return list(dict.fromkeys(name for m in current for name in m.model_fields))


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)
