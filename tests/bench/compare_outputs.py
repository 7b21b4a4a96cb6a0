"""Record what the program says and writes, and compare two records byte by byte: proof for changes that move code.

Before such a change, from a clone whose package is installed: ``python tests/bench/compare_outputs.py record BEFORE``;
after it ``record AFTER``, then ``compare BEFORE AFTER``, which lists what differs and exits 1 if anything does that is
not named in `EXPECTED`. A record holds the runs of every params file, the run of an institution of 40 units that is
made up, the workbooks to fill in, and what ``check --json``, ``load`` and ``draft`` say of every document shipped with
the project, of the tests' fixtures and of what lies in ``../shared`` where it is there, hostile files apart: some
never end. Not a test: it takes minutes.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
DOCUMENTS = {".csv", ".docx", ".html", ".ods", ".txt", ".xls", ".xlsx"}
#: Times and memories of a run, which are its own each time.
LEFT_OUT = ("*.tiempos.json", "*.huellas.json")
#: Files that a change may make differ, each with the reason; those of the last one, from 0.1.0 to the rooms.
EXPECTED = {
    "runs/*/cuadernos/*.ipynb": "the notebooks call sections by new names",
    "runs/*/run.json": "which has the hashes of the notebooks",
    "runs/demo-t3/*": "the workbook of the made-up institution bears the time in which it was written",
    "said/fixtures__tables__*": "fixtures that are new",
}


def record(out: Path) -> None:
    """Write a record into a new folder."""
    project, documents = out / "project", out / "documents"
    for name in ("data", "params", "notebooks"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    from made import write_project

    made = write_project(out / "made", [f"Unidad {i:03}" for i in range(40)], activities=3)
    for notebook in ("informe_unidad.ipynb", "informe_institucional.ipynb"):
        shutil.copy(ROOT / "notebooks" / notebook, made.parents[1] / "notebooks")
    params = sorted((project / "params").glob("*.yaml"))
    for number, path in enumerate([*params, made]):
        told = call("run", path.relative_to(out), "--out", "runs", "--force", cwd=out)
        (out / "runs" / f"{number}.said.txt").write_text(told, encoding="utf-8")
        told = call("capture", path.relative_to(out), "--out", f"capture/{path.stem}", cwd=out)
        (out / "capture").mkdir(exist_ok=True)
        (out / "capture" / f"{path.stem}.said.txt").write_text(told, encoding="utf-8")
    folders = {"data": ROOT / "data", "fixtures": ROOT / "tests" / "fixtures", "shared": ROOT.parent / "shared"}
    for name, folder in folders.items():
        if folder.is_dir():
            shutil.copytree(folder, documents / name)
    found = (path for path in documents.rglob("*") if path.suffix in DOCUMENTS)
    paths = sorted(path for path in found if "truth" not in path.as_posix() and "hostile" not in path.parts)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda path: try_document(path, documents, out / "said"), paths))
    print(f"{len(paths)} documents and {len(params) + 1} runs in {out}")


def try_document(path: Path, documents: Path, said: Path) -> None:
    """Keep what the commands say of a document."""
    name = path.relative_to(documents)
    folder = said / f"{name.as_posix().replace('/', '__')}"
    folder.mkdir(parents=True)
    layouts = [ROOT / "tests" / "tables" / f"{stem}.yaml" for stem in TABLES if TABLES[stem] in path.name]
    layouts.append(path.with_suffix(".yaml"))
    layout = next((("--layout", layout) for layout in layouts if layout.is_file()), ())
    for command, *options in (("check", "--json"), ("load", "--out", os.path.relpath(folder / "load", documents))):
        told = call(command, name, *options, *layout, cwd=documents)
        (folder / f"{command}.txt").write_text(told, encoding="utf-8")
    (folder / "draft.txt").write_text(call("draft", name, cwd=documents), encoding="utf-8")


TABLES = {
    "gachancipa-plan-indicativo": "gachancipa",
    "metepec-pbrm-02a": "metepec",
    "nuestras-ciudades-poi": "nuestras-ciudades",
    "prosperidad-social-poa": "prosperidad",
}


def call(*arguments: object, cwd: Path) -> str:
    """Return what a command says and its exit code, without the folder it lies in."""
    settings = {"PYTHONPATH": str(ROOT), "COLUMNS": "120", "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "poa_eval", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=cwd, env=os.environ | settings, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    text = f"{done.stdout}\n--- stderr\n{done.stderr}\n--- code {done.returncode}\n"
    for folder in (cwd.resolve(), ROOT):
        text = text.replace(str(folder), "…")
    return re.sub(r"\S*/tmp\w+/", "…/", text)


def hash_record(folder: Path) -> dict[str, str]:
    """Return the sha256 of each file of a record but its inputs; of a workbook that of its parts, times apart."""
    hashes = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        is_output = path.is_file() and not name.startswith(("project/", "documents/", "made/"))
        if is_output and not any(fnmatch(path.name, pattern) for pattern in LEFT_OUT):
            hashes[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return hashes


def compare(before: Path, after: Path) -> int:
    """Print what differs between two records; return 1 if anything does that is not expected, else 0."""
    old, new = hash_record(before), hash_record(after)
    if not old:
        raise SystemExit(f"no record in {before}")
    found = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    bad = 0
    for name in found:
        reason = next((why for pattern, why in EXPECTED.items() if fnmatch(name, pattern)), None)
        bad += reason is None
        state = "only before" if name not in new else "only after" if name not in old else "differs"
        print(f"{'' if reason else '! '}{name}: {state}{f' ({reason})' if reason else ''}")
        if name.endswith(".xlsx") and name in old and name in new:
            print(f"    {', '.join(list_parts(before / name, after / name))}")
    print(f"{len(old)} files before, {len(new)} after, {len(found)} differ, {bad} of them unexpected")
    return int(bad > 0)


def list_parts(before: Path, after: Path) -> list[str]:
    """List the parts in which two workbooks differ."""
    with zipfile.ZipFile(before) as one, zipfile.ZipFile(after) as other:
        old, new = ({name: book.read(name) for name in book.namelist()} for book in (one, other))
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def main() -> int:
    """Record or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("record").add_argument("out", type=Path)
    both = commands.add_parser("compare")
    both.add_argument("before", type=Path)
    both.add_argument("after", type=Path)
    asked = parser.parse_args()
    if asked.command == "compare":
        return compare(asked.before, asked.after)
    record(asked.out.resolve())
    return 0


if __name__ == "__main__":
    sys.exit(main())
