"""Inputs of a run: params, notebooks and documents, the folder it goes to, and a key that changes with any of them."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from poa_eval.config.params import Params, find_project, load_params
from poa_eval.errors import ArchivoError, Place
from poa_eval.runs.cache import hash_files, make_key

UNIT_NOTEBOOK = "informe_unidad.ipynb"
INSTITUTION_NOTEBOOK = "informe_institucional.ipynb"


@dataclass(frozen=True)
class RunInputs:
    """What the run of a quarter is made of; nothing but the params has been read into figures yet."""

    path: Path  # params file
    params: Params
    root: Path  # the project
    folder: Path
    notebooks: dict[str, str]  # text by file name
    key: str


def read_inputs(path: Path, out: str | Path | None = None, root: str | Path | None = None) -> RunInputs:
    """Read params and notebooks of a run, and hash its documents, or say which of them is wrong."""
    params = load_params(path)
    project = find_project(path) if root is None else Path(root)
    notebooks = {name: _read_notebook(project, name) for name in (INSTITUTION_NOTEBOOK, UNIT_NOTEBOOK)}
    key = make_key(path.name, params.plain(), notebooks, _hash_documents(params, project))
    return RunInputs(path, params, project, find_folder(path, out, project), notebooks, key)


def find_folder(path: Path, out: str | Path | None, root: str | Path | None) -> Path:
    """Return the folder of a params file's run: in `out`, or in ``reports/`` of the project."""
    reports = Path(out) if out is not None else (find_project(path) if root is None else Path(root)) / "reports"
    return reports / path.stem


def _read_notebook(root: Path, name: str) -> str:
    path, way_out = root / "notebooks" / name, "recupere la carpeta notebooks/ del proyecto"
    if not path.is_file():
        raise ArchivoError("el cuaderno no existe", "un cuaderno", way_out, lugar=Place(f"notebooks/{name}"))
    try:
        text = path.read_bytes().decode("utf-8")
        is_notebook = _is_notebook(json.loads(text))
    except (ValueError, TypeError, KeyError):
        is_notebook = False
    if not is_notebook:
        found, expected = "un archivo que no es un cuaderno, o está dañado", "un cuaderno de Jupyter (JSON, UTF-8)"
        raise ArchivoError(found, expected, way_out, lugar=Place(f"notebooks/{name}"))
    return text


def _is_notebook(content: dict) -> bool:
    """Say whether a notebook can be executed, without loading for it what a run loads elsewhere."""
    parts = [(cell["metadata"], cell["cell_type"] in ("code", "markdown", "raw")) for cell in content["cells"]]
    texts = all(isinstance(cell["source"], str | list) for cell in content["cells"])
    return texts and content["nbformat"] == 4 and all(isinstance(m, dict) and kind for m, kind in parts)


def _hash_documents(params: Params, root: Path) -> list[tuple[str, str]]:
    """Return name and sha256 of each file that the params name, alone or in a folder."""
    named = [text for source in params.fuentes for text in (source.archivo, source.layout)]
    found: list[tuple[str, str]] = []
    for name in filter(None, [*named, params.perfil, params.nombres, *params.respuestas]):
        path = root / name
        try:
            if path.is_dir():
                found += hash_files(path).items()
            elif path.is_file():
                found.append((name, hashlib.sha256(path.read_bytes()).hexdigest()))
        except OSError:
            way_out = "revise el permiso de lectura, o corrija el nombre en los parámetros"
            raise ArchivoError(
                "un archivo que no se puede leer", "un archivo que se pueda leer", way_out, lugar=Place(name)
            ) from None
    return found
