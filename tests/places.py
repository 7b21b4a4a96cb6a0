"""Where the tests' documents lie, and the programs that some of them need."""

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = ROOT / "tests" / "fixtures"
SHARED = ROOT.parent / "shared"


def need_program(name: str) -> str:
    """Return a program's path; skip the test where it is not installed, except where all must run."""
    found = shutil.which(name)
    if found is None and os.environ.get("POA_EVAL_CI"):
        pytest.fail(f"{name} is not installed, and POA_EVAL_CI asks for every test")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found
