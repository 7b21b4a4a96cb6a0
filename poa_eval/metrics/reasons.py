"""Reasons why a figure is empty, and formulas by which one is made: as data, and here, only here, in words."""

from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from poa_eval.plan.accumulation import ACCUMULATIONS
from poa_eval.text.periods import name_period
from poa_eval.text.wording import join_words, tell_period

#: Kind of a reason → its words, as the column `motivo` has them.
TEXTS = {
    # of a window of an activity
    "sin documento": "falta el documento del {about} trimestre",
    "posterior": "posterior al corte",
    "nada cerrado": "posterior al corte: no cerró ningún mes",
    "cerrado hasta": "posterior al corte: se reporta hasta {periods}",
    "nada vence": "no vence ningún periodo",
    "nada en el año": "la meta anual es 0",
    "sin meta": "sin meta cuantificada",
    "sin meta del periodo": "sin meta para el periodo",
    "sin programa del periodo": "sin programa del periodo",
    "acumulación sin decir": "el documento no dice cómo se acumulan sus periodos",
    "sin reporte": "falta {periods}",
    "sin lugar para resultados": "el documento no tiene columnas para los resultados",
    "sin programa": "ejecución sin programa",
    "sin cierre anterior": "falta el valor con que cerró el trimestre anterior",
    "escala mezclada": "una cifra en otra escala en {periods}",
    "acumulado retrocede": "el resultado acumulado baja",
    "acumulación abierta": "el documento no dice si es {about}",
    "sin casos": "sin casos en {periods}: 0 de 0",
    "sin partes": "falta el numerador o el denominador",
    "en blanco": "sin meta ni resultado en {periods}",
    "meta cero": "la meta es 0",
    "meta negativa": "la meta es negativa",
    "resultado negativo": "el resultado es negativo",
    "línea base igual": "la línea base es igual a la meta",
    "línea base bajo": "la línea base está bajo la meta de un indicador descendente",
    "sin rango": "indicador {about} sin rango en el perfil",
    # of the progress towards the year
    "sin meta anual": "sin meta anual",
    "meta anual sin cifra": "sin meta anual cuantificada",
    "respuesta": "se responde Sí o No, sin cifra",
    "sentido": "indicador {about}",
    "periodo sin meta": "un periodo sin meta",
    # of a unit or the institution
    "sin evaluadas": "sin actividades evaluadas",
    "según el documento": "suma según el documento",
    "medidas mixtas": "unidades de medida mixtas",
    "sin medida": "sin unidad de medida",
    "porcentajes": "los porcentajes no se suman",
    "no se suman": "hay indicadores que no se suman",
    "respuestas": "hay actividades que se responden Sí o No",
    "sin ponderación": "el plan no trae ponderaciones",
    "nada que sumar": "nada programado que sumar",
}
_SEVERAL = {"sin reporte": "faltan {periods}"}

#: Kind of a formula → its words, as the column `formula` has them.
FORMULAS = {
    "línea base": "(LB − valor) / (LB − meta) × 100",
    "descendente": "(2 − valor / meta) × 100",
    "razón": "{done} / {planned} × 100",
    "un periodo": "ejecutado / programado × 100",
    "en rango": "{done} / {planned} × 100, en el rango del perfil",
    "avance": "{done} / meta anual × 100",
    "declarada": "{about}",
}


class Reason(NamedTuple):
    """Why a figure is empty: a kind of `TEXTS`, the periods that it names, and what else it does."""

    kind: str
    periods: tuple[tuple[int, int], ...] = ()  # closing month, length
    about: str = ""


class Reasons(NamedTuple):
    """Why figures of an activity are empty: of the quarter, to date, and of the year; None where nothing is to say."""

    quarter: Reason | None
    to_date: Reason | None
    year: Reason | None

    def find(self, window: str) -> Reason | None:
        """Return the reason of a window, ``trimestre`` or ``acumulado``."""
        return self.quarter if window == "trimestre" else self.to_date


class Formula(NamedTuple):
    """By which formula a percentage is made: a kind of `FORMULAS`, and how results and goals accumulate in it."""

    kind: str
    how: tuple[str, str] | None = None
    about: str = ""


