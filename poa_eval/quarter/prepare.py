"""Prepare a quarter: load and merge its sources, or one document, check and measure them."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from poa_eval.audit.findings import check
from poa_eval.audit.ledger import Ledger
from poa_eval.config.accepted_names import Names, load_names
from poa_eval.config.params import Params, make_params
from poa_eval.errors import FormatoError, LayoutError, Place
from poa_eval.forms.capture_reader import apply_captures
from poa_eval.forms.observations import read_answers, read_books, settle_answers
from poa_eval.layouts.catalog import find_layout
from poa_eval.loaders.behaviour import infer_accumulation
from poa_eval.loaders.load import load, shape_document
from poa_eval.metrics.due import close_month, find_corte
from poa_eval.metrics.evaluability import is_plan_only
from poa_eval.metrics.evaluation import measure
from poa_eval.metrics.registry import take_profile
from poa_eval.plan.merge import merge_plans
from poa_eval.plan.notes import IDLE_RULE, Statement
from poa_eval.plan.plan import Plan
from poa_eval.quarter.aliases import note_names
from poa_eval.quarter.quarter import Quarter
from poa_eval.readers.cells import RawDocument
from poa_eval.readers.formats import read_raw
from poa_eval.readers.marker import CAPTURE, find_kind, read_marker, refuse_form


def prepare_quarter(params: Params, root: str | Path) -> Quarter:
    """Load, merge, check and measure the sources of a quarter.

    Parameters
    ----------
    params : Params
    root : path-like
        Folder from which the file names in `params` are counted.

    Raises
    ------
    PoaError
        A source cannot be read, contradicts another, or is of another year.
    """
    root = Path(root)
    profile = take_profile(str(root / params.perfil) if params.perfil.endswith((".yaml", ".yml")) else params.perfil)
    names = load_names(root / params.nombres) if params.nombres else Names()
    plans, captures, sources = [], [], []
    for source in params.fuentes:
        layout = source.layout
        document = read_raw(root / source.archivo)
        if find_kind(document) == CAPTURE:
            captures.append((document, source.reemplaza))
            sources.append(_describe_source(source.archivo, document, root, "captura"))
            continue
        refuse_form(document)
        if layout == "captura":
            raise FormatoError(
                "un documento que no es un libro de captura",
                "un libro hecho por `poa-eval capture`",
                "quite `layout: captura` de los parámetros, o cambie la fuente",
                lugar=Place(source.archivo),
            )
        known = find_layout(str(root / layout) if layout.endswith((".yaml", ".yml")) else layout) if layout else None
        plan = shape_document(
            document, known, ejercicio=params.ejercicio, names=names.by_column(), identidad=source.identidad
        )
        if plan.ejercicio != params.ejercicio:
            raise FormatoError(
                f"un documento del ejercicio {plan.ejercicio}",
                f"un documento del ejercicio {params.ejercicio}, como dicen los parámetros",
                "corrija `ejercicio:` en los parámetros, o cambie la fuente",
                lugar=Place(source.archivo),
            )
        plans.append((plan, source.reemplaza))
        sources.append(_describe_source(source.archivo, document, root, plan.rule("layout")))
    _refuse_idle_rules([plan for plan, _ in plans])
    merged = merge_plans([plan for plan, _ in plans], replaces=[may_change for _, may_change in plans])
    merged = infer_accumulation(merged) if len(plans) > 1 else merged
    said = merged.contexto[merged.contexto["clave"] != IDLE_RULE]  # idle in one source, at work in another
    merged = replace(merged, institucion=params.institucion, contexto=said.reset_index(drop=True))
    plan = note_names(merged, names, params.nombres or "")
    if captures:
        documents, replaces = zip(*captures, strict=True)
        plan = apply_captures(plan, documents, trimestre=params.trimestre, replaces=replaces)
    ledger = Ledger(plan)
    plan = plan.add_notes(ledger.inferred_rules)
    books = read_books(params.respuestas, root)
    answers = read_answers([document for _, document in books], plan, params.trimestre)
    sources += [_describe_source(name, document, root, "observaciones") for name, document in books]
    evaluation = measure(plan, params.trimestre, perfil=profile, fecha_corte=params.fecha_corte)
    findings = check(plan, windows=evaluation.windows, ledger=ledger)
    table = settle_answers(findings, answers) if books else answers
    quarter = Quarter(params, root, plan, findings, evaluation, pd.DataFrame(sources), respuestas=table)
    return quarter.keep(ledger)


def _refuse_idle_rules(plans: Sequence[Plan]) -> None:
    """Refuse a rule of behaviour that matches no activity in any source of its layout: it would have no effect."""
    idle: dict[str, list[set[str]]] = {}
    for plan in plans:
        said = {note.text for note in plan.list_notes(Statement) if note.name == IDLE_RULE}
        idle.setdefault(str(plan.rule("layout")), []).append(said)
    for layout, found in idle.items():
        if always := sorted(set.intersection(*found)):
            raise LayoutError(
                f"reglas del layout {layout}: {'; '.join(always)}",
                "reglas que alguna actividad de las fuentes cumple",
                "corrija los textos de `cuando:` (`*` vale por cualquier texto), o quite la regla",
            )


def prepare_document(archivo: str, layout: str | None, trimestre: int | None, root: Path) -> Quarter:
    """Load, check and measure one document; without a quarter, at the last that it reports, or the first of a plan.

    Its path is counted from `root`, as is that of a layout that is a YAML file; without one, it is found by the
    headings. Raises PoaError: the document cannot be read.
    """
    path = root / archivo
    plan = load(path, str(root / layout) if layout and layout.endswith((".yaml", ".yml")) else layout)
    quarter = trimestre or (1 if is_plan_only(plan) else max(1, (find_corte(plan) + 2) // 3))
    date = close_month(plan.ejercicio, 3 * quarter)
    values = {"institucion": plan.institucion, "ejercicio": plan.ejercicio, "trimestre": quarter, "fecha_corte": date}
    params = make_params({**values, "fuentes": [{"archivo": archivo, "layout": layout}]})
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    source = {"archivo": archivo, "layout": plan.rule("layout"), "sha256": digest, "unidad_id": None}
    evaluation, ledger = measure(plan, quarter, fecha_corte=date), Ledger(plan)
    findings = check(plan, windows=evaluation.windows, ledger=ledger)
    return Quarter(params, root, plan, findings, evaluation, pd.DataFrame([source])).keep(ledger)


def _describe_source(name: str, document: RawDocument, root: Path, layout: str | None) -> dict[str, str | None]:
    unit = dict(row[:2] for row in read_marker(document) if len(row) > 1).get("unidad_id")
    digest = hashlib.sha256((root / name).read_bytes()).hexdigest()
    return {"archivo": name, "layout": layout, "sha256": digest, "unidad_id": unit}
