"""Sparklines: pictures so small that they stand in a table cell: a bar beside its number, a trend over the periods."""

from collections.abc import Mapping, Sequence
from html import escape

from poa_eval.text.periods import name_period
from poa_eval.text.wording import format_number, is_present

_WIDTH, _HEIGHT = 72, 20  # CSS pixels
_DONE, _PLANNED, _PAPER = "#0b4f7a", "#6b7782", "#e3e8ed"


def draw_bar(value: float | None, limit: float = 100.0) -> str:
    """Return a bar as long as a number is large; the number stands beside it, so it is not read out.

    Examples
    --------
    >>> 'width="36"' in draw_bar(50), draw_bar(None)
    (True, '')
    """
    if not is_present(value) or limit <= 0:
        return ""
    width = round(_WIDTH * min(max(value / limit, 0.0), 1.0), 1)
    ground = f'<rect width="{_WIDTH}" height="6" fill="{_PAPER}"/>'
    bar = f'<rect width="{width:g}" height="6" fill="{_DONE}"/>'
    style = 'class="barra" style="display: block; margin: 4px 0 0 auto"'
    return f'<svg {style} aria-hidden="true" width="{_WIDTH}" height="6">{ground}{bar}</svg>'


def draw_trend(periods: Sequence[Mapping[str, object]], locale: str) -> str:
    """Return what was executed by period as bars, with a line where the programme was; "" for less than two periods.

    A period has `mes`, `meses`, `programado`, `ejecutado`, `estado`.
    """
    known = [float(p[c]) for p in periods for c in ("programado", "ejecutado") if is_present(p[c])]
    if len(periods) < 2 or not known:
        return ""
    top, step = max([*known, 1e-9]), min(12.0, _WIDTH / len(periods))
    bars, lines = [], []
    for i, period in enumerate(periods):
        planned, done = (
            (_HEIGHT - 2) * max(float(period[c]), 0) / top if is_present(period[c]) else None for c in _COLUMNS
        )
        if done:
            bars.append(f"M{i * step + 1:.3g} {_HEIGHT}v-{done:.3g}h{step - 2:.3g}V{_HEIGHT}z")
        if planned:
            lines.append(f"M{i * step:.3g} {_HEIGHT - planned:.3g}h{step:.3g}")
    said = "; ".join(f"{name_period(p['mes'], p['meses'])}: {_tell(p, locale)}" for p in periods)
    return (
        f'<svg class="tendencia" role="img" aria-label="{escape(f"Ejecutado de programado. {said}")}" '
        f'width="{step * len(periods):g}" height="{_HEIGHT}"><path d="{"".join(bars)}" fill="{_DONE}"/>'
        f'<path d="{"".join(lines)}" stroke="{_PLANNED}" stroke-width="1.5"/></svg>'
    )


_COLUMNS = ("programado", "ejecutado")


def _tell(period: Mapping[str, object], locale: str) -> str:
    planned, done = (format_number(period[c], locale) if is_present(period[c]) else "" for c in _COLUMNS)
    return f"{done or period['estado'] or 'sin dato'}{f' de {planned}' if planned else ''}"
