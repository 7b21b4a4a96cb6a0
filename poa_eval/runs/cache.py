"""Cache: what an earlier run left that still holds, known by a hash of all that it depends on.

Beside each run's folder lies a hidden file, ``.<run>.huellas.json``: of each report the hash of what it was made of,
and of its files. The files themselves are the run's; those of a run that was cut short lie in ``.<run>.nuevo``.
"""

import hashlib
import json
import os
import platform
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

import poa_eval
from poa_eval.runs.folder import put_beside

LIBRARIES = "ipython jinja2 matplotlib nbconvert numpy pandas papermill python-calamine xlsxwriter".split()
_WHOLE = "ejecucion"


class RunCache:
    """What is known of the reports of the run in one folder."""

    def __init__(self, folder: Path):
        self._places = (put_beside(folder, "nuevo"), folder)
        self._file = put_beside(folder, "huellas.json")
        try:
            known = json.loads(self._file.read_text(encoding="utf-8"))
            self._known = {name: {key: record[key] for key in ("clave", "archivos")} for name, record in known.items()}
        except (OSError, ValueError, AttributeError, TypeError, KeyError):  # none yet, or not whole: all is made again
            self._known = {}

    def find(self, name: str, key: str) -> dict[str, bytes] | None:
        """Return the files of a report if they were made of the same, and nobody has changed them since."""
        record = self._known.get(name, {})
        if record.get("clave") != key:
            return None
        for place in self._places:
            with suppress(OSError):  # one is not there
                files = {path: (place / path).read_bytes() for path in record["archivos"]}
                if {path: _hash(content) for path, content in files.items()} == record["archivos"]:
                    return files
        return None

    def keep(self, name: str, key: str, files: dict[str, bytes]) -> None:
        """Remember the files of a report that were just written."""
        self._known[name] = {"clave": key, "archivos": {path: _hash(content) for path, content in files.items()}}
        self._save()

    def is_complete(self, key: str) -> bool:
        """Say whether the run's folder is whole, made of the same, and nobody has changed it since."""
        record = self._known.get(_WHOLE, {})
        return record.get("clave") == key and record["archivos"] == hash_files(self._places[-1])

    def close(self, key: str | None, names: set[str]) -> None:
        """Remember that the run is whole (key None: that something failed), and forget reports it no longer has."""
        self._known = {name: record for name, record in self._known.items() if name in names}
        if key is not None:
            self._known[_WHOLE] = {"clave": key, "archivos": hash_files(self._places[-1])}
        self._save()

    def _save(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_suffix(".tmp")
        draft.write_text(json.dumps(self._known, sort_keys=True), encoding="utf-8")
        os.replace(draft, self._file)


def make_key(*parts: object) -> str:
    """Return a hash of plain values, the package's code, its libraries and this Python."""
    return _hash(json.dumps([describe_software(), *parts], sort_keys=True).encode())


def list_versions() -> dict[str, str]:
    """Return the versions of what makes the reports."""
    versions = {"poa_eval": poa_eval.__version__, "python": platform.python_version()}
    return versions | {name: version(name) for name in LIBRARIES}


def hash_files(folder: Path) -> dict[str, str]:
    """Return the sha256 of all files in a folder, by their path in it; what is printed of them later does not count."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix not in (".pdf", ".pyc"))
    return {path.relative_to(folder).as_posix(): _hash(path.read_bytes()) for path in paths}


@cache
def describe_software() -> dict[str, str]:
    """Return what makes the reports: versions, that of the package with a hash of its code."""
    code = json.dumps(hash_files(Path(poa_eval.__file__).parent), sort_keys=True)
    return list_versions() | {"poa_eval": f"{poa_eval.__version__} ({_hash(code.encode())[:12]})"}


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
