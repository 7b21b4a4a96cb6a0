"""Folder of a run: locked against another run, written beside its place and moved in, so that it appears whole."""

import os
import shutil
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from poa_eval.errors import ArchivoError, Place

_REPORTS = ("cuadernos", "unidades")


@dataclass(frozen=True)
class RunOutcome:
    """What a run left."""

    carpeta: Path
    #: Unit (None: the institution's report) and message of each report that could not be made.
    fallidas: tuple[tuple[str | None, str], ...] = ()
    elaborados: int = 0  # reports that were made; the others had not changed


def put_beside(folder: Path, what: str) -> Path:
    """Return the path of what is kept beside a run's folder, out of sight."""
    return folder.with_name(f".{folder.name}.{what}")


def claim(folder: Path) -> Callable[[], None]:
    """Hold a run's folder, so that no other run writes into it meanwhile, and put it right; return what releases it.

    The hold ends with the process at the latest; a folder that another run holds is refused.
    """
    path, is_new = put_beside(folder, "candado"), not folder.parent.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path, timeout=0.1, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        raise ArchivoError(
            "otra ejecución está escribiendo en esta carpeta",
            "una ejecución a la vez en cada carpeta",
            "espere a que termine la otra, o elija otra carpeta con --out",
            lugar=Place(str(folder)),
        ) from None
    with ExitStack() as held:
        held.callback(_release, lock, path, folder.parent if is_new else None)
        recover(folder)
        return held.pop_all().close


def _release(lock: BaseFileLock, path: Path, made: Path | None) -> None:
    """Release a lock, and remove its file, and the folder that was made for it if nothing else is there."""
    with suppress(OSError):
        if os.name == "nt":  # where nobody can remove what is open; elsewhere nobody may lock what is to go
            lock.release()
        path.unlink()
    lock.release()
    if made is not None:
        with suppress(OSError):
            made.rmdir()


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


def drop_draft(folder: Path) -> None:
    """Drop what a run that was cut short left beside its folder."""
    shutil.rmtree(put_beside(folder, "nuevo"), ignore_errors=True)


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
