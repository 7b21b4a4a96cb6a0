"""Verify: make a run again elsewhere, and compare every byte."""

import json
import tempfile
from pathlib import Path

from poa_eval.config.params import find_project
from poa_eval.errors import ArchivoError, Place
from poa_eval.runs.batch import ProgressCallback, run_quarter
from poa_eval.runs.cache import hash_files


def verify_run(
    folder: str | Path,
    *,
    jobs: int | None = None,
    timeout: float | None = None,
    on_progress: ProgressCallback | None = None,
) -> list[str]:
    """Make a run again from its own evidence, in a temporary place, and say what differs.

    Parameters
    ----------
    folder : str or Path
        Folder of a run, with its ``run.json``.
    jobs, timeout, on_progress
        As for `run_quarters`; the time that a notebook may take is that of the run, where one was stopped for it.

    Returns
    -------
    list of str
        A Spanish sentence for each difference; none if every byte is the same.

    Raises
    ------
    PoaError
        It is no run, or its sources are gone or wrong.
    """
    folder = Path(folder).resolve()
    evidence = folder / "run.json"
    try:
        before = json.loads(evidence.read_text(encoding="utf-8"))
        name, parameters, causes = Path(before["params"]).name, before["parametros"], _list_causes(before)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise ArchivoError(
            "no hay un run.json que se pueda leer",
            "la carpeta de una ejecución, con su run.json",
            "indique una carpeta hecha por `poa-eval run`, por ejemplo reports/NOMBRE",
            lugar=Place(str(evidence)),
        ) from None
    root = find_project(folder)
    if not (root / "notebooks").is_dir():
        raise ArchivoError(
            "una ejecución que no está en la carpeta de su proyecto",
            "el proyecto que la hizo, con sus documentos y cuadernos",
            "repita la orden desde la carpeta del proyecto (la que contiene notebooks/ y params/)",
            lugar=Place(str(folder)),
        )
    with tempfile.TemporaryDirectory(prefix="poa-") as place:
        params = Path(place) / name
        params.write_text(json.dumps(parameters, ensure_ascii=False), encoding="utf-8")  # JSON is YAML too
        options = {"jobs": jobs, "timeout": timeout, "on_progress": on_progress}
        made = run_quarter(params, out=Path(place) / "reports", root=root, **options).carpeta
        after = json.loads((made / "run.json").read_text(encoding="utf-8"))
        old, new = hash_files(folder), hash_files(made)
    return [*_compare_causes(causes, _list_causes(after)), *_compare_files(old, new)]


def _list_causes(run: dict) -> list[dict[str, str]]:
    """List what a run was made with: sources and notebooks with their digests, libraries with their versions."""
    sources = {source["archivo"]: source["sha256"] for source in run.get("fuentes", [])}
    return [sources, dict(run.get("cuadernos", {}).items()), dict(run.get("versiones", {}).items())]


def _compare_causes(before: list[dict[str, str]], after: list[dict[str, str]]) -> list[str]:
    """Say which sources, notebooks and libraries are others than those of the run."""
    sources, notebooks, (old, new) = zip(before, after, strict=True)
    told = [f"La fuente {name} cambió desde la ejecución." for name in _differ(*sources)]
    told += [f"El cuaderno {name} cambió desde la ejecución." for name in _differ(*notebooks)]
    texts = ((name, old.get(name, "ninguna"), new.get(name, "ninguna")) for name in _differ(old, new))
    return told + ["La ejecución usó otra versión de {}: {}; ahora es {}.".format(*text) for text in texts]


def _compare_files(old: dict[str, str], new: dict[str, str]) -> list[str]:
    words = {True: "difiere", False: "falta en la carpeta"}
    return [f"{path}: {'sobra en la carpeta' if path not in new else words[path in old]}" for path in _differ(old, new)]


def _differ(one: dict, other: dict) -> list[str]:
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
