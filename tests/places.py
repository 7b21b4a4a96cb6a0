"""Where the tests' documents lie, and the programs that some of them need."""

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = ROOT / "tests" / "fixtures"
SHARED = ROOT.parent / "shared"
#: A shipped workbook, to change a cell of.
BOOK = ROOT / "data" / "sat-2022" / "poi-2022-t4.xlsx"


def find_folders(**folders: Path) -> dict[str, Path]:
    """Return the folders that are there; those of ``../shared`` are not beside every clone."""
    return {kind: folder for kind, folder in folders.items() if folder.is_dir()}


TEXTS = find_folders(fixture=FIXTURES, untouched=SHARED / "documents")
TABLES = find_folders(excerpt=FIXTURES / "tables", whole=SHARED / "tables")


def list_texts(stem: str) -> list:
    """List the text of a document as tests' parameters: the clone's own and, where it is there, the untouched one."""
    return [pytest.param(folder / f"{stem}.txt", id=f"{stem}-{kind}") for kind, folder in TEXTS.items()]


def list_tables(name: str, **expected: tuple) -> list:
    """List a table of another institution, excerpt and, where it is there, whole table, each with what is expected."""
    found = {kind: (folder / name, *expected.get(kind, ())) for kind, folder in TABLES.items()}
    return [pytest.param(*values, id=f"{name}-{kind}") for kind, values in found.items()]


def need_program(name: str) -> str:
    """Return the path of a program; where it is missing skip, but fail in .ci/run, which installs it."""
    path = shutil.which(name)
    if path is None:
        (pytest.fail if os.environ.get("POA_EVAL_CI") else pytest.skip)(f"no {name} on this machine")
    return path
