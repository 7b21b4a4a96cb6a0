"""Pack: a run made ready to be sent: its pages as PDF, and all that a reader needs in one file."""

import os
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from poa_eval.errors import ArchivoError, Place, PoaError

#: Browsers that can print without a window, by the names that they have on different systems.
BROWSERS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("msedge", "microsoft-edge", "microsoft-edge-stable"),
)
_WINDOWS_ROOTS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
_WINDOWS_FOLDERS = ("Microsoft/Edge/Application/msedge.exe", "Google/Chrome/Application/chrome.exe")
_MAX_SECONDS = 120
_READ = ("index.html", "unidades/*.html", "evaluacion.xlsx", "observaciones/*.xlsx", "index.pdf", "unidades/*.pdf")
_ZIP_STAMP = (1980, 1, 1, 0, 0, 0)


def find_browser() -> str | None:
    """Return the command of a browser that prints, or None."""
    folders = [Path(os.environ[name]) for name in _WINDOWS_ROOTS if name in os.environ]
    places = [folder / place for folder in folders for place in _WINDOWS_FOLDERS]
    found = [*(shutil.which(name) for name in BROWSERS), *(str(place) for place in places if place.is_file())]
    return next(filter(None, found), None)


def print_pages(folder: str | Path) -> tuple[list[Path], PoaError | None]:
    """Print each report of a run as a PDF beside its page.

    A PDF carries its time of printing: unlike all else in a run, its bytes differ from one printing to the next, so
    the evidence of the run leaves it out.

    Returns the PDFs, the institution's first; and why some are lacking: no browser, or a page that it does not print.
    """
    browser, made, problem = find_browser(), [], None
    if browser is None:
        return [], ArchivoError(
            "ningún navegador con el cual imprimir los informes en PDF",
            "Chromium, Google Chrome o Microsoft Edge instalado",
            "instale uno, o abra cada informe e imprímalo como PDF; todo lo demás quedó hecho",
        )
    with tempfile.TemporaryDirectory(prefix="poa_eval-", ignore_cleanup_errors=True) as private:
        for page in (Path(folder, "index.html"), *sorted(Path(folder, "unidades").glob("*.html"))):
            try:
                made.append(_print_page(browser, page, Path(private)))
            except PoaError as error:  # one page that is not printed does not stop the others
                problem = problem or error
    return made, problem


def _print_page(browser: str, page: Path, private: Path) -> Path:
    """Print one page, in a profile of its own, and move the PDF in when it is whole."""
    draft, target = private / "pagina.pdf", page.with_suffix(".pdf")
    options = "--headless --disable-gpu --no-first-run --disable-extensions --disable-background-networking".split()
    options += ["--no-pdf-header-footer", "--print-to-pdf-no-header", f"--user-data-dir={private / 'perfil'}"]
    if getattr(os, "geteuid", lambda: 1)() == 0:
        options.append("--no-sandbox")  # root, as in a container, cannot have one
    command = [browser, *options, f"--print-to-pdf={draft}", page.resolve().as_uri()]
    try:
        subprocess.run(command, capture_output=True, timeout=_MAX_SECONDS, check=True)
        shutil.move(draft, target)
    except (OSError, subprocess.SubprocessError) as error:
        raise ArchivoError(
            f"el navegador {Path(browser).name} no imprimió la página ({type(error).__name__})",
            "un PDF de la página",
            "abra la página en el navegador e imprímala como PDF; todo lo demás quedó hecho",
            lugar=Place(str(page)),
        ) from error
    return target


def pack_run(folder: str | Path) -> Path:
    """Pack what a reader needs of a run into ``<run>.zip`` beside it: pages, workbooks, and the PDFs if there are any.

    The notebooks, the tables as CSV and the evidence stay with the office. Without PDFs the same run gives the same
    bytes.
    """
    folder = Path(folder)
    target, draft = folder.with_name(f"{folder.name}.zip"), folder.with_name(f".{folder.name}.zip")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in (path for pattern in _READ for path in sorted(folder.glob(pattern))):
            entry = zipfile.ZipInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}", _ZIP_STAMP)
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    draft.replace(target)
    return target