class Formulas(NamedTuple):
    """The formulas of an activity's compliance and of its progress towards the year."""

    compliance: Formula | None
    year: Formula | None

    def list_labelled(self) -> list[tuple[str, Formula]]:
        """Return the formulas that there are, each after what it gives."""
        labelled = (("cumplimiento", self.compliance), ("avance anual", self.year))
        return [(label, formula) for label, formula in labelled if formula]


def write_reason(reason: Reason) -> str:
    """Write a reason in short, as tables do.

    Examples
    --------
    >>> write_reason(Reason("sin reporte", ((2, 1), (6, 3))))
    'falta feb, II trimestre'
    """
    return TEXTS[reason.kind].format(periods=", ".join(name_period(*p) for p in reason.periods), about=reason.about)


def tell_reason(reason: Reason | None) -> str:
    """Tell a reason as a sentence would: periods in full, the verb agreeing; "" where there is none.

    Examples
    --------
    >>> tell_reason(Reason("sin reporte", ((2, 1), (6, 3)))), tell_reason(Reason("sin documento", about="I"))
    ('faltan febrero y el II trimestre', 'falta el documento del I trimestre')
    """
    if reason is None:
        return ""
    text = (_SEVERAL if len(reason.periods) > 1 else TEXTS).get(reason.kind, TEXTS[reason.kind])
    periods = join_words(tell_period(*p) for p in reason.periods) if reason.periods else ""
    return text.format(periods=periods, about=reason.about)


def tell_reasons(reasons: Iterable[Reason]) -> str:
    """Tell several reasons, each once, in their order."""
    return "; ".join(dict.fromkeys(map(tell_reason, reasons)))


def tell_few(reasons: Iterable[Reason | None]) -> str:
    """Tell the reasons of several activities in brackets where they are at most two, "" where they are more or none.

    Results without a programme are counted where only some have them.

    Examples
    --------
    >>> tell_few([None, Reason("sin programa"), None]), tell_few([Reason("sin programa")] * 2)
    (' (1 con ejecución sin programa)', ' (ejecución sin programa)')
    """
    told = Counter(map(tell_reason, reasons))
    few, idle = [text for text in told if text], tell_reason(Reason("sin programa"))
    texts = (f"{told[text]} con {text}" if text == idle and len(told) > 1 else text for text in few)
    return f" ({'; '.join(texts)})" if 0 < len(few) <= 2 else ""


def join_reasons(reasons: Iterable[Reason]) -> str | None:
    """Write the reasons of a unit or the institution for the column `motivo`; None where there are none."""
    return "; ".join(map(write_reason, reasons)) or None


def label_reasons(quarter: Reason | None, to_date: Reason | None, year: Reason | None) -> str | None:
    """Write the reasons of an activity for the column `motivo`: each after its window, unless both have the same.

    Examples
    --------
    >>> label_reasons(None, Reason("sin reporte", ((2, 1),)), None)
    'acumulado: falta feb'
    """
    windows = [("trimestre: ", quarter), ("acumulado: ", to_date)]
    parts = [("", quarter)] if quarter == to_date else windows
    parts = [*parts, ("avance anual: ", year)]
    return "; ".join(f"{label}{write_reason(reason)}" for label, reason in parts if reason) or None


@cache
def write_formula(formula: Formula) -> str:
    """Write a formula in words.

    Examples
    --------
    >>> write_formula(Formula("razón", ("suma", "ultimo")))
    'Σ ejecutado / último valor programado × 100'
    """
    words = {"about": formula.about}
    if formula.how:
        done, planned = (ACCUMULATIONS[kind] for kind in formula.how)
        words |= {"done": done.done, "planned": planned.planned}
    return FORMULAS[formula.kind].format_map(words)


def join_formulas(formulas: Formulas) -> str:
    """Write the formulas of an activity for the column `formula`, each after what it gives."""
    return "; ".join(f"{label}: {write_formula(formula)}" for label, formula in formulas.list_labelled())
