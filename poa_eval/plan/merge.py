"""Merge: the documents of one institution and year into one plan; what contradicts is refused or kept as a change."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from poa_eval.errors import ConflictoError
from poa_eval.plan.accumulation import DECLARED, DEFAULT, PROVED, SERIES
from poa_eval.plan.folding import fold_periods
from poa_eval.plan.notes import Change, ChangedText, Comment, PeriodComment, Repair, Said, Variant
from poa_eval.plan.plan import Plan
from poa_eval.plan.schema import COLUMNS, DESCRIBING, make_table
from poa_eval.text.names import make_unit_id, normalize
from poa_eval.text.periods import name_period
from poa_eval.text.wording import is_present

_FIGURES = ["programado", "ejecutado"]
_KEY = ["actividad_id", "mes", "meses"]
_TOLERANCE = 1e-9
_ORIGIN = "acumulacion_origen"
_BEHAVIOUR = ["acumulacion", "acumulacion_programado", _ORIGIN]
_ORIGINS = (DECLARED, PROVED, DEFAULT)  # the best known first
#: Statements of the cut-off: the newer document's holds.
CUTOFF = {"corte_trimestre", "corte_mes"}


def merge_plans(plans: Sequence[Plan], *, replaces: Iterable[bool] | None = None) -> Plan:
    """Merge the documents of one institution and year into one plan.

    Parameters
    ----------
    plans : sequence of Plan
        In the order in which the documents were issued.
    replaces : iterable of bool, optional
        For each plan, whether it may change what an earlier one reported; each change is noted (`Change`) and becomes
        a finding.

    Raises
    ------
    ConflictoError
        Two documents report different figures for one activity and period, or are of different years.
    """
    if not plans:
        raise ConflictoError("ninguna fuente", "al menos una", "nombre en `fuentes:` un documento del plan")
    merged = plans[0]
    for plan, may_change in zip(plans[1:], list(replaces or [False] * len(plans))[1:], strict=True):
        if plan.ejercicio != merged.ejercicio:
            raise ConflictoError(
                f"documentos de los ejercicios {merged.ejercicio} y {plan.ejercicio}",
                "fuentes de un solo ejercicio",
                "quite de `fuentes:` el documento del otro año",
            )
        merged = _merge_two(merged, plan, may_change)
    return merged


def is_code(name: object, code: object) -> bool:
    """Say whether the name of an activity is nothing but its code, as a report by code gives it."""
    return is_present(code) and normalize(str(name)) == normalize(str(code))


def _merge_activities(old: Plan, new: Plan, *, newest: bool) -> tuple[pd.DataFrame, list[Said]]:
    """Return the activities of both: names from where they stand, behaviour from where it is known best."""
    table = _fill(old.actividades, new.actividades, "actividad_id", newest=newest)
    notes, at = list[Said](), {key: position for position, key in enumerate(table["actividad_id"])}
    pairs = old.actividades.merge(new.actividades, on="actividad_id", suffixes=("", "_new"))
    for pair in pairs.to_dict("records"):
        row = at[pair["actividad_id"]]
        ends = ("_new", "") if newest else ("", "_new")
        name, other = (pair[f"actividad{end}"] for end in ends)
        for column, value in _take_place(pair, ends, new.institucion).items():
            table.loc[row, column] = value
        if is_code(name, pair["codigo"]):
            table.loc[row, "actividad"] = other
        elif not is_code(other, pair["codigo"]) and normalize(name) != normalize(other):
            text = f"«{other}» y «{name}» se tomaron como la misma actividad, por su identidad"
            notes.append(Variant(column="actividad", owner=pair["actividad_id"], text=text, source=pair["fuente_new"]))
        notes += _note_texts(pair, newest=newest)
        origins = [pair[_ORIGIN], pair[f"{_ORIGIN}_new"]]
        best = min((0, 1), key=lambda i: _ORIGINS.index(origins[i]) if origins[i] in _ORIGINS else len(_ORIGINS))
        for column in _BEHAVIOUR:
            table.loc[row, column] = pair[f"{column}_new" if best else column]
    return table, notes


def _take_place(pair: Mapping, ends: tuple[str, str], institution: str) -> dict[str, object]:
    """Return unit and source of an activity from the document that says more, where the one that stands says less.

    That is only the code in place of the name, or no unit; `ends` are of the one that stands and of the other.
    """
    (unit, other), ours = (pair[f"unidad_id{end}"] for end in ends), make_unit_id(institution)
    is_bare, is_other_bare = (is_code(pair[f"actividad{end}"], pair["codigo"]) for end in ends)
    if other == ours or not (unit == ours or (is_bare and not is_other_bare)):
        return {}
    return {column: pair[f"{column}{ends[1]}"] for column in ("unidad_id", "fuente")}


def _merge_units(old: Plan, new: Plan, activities: pd.DataFrame) -> pd.DataFrame:
    """Return the units of both, but for one that has no activity any more because another document says whose it is."""
    units = _fill(old.unidades, new.unidades, "unidad_id")
    before = {*old.actividades["unidad_id"], *new.actividades["unidad_id"]}
    return units[~units["unidad_id"].isin(before - {*activities["unidad_id"]})]


def _fold_lengths(old: Plan, new: Plan, activities: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the periods of both documents, months of the one folded into the longer periods of the other.

    Only of activities of which each gives another series: a programme by month, and results by quarter.
    """
    tables = [plan.avances for plan in (old, new)]
    if len({*tables[0]["meses"], *tables[1]["meses"]}) < 2:
        return tables[0], tables[1]
    both = {*tables[0]["actividad_id"]} & {*tables[1]["actividad_id"]}
    rows: dict[str, list[dict]] = {}
    for of, table in enumerate(tables):
        for row in table[table["actividad_id"].isin(both)][[*_KEY, *SERIES]].reset_index().to_dict("records"):
            rows.setdefault(row["actividad_id"], []).append(row | {"of": of})
    known = {row["actividad_id"]: row for row in activities.to_dict("records")}
    origins = old.actividades.set_index("actividad_id")[_ORIGIN].to_dict()
    kept: list[set[int]] = [{*table.index[~table["actividad_id"].isin(both)]} for table in tables]
    tables = [table.copy() for table in tables]
    for key, own in rows.items():
        best = old if origins[key] == known[key][_ORIGIN] else new
        for row in fold_periods(own, known[key], best.open_kinds.get(key, ())):
            kept[row["of"]].add(row["index"])
            tables[row["of"]].loc[row["index"], list(SERIES)] = [row[name] for name in SERIES]
    folded = [table[table.index.isin(own)] for table, own in zip(tables, kept, strict=True)]
    return folded[0], folded[1]


