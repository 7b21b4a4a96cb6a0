"""Verify: make a run again elsewhere, and compare every byte."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from poa_eval.errors import ArchivoError, Place
from poa_eval.params import find_project
from poa_eval.resume import hash_files
from poa_eval.run import Progress, run_quarter


def verify_run(folder: str | Path, *, jobs: int | None = None, on_progress: Progress | None = None) -> list[str]:
    """Make a run again from its own evidence, in a temporary place, and say what differs.

    Parameters
    ----------
    folder : str or Path
        Folder of a run, with its ``run.json``.
    jobs : int, optional
        As for `run_quarter`.
    on_progress : callable, optional
        As for `run_quarter`.

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
        name, parameters = Path(before["params"]).name, before["parametros"]
    except (OSError, ValueError, KeyError, TypeError):
        raise ArchivoError(
            "no hay un run.json que se pueda leer",
            "la carpeta de una ejecución, con su run.json",
            "indique una carpeta hecha por `poa-eval run`, por ejemplo reports/NOMBRE",
            lugar=Place(str(evidence)),
        ) from None
    root = find_project(folder)
    with tempfile.TemporaryDirectory(prefix="poa-") as place:
        params = Path(place) / name
        params.write_text(json.dumps(parameters), encoding="utf-8")  # JSON is YAML too
        made = run_quarter(params, out=Path(place) / "reports", root=root, jobs=jobs, on_progress=on_progress).carpeta
        after = json.loads((made / "run.json").read_text(encoding="utf-8"))
        old, new = hash_files(folder), hash_files(made)
    return [*_compare_causes(before, after), *_compare_files(old, new)]


def _compare_causes(before: dict, after: dict) -> list[str]:
    """Say which sources, notebooks and libraries are others than those of the run."""
    digests = [{source["archivo"]: source["sha256"] for source in run.get("fuentes", [])} for run in (before, after)]
    told = [f"La fuente {name} cambió desde la ejecución." for name in _differ(*digests)]
    notebooks, (old, new) = ([run.get(key, {}) for run in (before, after)] for key in ("cuadernos", "versiones"))
    told += [f"El cuaderno {name} cambió desde la ejecución." for name in _differ(*notebooks)]
    texts = ((name, old.get(name, "ninguna"), new.get(name, "ninguna")) for name in _differ(old, new))
    return told + ["La ejecución usó otra versión de {}: {}; ahora es {}.".format(*text) for text in texts]


def _compare_files(old: dict[str, str], new: dict[str, str]) -> list[str]:
    words = {True: "difiere", False: "falta en la carpeta"}
    return [f"{path}: {'sobra en la carpeta' if path not in new else words[path in old]}" for path in _differ(old, new)]


def _differ(one: dict, other: dict) -> list[str]:
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
