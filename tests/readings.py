"""Small documents of `fixtures/cases`, read by their layout, with keys of its edition changed where a test asks."""

from pathlib import Path

import yaml

import poa_eval as poa
from places import FIXTURES
from poa_eval.config.models import make_model
from poa_eval.errors import LayoutError, Place
from poa_eval.layouts.layout import Layout

CASES = FIXTURES / "cases"


def find_case(name: str) -> Path:
    """Return the document of a case, whatever kind of file it is."""
    return next(path for path in CASES.glob(f"{name}.*") if path.suffix != ".yaml")


def make_layout(name: str, *, locale: str | None = None, **keys: object) -> Layout:
    """Return the layout of a case with some keys of its edition changed; one that is given as None is left out."""
    said = yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))
    said["locale"] = locale or said["locale"]
    edition = next(iter(said["ediciones"].values()))
    edition.update(keys)
    for key in [key for key, value in edition.items() if value is None]:
        del edition[key]
    return make_model(Layout, said, LayoutError, Place(f"{name}.yaml"))


def read_case(name: str, *, document: Path | None = None, layout: str | None = None, **keys: object) -> poa.Plan:
    """Load a case, or another document of its kind, by its layout."""
    return poa.load(document or find_case(name), make_layout(layout or name, **keys))


def list_activities(plan: poa.Plan, *columns: str) -> dict[str, tuple]:
    """Return columns of the activities by name, missing values as None."""
    table = plan.actividades.astype(object).where(plan.actividades.notna(), None)
    return {row["actividad"]: tuple(row[name] for name in columns) for row in table.to_dict("records")}


def evaluate(plan: poa.Plan, quarter: int, *columns: str) -> dict[str, tuple]:
    """Return columns of the evaluation of each activity by its name, rounded to two decimals, missing as None."""
    table = poa.measure(plan, quarter).actividades
    table = table.astype(object).where(table.notna(), None)

    def show(value: object) -> object:
        return round(value, 2) if isinstance(value, float) else value

    return {row["actividad"]: tuple(show(row[name]) for name in columns) for row in table.to_dict("records")}


def list_findings(plan: poa.Plan, *rules: str) -> list[tuple[str, str]]:
    """Return (rule, severity) of each finding, of some rules or of all."""
    found = poa.check(plan)
    found = found[found["regla"].isin(rules)] if rules else found
    return list(zip(found["regla"], found["gravedad"], strict=True))