def _note_texts(pair: Mapping, *, newest: bool) -> Iterator[ChangedText]:
    """Yield a note of each describing text of an activity that two documents say differently."""
    for column in DESCRIBING:
        old, new = ((pair[f"{column}{end}"], str(pair[f"fuente{end}"])) for end in ("", "_new"))
        if differ(new[0], old[0]):
            yield ChangedText.of_text(column, pair["actividad_id"], *((old, new) if newest else (new, old)))


def differ(one: object, other: object) -> bool:
    """Say whether two values are both there and are not the same, but for case, accents and spaces.

    Examples
    --------
    >>> differ("Acta", "ACTA "), differ("Acta", None), differ(3.0, 4.0)
    (False, False, True)
    """
    return is_present(one) and is_present(other) and one != other and normalize(str(one)) != normalize(str(other))


def _merge_two(old: Plan, new: Plan, may_change: bool) -> Plan:
    activities, variants = _merge_activities(old, new, newest=may_change)
    periods, changes = _merge_periods(*_fold_lengths(old, new, activities), may_change)
    # A goal of the year, too, may change only where the later source replaces.
    pairs = old.actividades.merge(new.actividades, on="actividad_id", suffixes=("", "_new")).assign(mes=12, meses=12)
    changes += [change for pair in pairs.to_dict("records") for change in _compare(pair, may_change, ["meta_anual"])]
    tables: dict[str, pd.DataFrame] = {
        "avances": periods,
        "actividades": activities,
        "unidades": _merge_units(old, new, activities),
        "metas": _fill(old.metas, new.metas, "meta_id"),
        "publicado": _newest(old.publicado, new.publicado, ["ambito", "clave", "concepto", "mes", "meses"]),
        "calendario": _newest(old.calendario, new.calendario, ["actividad_id", "mes"]),
        "lineas": _newest(old.lineas, new.lineas, ["padre_id", "orden"]),
        "foda": _newest(old.foda, new.foda, ["unidad_id", "cuadrante", "punto"]),
    }
    changed = make_table("contexto", [note.to_row() for note in (*changes, *variants)])
    older = old.contexto[~old.contexto["clave"].isin(_list_replaced(old, new))]
    tables["contexto"] = pd.concat([older, new.contexto, changed]).drop_duplicates(["clave", "texto"])
    made = {name: table.reset_index(drop=True)[list(COLUMNS[name])] for name, table in tables.items()}
    return replace(old, **made, carried=(*old.carried, *new.carried, *changes, *variants))


