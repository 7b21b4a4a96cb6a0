"""Move: the folders of a run, so that it appears whole or not at all, and two of them never write into the same one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from poa_eval.errors import ArchivoError, Place

_REPORTS = ("cuadernos", "unidades")


def put_beside(folder: Path, what: str) -> Path:
    """Return the path of what is kept beside a run's folder, out of sight."""
    return folder.with_name(f".{folder.name}.{what}")


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Hold a run's folder, so that no other run writes into it meanwhile; the hold ends with the process at the latest.

    Raises
    ------
    ArchivoError
        Another run holds it.
    """
    path, is_new = put_beside(folder, "candado"), not folder.parent.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        file = path.open("a")
        try:
            _lock(file)
        except OSError:
            file.close()
            raise ArchivoError(
                "otra ejecución está escribiendo en esta carpeta",
                "una ejecución a la vez en cada carpeta",
                "espere a que termine la otra, o elija otra carpeta con --out",
                lugar=Place(str(folder)),
            ) from None
        with suppress(OSError):
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                break
        file.close()  # whoever held it has just removed it
    try:
        yield
    finally:
        with suppress(OSError):
            if os.name == "nt":
                file.close()
            path.unlink()
        file.close()
        if is_new:
            with suppress(OSError):
                folder.parent.rmdir()


def _lock(file: IO[str]) -> None:
    """Lock a file for this process, or raise OSError at once."""
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def recover(folder: Path) -> None:
    """Put the folder right after a run that was cut short, and refuse one that no run has made."""
    old = put_beside(folder, "anterior")
    if old.exists() and not folder.exists():
        old.rename(folder)
    if not _remove(old):
        raise ArchivoError(
            "la carpeta de una ejecución anterior, que no se pudo borrar",
            "que se pueda borrar: la nueva ejecución está en su lugar",
            "quite la protección de sus archivos, cierre los que estén abiertos, y bórrela",
            lugar=Place(str(old)),
        )
    if folder.exists() and not (folder / "run.json").is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise ArchivoError(
            "ya existe y no la hizo una ejecución (no tiene run.json)",
            "una carpeta nueva o la de una ejecución anterior",
            "muévala o elija otra carpeta con --out",
            lugar=Place(str(folder)),
        )


def clear(new: Path, *, keep: bool) -> None:
    """Empty the folder in which a run is written; keep the reports that one that was cut short has finished."""
    for path in list(new.glob("*")) if new.exists() else ():
        if path.name not in (*_REPORTS, "index.html") or not keep:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name in _REPORTS:
        (new / name).mkdir(parents=True, exist_ok=True)


def drop_others(new: Path, paths: set[str]) -> None:
    """Drop reports that are not of this run, but of one that was cut short."""
    for path in [path for name in _REPORTS for path in new.glob(f"{name}/*")]:
        if path.relative_to(new).as_posix() not in paths:
            path.unlink()


def move_in(folder: Path, new: Path) -> None:
    """Put a run that is whole in the place of the one before."""
    old = put_beside(folder, "anterior")
    try:
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    except OSError:
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise
    _remove(old)


def _remove(old: Path) -> bool:
    """Remove a folder, also one protected against writing, or a link to one; say whether it is gone."""
    if old.is_symlink():
        old.unlink()
    for path in (old, *old.rglob("*")) if old.exists() else ():
        if path.is_dir() and not path.is_symlink() and not os.access(path, os.W_OK):
            with suppress(OSError):
                path.chmod(0o700)
    shutil.rmtree(old, ignore_errors=True)
    return not os.path.lexists(old)
