"""What the tests read of a block of HTML: its text, and the rows of its table."""

import re


def read_text(block) -> str:
    """Return the words of a block's HTML, pictures aside."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", block.html)).strip()


def read_rows(block) -> list[list[str]]:
    """Return the body cells of a block's tables, read back from the HTML."""
    rows = re.findall(r"<tr>(.*?)</tr>", block.html, flags=re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, flags=re.DOTALL) for row in rows]
    return [[re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", cell)).strip() for cell in row] for row in cells]
