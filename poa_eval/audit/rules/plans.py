"""Rules on the plan itself, results or not: goals, baselines, codes, the hierarchy, years left over."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

import pandas as pd

from poa_eval.audit.rules.registry import CheckContext, Finding, make_finding, rule
from poa_eval.metrics.evaluability import list_goals
from poa_eval.plan.notes import DerivedGoals, Statement
from poa_eval.readers.addresses import name_file
from poa_eval.text.names import fold_letters, normalize, suggest
from poa_eval.text.quantities import find_quantity
from poa_eval.text.wording import is_present

_YEAR = r"(?:19|20)\d\d"
_ANY_YEAR, _NUMBER = re.compile(rf"(?<!\d){_YEAR}(?!\d)"), re.compile(r"\d")
_OWN_YEAR = re.compile(
    r"\b(?:ejercicios?|vigencia|(?:presente|mismo)\s+ano|ano\s+(?:fiscal|operativo)|po[ai]s?|"
    r"(?:plan|planes|programas?|planeacion|planificacion|programacion)\s+operativ[oa]s?)"
    r"(?:\s+(?:anual|institucional|fiscal|presupuestal|presupuestari[oa])(?:es|s)?\b)*"
    r"[\s\-/:()«»\"']*(?:(?:del?|para|el|en|al|ano|correspondiente|vigente)\s+)*"
    rf"(?<!\d)({_YEAR})(?!\d)"
    rf"(?!\s*(?:[-–—/]\s*\d\d|(?:,|y|e|o|al?|hasta)\s*{_YEAR}))"
    r"(?!,?\s*(?:y|e)?\s*(?:anterior|previo|posterior|siguiente|en adelante|a la fecha|al presente))"
)
_LOOKS_BACK = re.compile(
    r"\b(?:revis|audit|fiscaliz|cuentas?\s+publicas?|cierre|cerrar|liquid|dictam|solvent|observacion|rendicion|compar|"
    r"respecto|con relacion|contra|adeud|rezag|deuda|pasivo|cartera|cobr|recuper|saldo|archiv|digitaliz|histor|depur|"
    r"declaraci|estados?\s+financiero|anterior|previ[oa]|pasad|linea\s+base|desde|a\s+partir)"
)
_LAST_YEAR = re.compile(r"\b(?:evalua|inform|resultado|memoria|seguimiento|presenta|cuarto|ultimo|segundo\s+semestre)")
_AS_NORM = re.compile(
    r"\b(?:(?:en|con)\s+base|conforme|de\s+acuerdo|acorde|segun|apego|apegad[oa]s?|en\s+cumplimiento|previst[oa]s?|"
    r"establecid[oa]s?|contenid[oa]s?)(?:\s+\w+){0,4}\s*$"
)
_NAMES = {"programa", "subprograma", "proyecto", "eje"}


@rule("meta-sin-cuantificar", "advertencia")
def find_goals_without_quantity(context: CheckContext) -> Iterator[Finding]:
    """Catch goals whose text says no quantity: «Optimizar la cobranza», «Revisión del ejercicio fiscal 2016».

    Not goals in figures (of the year or of a period), nor empty ones. A goal that activities share is caught once.
    """
    goals = list_goals(context.plan)
    for goal in goals[~goals["cuantificada"] & ~goals["vacia"]].to_dict("records"):
        has_digit = any(letter.isdigit() for letter in goal["texto"])
        advice = ["Un año, una fecha o una referencia legal no son una cantidad."] * has_digit
        advice += ["Escríbala con una cantidad y su unidad de medida, por ejemplo «atender 500 solicitudes»."]
        message = f"La meta «{_cut(goal['texto'])}» no dice cuánto se quiere lograr."
        yield make_finding(goal["texto"], "una cantidad", message, goal["fuente"], **_at(goal), consejo=advice)


@rule("meta-vacia", "advertencia")
def find_empty_goals(context: CheckContext) -> Iterator[Finding]:
    """Catch goals left blank where the plan has goals: neither a figure nor a text, or one like «N/A», «Pendiente».

    Not plans that write no goals at all: there evaluability says so once. Where a form has no goals but those that its
    programme gives, it is the programme that is blank.
    """
    goals = list_goals(context.plan)
    derived = {note.text for note in context.plan.list_notes(DerivedGoals)}
    written = [is_present(text) for text in goals["texto"]]
    for goal in goals[goals["vacia"]].to_dict("records") if any(written) or not goals["vacia"].all() else []:
        said = _cut(goal["texto"]) if is_present(goal["texto"]) else ""
        fault = f"La meta dice «{said}», que es como dejarla vacía" if said else "La meta está vacía"
        message = f"{fault}: escriba cuánto se quiere lograr en el año y en qué unidad de medida."
        if not said and name_file(str(goal["fuente"])) in derived:
            message = "No se programó nada en el año: escriba cuánto se hará en cada periodo."
        yield make_finding(said or "vacía", "una cantidad", message, goal["fuente"], **_at(goal))


@rule("linea-base-no-numerica", "advertencia")
def find_baselines_without_number(context: CheckContext) -> Iterator[Finding]:
    """Catch baselines that are words: «Municipal». Not blank ones, nor «35 % en 2016», which says a quantity.

    Of one that has a number among its words («LB 537, 2023») the way out is to leave the number alone.
    """
    for activity in context.activities.values():
        text = activity["linea_base_texto"]
        if is_present(text) and pd.isna(activity["linea_base"]) and not find_quantity(text):
            way = "escriba el valor del que se parte, por ejemplo lo logrado el año anterior"
            if _NUMBER.search(_ANY_YEAR.sub("", str(text))):
                way = "deje en la celda solo el valor del que se parte"
            message = f"La línea base dice «{_cut(text)}», que no es un número: {way}."
            source = context.columns.find(activity["fuente"], "linea_base_texto", "linea_base")
            yield make_finding(text, "un número", message, source, actividad_id=activity["actividad_id"])


@rule("clave-duplicada", "error")
def find_repeated_codes(context: CheckContext) -> Iterator[Finding]:
    """Catch a code that two activities, or two goals, of a unit carry: 1.1.1 under goal 1.1 and again under 4.1.

    A code of one part («1») may start anew under each goal and programme. Not one activity with several indicators,
    and not a column that classifies rather than identifies (more than half of a unit's codes would be repeats).
    """
    plan = context.plan
    codes = plan.metas.set_index("meta_id")["codigo"].to_dict()
    for table, within, key, name, above in (
        (plan.actividades, ["unidad_id"], "actividad_id", "actividad", ["meta_id", "programa"]),
        (plan.metas, ["unidad_id", "nivel"], "meta_id", "texto", ["padre_id"]),
    ):
        groups: dict[tuple, list[dict]] = {}
        for row in table.to_dict("records"):
            if is_present(row["codigo"]):
                groups.setdefault(tuple(row[column] for column in within), []).append(row)
        for rows in groups.values():
            found = list(_pair_repeats(rows, name, above))
            for first, row in found if 2 * len(found) <= len(rows) else []:
                code, goal = _read_code(row), codes.get(row[above[0]])
                fits = "." not in code or not is_present(goal) or code.startswith(f"{goal.rstrip('.')}.")
                wanted = "" if fits else f"{goal.rstrip('.')}.{code.rsplit('.', 1)[-1]}"
                message = (
                    f"La clave {code} de «{_cut(row[name])}» ({row['fuente']}) ya es de "
                    f"«{_cut(first[name])}» ({first['fuente']})."
                )
                where = {"unidad_id": row["unidad_id"], "actividad_id": row.get("actividad_id"), "concepto": row[key]}
                where["consejo"] = [f"Depende de {goal}: ¿debe decir {wanted}?"] if wanted else []
                yield make_finding(code, wanted or "una clave propia", message, row["fuente"], **where)


def _pair_repeats(rows: list[dict], name: str, above: list[str]) -> Iterator[tuple[dict, dict]]:
    """Yield each later row with the first that has its code."""
    firsts: dict[tuple, dict] = {}
    for row in rows:
        code = _read_code(row)
        first = firsts.setdefault((code, *([] if "." in code else [str(row[column]) for column in above])), row)
        if first is not row and normalize(str(first[name])) != normalize(str(row[name])):
            yield first, row


def _read_code(row: dict) -> str:
    return normalize(row["codigo"]).rstrip(".")


@rule("meta-sin-actividad", "advertencia")
def find_goals_without_activity(context: CheckContext) -> Iterator[Finding]:
    """Catch a goal under which there is nothing to do: 2.7, while its neighbours have activities.

    Not a level that no activity hangs on anywhere: there the document does not join the two.
    """
    goals = context.plan.metas
    used = set(context.plan.actividades["meta_id"].dropna()) | set(goals["padre_id"].dropna())
    joined = set(goals.loc[goals["meta_id"].isin(used), "nivel"])
    for goal in goals[~goals["meta_id"].isin(used) & goals["nivel"].isin(joined)].to_dict("records"):
        name = " ".join(part for part in (goal["nivel"].capitalize(), goal["codigo"]) if is_present(part))
        message = (
            f"{name} («{_cut(goal['texto'])}») no tiene ninguna actividad: agregue las que "
            "hagan falta, o explique por qué no las hay."
        )
        yield make_finding("ninguna actividad", "al menos una actividad", message, goal["fuente"], **_at(goal))


def find_loose_marks(context: CheckContext) -> Iterator[Finding]:
    """Note marked rows of a month grid whose activity is not found, and the activity nearest in name.

    Part of the rule `nombre-con-variantes`: it proposes, never merges.
    """
    loose: dict[str, Statement] = {}
    for note in context.plan.list_notes(Statement):
        if note.name == "cronograma_sin_actividad":
            loose.setdefault(normalize(str(note.text)), note)
    activities = {str(activity["actividad"]): activity for activity in context.activities.values()}
    for folded, note in loose.items():
        text, near = note.text, suggest(str(note.text), activities)
        where = {"concepto": folded} | ({"actividad_id": activities[near]["actividad_id"]} if near else {})
        hint = f"; la de nombre más parecido es «{_cut(near)}» ({activities[near]['fuente']})" if near else ""
        message = f"El cronograma marca meses para «{_cut(text)}», que no es el nombre de ninguna actividad{hint}."
        where["consejo"] = ["Sus marcas no se toman: si es la misma, escriba el nombre igual en ambas partes."]
        yield make_finding(text, near or "el nombre de una actividad", message, note.source, **where)


@rule("anio-ajeno", "advertencia")
def find_leftover_years(context: CheckContext) -> Iterator[Finding]:
    """Catch a past year that a text takes for its own: «el avance correspondiente al ejercicio 2022» in a plan of 2024.

    The year must follow «ejercicio», «POA», «plan (programa) operativo», «vigencia» or the like; of the period of an
    activity a start in a coming year is caught (a past end is late: `plazo-vencido`). Not names (of activities,
    indicators, programmes) nor the years that stand in them; not spans («2021-2024») and lists; not what looks back on
    purpose («revisión del ejercicio 2016», «cierre», «adeudos»), unless the text takes that year as its norm («en base
    al programa operativo 2018»); not coming years, which are prepared.
    """
    own, said = context.plan.ejercicio, Counter[tuple]()
    for where, source, text, names in _sentences(context):
        year = _find_leftover(text, own)
        if year and str(year) not in names:
            key = tuple(where.items())
            said[key] += 1
            if said[key] > 1:  # told apart by what they are under, not by their lines
                where["concepto"] = f"{where['concepto']}/{said[key]}"
            message = (
                f"El texto «{_cut(text, 120)}» cita {year} en un plan de {own}: parece quedar de un plan anterior."
            )
            advice = ["Corrija el año o aclare por qué se cita."]
            yield make_finding(str(year), str(own), message, source, **where, consejo=advice)
    for activity in context.activities.values():
        start = re.findall(_YEAR, str(activity["inicio"]))
        if start and int(start[0]) > own:
            message = f"El periodo de la actividad empieza en {start[0]} en un plan de {own}: corrija el año."
            where = {"actividad_id": activity["actividad_id"], "concepto": "periodo"}
            yield make_finding(start[0], str(own), message, activity["fuente"], **where)


def _sentences(context: CheckContext) -> Iterator[tuple[Finding, str, str, str]]:
    """Yield the texts of a plan that are no names: of whom each is, its cell, the text, and the names above it."""
    plan, seen = context.plan, set()
    for activity in context.activities.values():
        names = _join(activity, "actividad", "indicador", "programa")
        for column in ("objetivo", "linea_accion", "descripcion", "meta_texto", "medio_verificacion"):
            text = activity[column]
            shared = (activity["unidad_id"], column, text)
            if is_present(text) and shared not in seen:
                seen |= {shared} if column in ("objetivo", "linea_accion") else set()
                where = {"actividad_id": activity["actividad_id"], "concepto": column}
                yield where, context.columns.find(activity["fuente"], column), text, names
    goals = {goal["meta_id"]: goal for goal in plan.metas.to_dict("records")}
    for goal in goals.values():
        if is_present(goal["texto"]) and normalize(goal["nivel"]) not in _NAMES:
            yield _at(goal), goal["fuente"], goal["texto"], ""
    lines = plan.lineas.to_dict("records")
    rows = [(line["padre_id"], "linea", line["texto"], line["fuente"]) for line in lines]
    for name in ("objetivo", "meta_texto"):
        said = [note for note in plan.list_notes(Statement) if note.name == name and note.owner]
        rows += [(note.owner, name, note.text, note.source) for note in said]
    for key, concept, text, source in rows:
        if key in context.activities:
            where = {"actividad_id": key, "concepto": concept}
            yield where, source, text, _join(context.activities[key], "actividad", "indicador", "programa")
        elif key in goals:
            where = {"unidad_id": goals[key]["unidad_id"], "concepto": f"{key}/{concept}"}
            yield where, source, text, _join(goals[key], "texto") if normalize(goals[key]["nivel"]) in _NAMES else ""


def _find_leftover(text: str, own: int) -> int | None:
    """Return the first past year that a text takes for its own."""
    folded = fold_letters(unicodedata.normalize("NFC", text))
    for match in _OWN_YEAR.finditer(folded):
        year = int(match[1])
        before = re.split(r"[.;\n]", folded[: match.start()])[-1]
        sentence = before + match[0] + re.split(r"[.;\n]", folded[match.end() :])[0]
        excused = _LOOKS_BACK.search(sentence) or (year == own - 1 and _LAST_YEAR.search(sentence))
        if year < own and (not excused or _AS_NORM.search(before)):
            return year
    return None


def _at(row: dict) -> Finding:
    """Say of whom a goal is: its activity, or its unit and, as the concept, its id."""
    if is_present(row.get("actividad_id")):
        return {"actividad_id": row["actividad_id"]}
    return {"unidad_id": row["unidad_id"], "concepto": row["meta_id"]}


def _join(row: dict, *columns: str) -> str:
    return " ".join(str(row[column]) for column in columns)


def _cut(text: object, length: int = 80) -> str:
    """Shorten a text for a message; a goal without text is named as such."""
    words = " ".join(str(text).split()) if is_present(text) else "sin texto"
    return words if len(words) <= length else f"{words[: length - 1].rstrip()}…"