def _list_replaced(old: Plan, new: Plan) -> set[str]:
    """Return the keys of notes that no longer hold: of rows, comments and the cut-off that the newer plan has again."""
    damaged = old.list_notes(Repair)
    before, after = (_list_months(plan.avances, {repair.owner for repair in damaged}) for plan in (old, new))
    replaced = {repair.key for repair in damaged if before.get(repair.owner, {0}) <= after.get(repair.owner, set())}
    replaced |= {note.key for kind in (Comment, PeriodComment) for note in new.list_notes(kind)}
    return replaced | (CUTOFF if CUTOFF & set(new.contexto["clave"]) else set())


def _list_months(periods: pd.DataFrame, activities: set[str]) -> dict[str, set[int]]:
    """Return the months that are reported of each of some activities."""
    months: dict[str, set[int]] = {}
    for row in periods[periods["actividad_id"].isin(activities)][_KEY].itertuples(index=False):
        months.setdefault(row.actividad_id, set()).update(range(row.mes - row.meses + 1, row.mes + 1))
    return months


def _merge_periods(old: pd.DataFrame, new: pd.DataFrame, may_change: bool) -> tuple[pd.DataFrame, list[Change]]:
    """Return the periods of both, and the changes of reported ones.

    A period of both counts once, a blank filled from the other. Where one has a quarter and the other its months,
    the months stand if all three are known, and must add up to the quarter; else the quarter stands.
    """
    changes: list[Change] = []
    drop: dict[str, list[int]] = {"old": [], "new": []}
    for months, quarters, fine, coarse in ((old, new, "old", "new"), (new, old, "new", "old")):
        parts = months[months["meses"] == 1].assign(mes=lambda t: (t["mes"] + 2) // 3 * 3)
        wholes = {(row.actividad_id, row.mes): row for row in quarters[quarters["meses"] == 3].itertuples()}
        for key, three in parts.groupby(["actividad_id", "mes"], sort=False):
            whole = wholes.get(key)
            if whole is None:
                continue
            sums = three[_FIGURES].sum(skipna=False)
            if len(three) < 3 or sums.isna().any():
                drop[fine] += list(three.index)
                continue
            pair = dict(zip(_KEY, (*key, 3), strict=True)) | {"fuente": three["fuente"].iloc[-1]} | dict(sums)
            pair |= {f"{column}_new": getattr(whole, column) for column in ("fuente", *_FIGURES)}
            changed = _compare(pair, may_change)
            changes += changed
            if changed and coarse == "new":
                drop[fine] += list(three.index)
            else:
                drop[coarse].append(whole.Index)
    old, new = old.drop(index=drop["old"]), new.drop(index=drop["new"])
    pairs = old.merge(new, on=_KEY, suffixes=("", "_new")).to_dict("records")
    changes += [change for pair in pairs for change in _compare(pair, may_change)]
    merged = new.set_index(_KEY).combine_first(old.set_index(_KEY)).reset_index()
    order = {activity: i for i, activity in enumerate(dict.fromkeys([*old["actividad_id"], *new["actividad_id"]]))}
    merged = merged.assign(_o=merged["actividad_id"].map(order)).sort_values(["_o", "mes"], kind="stable")
    return merged.reindex(columns=list(old.columns)).astype(dict(old.dtypes)).reset_index(drop=True), changes


def _compare(pair: dict, may_change: bool, columns: Sequence[str] = _FIGURES) -> list[Change]:
    changes: list[Change] = []
    activity, month, length = (pair[name] for name in _KEY)
    where = {"owner": activity, "month": int(month), "length": int(length), "earlier": pair["fuente"]}
    for column in columns:
        before, after = pair[column], pair[f"{column}_new"]
        if pd.isna(before) or pd.isna(after) or abs(before - after) <= _TOLERANCE:
            continue
        change = Change(concept=column, before=before, after=after, source=pair["fuente_new"], **where)
        if not may_change:
            raise ConflictoError(
                f"{column} de {name_period(month, length)} en la actividad {activity}: {change.places}",
                "la misma cifra de un periodo en todas las fuentes",
                "corrija el documento, o escriba `reemplaza: true` en la fuente que rectifica a las anteriores",
            )
        changes.append(change)
    return changes


def _fill(old: pd.DataFrame, new: pd.DataFrame, key: str, *, newest: bool = False) -> pd.DataFrame:
    """Return the rows of both by key; the older's values stand, or the newest's, blanks filled from the other."""
    first, second = (new, old) if newest else (old, new)
    merged = first.set_index(key).combine_first(second.set_index(key))
    order = dict.fromkeys([*old[key], *new[key]])
    return merged.loc[list(order)].reset_index().astype(dict(old.dtypes))


def _newest(old: pd.DataFrame, new: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    return pd.concat([old, new]).drop_duplicates(key, keep="last")
