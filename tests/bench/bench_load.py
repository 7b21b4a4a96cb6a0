"""Time loading a workbook of 100,000 activity-months against reading its cells alone.

Run it by `python tests/bench/bench_load.py`, from a clone whose package is installed.
Not a test: machines differ. What must hold is a time of at most three times calamine's, and less than 1 GiB.
"""

import resource
import tempfile
import time
from pathlib import Path

import openpyxl
from python_calamine import CalamineWorkbook

import poa_eval as poa

ACTIVITIES, UNITS, ROUNDS = 8_334, 40, 10
MONTHS = "ENE FEB MAR ABR MAY JUN JUL AGO SET OCT NOV DIC".split()
LAYOUT = """
nombre: grande
titulo: Plan grande
institucion: Municipio
locale: es_MX
ediciones:
  "1":
    clase: tabla
    encabezado: {filas: 2}
    contexto: ["PLAN OPERATIVO {ejercicio}"]
    columnas: {unidad: Unidad, codigo: Código, actividad: Actividad, unidad_medida: Medida, meta_anual: Meta}
    periodos:
      - {columna: programado, grupo: Programado, patron: "{mes}"}
      - {columna: ejecutado, grupo: Ejecutado, patron: "{mes}"}
"""


def write_files(folder: Path) -> tuple[Path, Path]:
    """Write the workbook and its layout."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Plan")
    sheet.append(["PLAN OPERATIVO 2024"])
    sheet.append(["Unidad", "Código", "Actividad", "Medida", "Meta", "Programado", *[None] * 11, "Ejecutado"])
    sheet.append([None] * 5 + MONTHS * 2)
    for i in range(ACTIVITIES):
        planned = [(i * 7 + month * 3) % 50 for month in range(12)]
        reached = [value + month % 3 - 1 if month < 9 else None for month, value in enumerate(planned)]
        names = [f"Dirección {i % UNITS + 1}", f"A{i:05}", f"Actividad operativa número {i}", "Informe", sum(planned)]
        sheet.append([*names, *planned, *reached])
    book.save(folder / "grande.xlsx")
    (folder / "grande.yaml").write_text(LAYOUT, encoding="utf-8")
    return folder / "grande.xlsx", folder / "grande.yaml"


def read_cells(path: Path) -> int:
    """Read all cells with calamine alone, and count them."""
    with CalamineWorkbook.from_path(str(path)) as book:
        return sum(len(row) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python())


def measure_time(call) -> float:
    """Return the time that a call takes, in seconds."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main() -> None:
    """Print both times (the shortest of several, taken in turns), their ratio and the highest memory."""
    with tempfile.TemporaryDirectory() as folder:
        book, layout = write_files(Path(folder))
        plan = poa.load(book, str(layout))
        pairs = [
            (measure_time(lambda: read_cells(book)), measure_time(lambda: poa.load(book, str(layout))))
            for _ in range(ROUNDS)
        ]
    alone, whole = map(min, zip(*pairs, strict=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"actividades-mes    {len(plan.avances):>10,}")
    print(f"calamine alone     {alone:>10.3f} s")
    print(f"poa_eval.load      {whole:>10.3f} s   {whole / alone:.2f} times (at most 3)")
    print(f"highest memory     {peak:>10.0f} MiB (at most 1024)")


if __name__ == "__main__":
    main()
