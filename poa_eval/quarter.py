"""A quarter made ready: sources loaded and merged, checked and measured, for a run or a notebook."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path

import pandas as pd

from poa_eval.accepted import Names, load_names, note_names
from poa_eval.answers import COLUMNS, read_answers, read_books, settle_answers
from poa_eval.captured import apply_captures
from poa_eval.check import check
from poa_eval.errors import FormatoError, ParamsError, Place
from poa_eval.filled import CAPTURE, find_kind, read_marker, refuse_form
from poa_eval.layout import find_layout
from poa_eval.ledger import note_rules
from poa_eval.load import merge_plans
from poa_eval.measure import Evaluation, measure
from poa_eval.names import fold, suggest, suggest_sentence
from poa_eval.params import Params, find_root, make_params
from poa_eval.plan import COLUMNS as PLAN_COLUMNS
from poa_eval.plan import Plan
from poa_eval.profile import find_profile
from poa_eval.read import RawDocument, read_raw
from poa_eval.shape import shape_document


@dataclass(frozen=True)
class Quarter:
    """All that a report of a quarter is made of.

    Parameters
    ----------
    params : Params
    root : Path
        Folder from which file names in `params` are counted.
    plan : Plan
    hallazgos : DataFrame
        As `check` gives it.
    evaluacion : Evaluation
    fuentes : DataFrame
        Columns `archivo`, `layout`, `sha256`, and `unidad_id` of a workbook that one unit filled in.
    unidad : str or None
        The unit of a unit's report; None for the institution.
    respuestas : DataFrame
        What units answered to the findings, as `settle_answers` gives it; empty where params name no answers.
    """

    params: Params
    root: Path
    plan: Plan
    hallazgos: pd.DataFrame
    evaluacion: Evaluation
    fuentes: pd.DataFrame
    unidad: str | None = None
    respuestas: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=COLUMNS))

    def __repr__(self) -> str:
        """Return the quarter in a line: of whom, and of what."""
        unit = f"unidad {self.unidad}, " if self.unidad else ""
        return f"<Quarter: {unit}{len(self.hallazgos)} hallazgos, {self.evaluacion!r}>"

    def unit(self, unidad: str) -> Quarter:
        """Return the quarter restricted to one unit: nothing of another unit is left in any table.

        Raises
        ------
        ParamsError
            There is no such unit; the nearest is suggested.
        """
        unit_id = self.find_unit(unidad)
        plan, evaluation = self.plan, self.evaluacion
        own = plan.actividades["unidad_id"] == unit_id
        ids = set(plan.actividades.loc[own, "actividad_id"])
        goals = set(plan.metas.loc[plan.metas["unidad_id"] == unit_id, "meta_id"])
        notes = plan.contexto["clave"].map(lambda key: _owner(key, ids | goals, unit_id))
        sub_plan = plan.narrow(
            unidades=_pick(plan.unidades, plan.unidades["unidad_id"] == unit_id),
            metas=_pick(plan.metas, plan.metas["unidad_id"] == unit_id),
            actividades=_pick(plan.actividades, own),
            lineas=_pick(plan.lineas, plan.lineas["padre_id"].isin(ids | goals)),
            avances=_pick(plan.avances, plan.avances["actividad_id"].isin(ids)),
            calendario=_pick(plan.calendario, plan.calendario["actividad_id"].isin(ids)),
            publicado=_pick(plan.publicado, plan.publicado["clave"].isin(ids | {unit_id})),
            foda=_pick(plan.foda, plan.foda["unidad_id"] == unit_id),
            contexto=_pick(plan.contexto, notes.astype(bool)),
        )
        sub_evaluation = replace(
            evaluation,
            plan=sub_plan,
            actividades=_pick(evaluation.actividades, evaluation.actividades["unidad_id"] == unit_id),
            unidades=_pick(evaluation.unidades, evaluation.unidades["unidad_id"] == unit_id),
            institucion=evaluation.institucion.iloc[0:0],
        )
        sources = _pick(self.fuentes, self.fuentes["unidad_id"].isna() | (self.fuentes["unidad_id"] == unit_id))
        return replace(
            self,
            plan=sub_plan,
            hallazgos=_pick(self.hallazgos, self.hallazgos["unidad_id"] == unit_id),
            evaluacion=sub_evaluation,
            fuentes=sources.drop(columns="sha256"),  # which changes with any other unit's figures
            unidad=unit_id,
            respuestas=_pick(self.respuestas, self.respuestas["unidad_id"] == unit_id),
        )

    def fingerprint(self) -> str:
        """Return a hash of all that a report of this quarter is made of: the same for the same content."""
        return hashlib.sha256(repr(_list_content(self)).encode()).hexdigest()

    def find_unit(self, unidad: object) -> str:
        """Return the id of a unit given by its id, in any case and spelling of accents.

        Raises
        ------
        ParamsError
            There is no such unit; the nearest is suggested.
        """
        known = {fold(unit_id): unit_id for unit_id in self.plan.unidades["unidad_id"]}
        found = known.get(fold(str(unidad)))
        if found is None:
            hint = suggest_sentence(str(unidad), self.plan.unidades["unidad_id"])
            if isinstance(unidad, int):
                hint += " Si la clave empieza con ceros, pásela como texto: `-r unidad 0303`."
            raise ParamsError(f"la unidad «{unidad}»", "una unidad del plan", hint)
        return found


def _owner(key: str, ids: set[str], unit_id: str) -> bool:
    """Say whether a row of `contexto` may stand in a unit's report: its own, or of the whole document.

    What the lines above other units' tables say (eje, programa …) is theirs.
    """
    kind, _, rest = key.partition("/")
    if rest:
        return rest == unit_id or rest.split("/")[0] in ids
    return kind not in PLAN_COLUMNS["actividades"] and kind != "texto"


def _list_content(value: object) -> object:
    """List the content of tables and records down to plain values, whose text is exact."""
    if isinstance(value, pd.DataFrame):
        return [(name, column.tolist()) for name, column in value.items()]
    if is_dataclass(value):
        return [(field.name, _list_content(getattr(value, field.name))) for field in fields(value)]
    return None if isinstance(value, Path) else value


def _pick(table: pd.DataFrame, mask: pd.Series) -> pd.DataFrame:
    return table[mask].reset_index(drop=True) if len(table) else table


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
    profile = find_profile(str(root / params.perfil) if params.perfil.endswith((".yaml", ".yml")) else params.perfil)
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
        plan = shape_document(document, known, ejercicio=params.ejercicio, names=names.by_column())
        if plan.ejercicio != params.ejercicio:
            raise FormatoError(
                f"un documento del ejercicio {plan.ejercicio}",
                f"un documento del ejercicio {params.ejercicio}, como dicen los parámetros",
                "corrija `ejercicio:` en los parámetros, o cambie la fuente",
                lugar=Place(source.archivo),
            )
        plans.append((plan, source.reemplaza))
        sources.append(_describe_source(source.archivo, document, root, plan.rule("layout")))
    merged = merge_plans([plan for plan, _ in plans], replaces=[may_change for _, may_change in plans])
    plan = note_names(replace(merged, institucion=params.institucion), names, params.nombres or "")
    if captures:
        documents, replaces = zip(*captures, strict=True)
        plan = apply_captures(plan, documents, trimestre=params.trimestre, replaces=replaces)
    plan = note_rules(plan)
    books = read_books(params.respuestas, root)
    answers = read_answers([document for _, document in books], plan, params.trimestre)
    sources += [_describe_source(name, document, root, "observaciones") for name, document in books]
    findings = check(plan, corte=params.fecha_corte, perfil=profile)
    evaluation = measure(plan, params.trimestre, perfil=profile, fecha_corte=params.fecha_corte)
    table = settle_answers(findings, answers) if books else answers
    return Quarter(params, root, plan, findings, evaluation, pd.DataFrame(sources), respuestas=table)


def _describe_source(name: str, document: RawDocument, root: Path, layout: str | None) -> dict[str, str | None]:
    unit = dict(row[:2] for row in read_marker(document) if len(row) > 1).get("unidad_id")
    digest = hashlib.sha256((root / name).read_bytes()).hexdigest()
    return {"archivo": name, "layout": layout, "sha256": digest, "unidad_id": unit}


#: A quarter that is at hand, pickled and, until it is asked for, as it is; root and parameters by which it may be.
_prepared: list[tuple[bytes, list[Quarter], Path, Params]] = []


def offer_prepared(pickled: bytes, root: Path) -> None:
    """Have `open_quarter` give this quarter, instead of preparing it, to whoever asks for exactly this one here."""
    quarter = pickle.loads(pickled)
    _prepared[:] = [(pickled, [quarter], find_root(root), quarter.params)]


def _find_prepared(root: Path, params: Params, unit: object) -> Quarter | None:
    """Return the quarter on offer if it is the one: a new copy, so that nobody meets what another did to it."""
    for pickled, fresh, *offered in _prepared:
        quarter = fresh.pop() if fresh else pickle.loads(pickled)
        unidad = quarter.unidad
        same = unit is unidad if None in (unit, unidad) else fold(str(unit)) == fold(unidad)
        if same and offered == [root, params]:
            return replace(quarter, root=root)
    return None


def open_quarter(namespace: Mapping[str, object]) -> Quarter:
    """Open the quarter that a notebook's variables describe; its first call.

    Parameters
    ----------
    namespace : mapping
        ``globals()`` of the notebook: its parameters, and with papermill those injected.

    Returns
    -------
    Quarter
        Of one unit where the notebook has a parameter `unidad`, else of the institution.

    Raises
    ------
    ParamsError
        Parameters are unknown, missing or badly typed, all said at once; or there is no such unit.
    """
    values = {
        name: value
        for name, value in namespace.items()
        if isinstance(value, str | int | float | list | tuple | dict | type(None))
        and not name.startswith("_")
        and name not in {"In", "Out"}
    }
    known = [*Params.model_fields, "unidad"]
    for name in values:
        if name not in known and suggest(name, known) == "unidad":
            raise ParamsError(f"el parámetro «{name}»", "los parámetros " + ", ".join(known), "¿quiso decir «unidad»?")
    unit = values.pop("unidad", None)
    params, root = make_params(values), find_root(Path.cwd())
    wanted = "" if "unidad" in namespace and unit is None else unit
    if (quarter := _find_prepared(root, params, wanted)) is not None:
        return quarter
    quarter = prepare_quarter(params, root)
    return quarter if "unidad" not in namespace else quarter.unit(unit)
