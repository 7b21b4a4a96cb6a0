"""What the tests read of a block of HTML: its text, and the rows of its table."""

import re

import poa_eval as poa

#: The sections that take a quarter, tables and words alike; those that draw stand apart.
SHOWN = [
    poa.show.title,
    poa.show.headline,
    poa.show.key_figures,
    poa.show.published,
    poa.show.counts,
    poa.show.activities,
    poa.show.periods,
    poa.show.comments,
    poa.show.changes,
    poa.show.ranking,
    poa.show.heatmap,
    poa.show.extremes,
    poa.show.year_end,
    poa.show.context,
    poa.show.findings,
    poa.show.findings_summary,
    poa.show.method,
    poa.show.sources,
    poa.show.plan,
]


def read_text(block) -> str:
    """Return the words of a block's HTML, pictures aside."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", block.html)).strip()


def read_rows(block) -> list[list[str]]:
    """Return the body cells of a block's tables, read back from the HTML."""
    rows = re.findall(r"<tr>(.*?)</tr>", block.html, flags=re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, flags=re.DOTALL) for row in rows]
    return [[re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", cell)).strip() for cell in row] for row in cells]
