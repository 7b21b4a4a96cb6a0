"""Where the tests' documents lie, and the programs that some of them need."""

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = ROOT / "tests" / "fixtures"
SHARED = ROOT.parent / "shared"


def need_program(name: str) -> str:
    """Return the path of a program; where it is missing skip, but fail in .ci/run, which installs it."""
    path = shutil.which(name)
    if path is None:
        (pytest.fail if os.environ.get("POA_EVAL_CI") else pytest.skip)(f"no {name} on this machine")
    return path
