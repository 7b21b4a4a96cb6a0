"""Time how accumulation is inferred over 1,000, 10,000 and 40,000 rows of which none declares it: it grows as they do.

All kinds stand in turn: a sum, a last value, a level that falls, a mean, the same in each period, a percentage.

Run it by `python tests/bench/bench_infer.py`, from a clone whose package is installed.
Not a test: machines differ. What must hold is about the same time a row at all sizes.
"""

import tempfile
import time
from functools import partial
from pathlib import Path

import poa_eval as poa
from poa_eval.loaders.behaviour import infer_accumulation

SIZES, ROUNDS = (1_000, 10_000, 40_000), 3
PERIODS = ("T1", "T2", "T3", "T4")
LAYOUT = """
nombre: conductas
titulo: Plan de conductas
institucion: Municipio
locale: es_MX
ediciones:
  "1":
    clase: tabla
    ejercicio: 2024
    columnas: {unidad: Unidad, codigo: Código, actividad: Actividad, unidad_medida: Medida, meta_anual: Meta}
    periodos:
      - {columna: programado, patron: "Programado {trimestre}"}
      - {columna: ejecutado, patron: "Ejecutado {trimestre}"}
"""


def list_row(number: int) -> tuple[list[int], int, str]:
    """Return programme, goal of the year and unit of measure of a row."""
    base = number % 40 + 10
    rising, falling = [base * n for n in (1, 2, 3, 4)], [base + 30, base + 20, base + 10, base]
    kinds = (
        (rising, sum(rising), "Informe"),
        (rising, rising[-1], "Informe"),
        (falling, falling[-1], "Informe"),
        (rising, sum(rising) // 4, "Informe"),
        ([base] * 4, base, "Informe"),
        (rising, 0, "Porcentaje"),
    )
    return kinds[number % len(kinds)]


def write_files(folder: Path, size: int) -> tuple[Path, Path]:
    """Write the plan and its layout."""
    heads = ["Unidad", "Código", "Actividad", "Medida", "Meta"]
    heads += [f"{series} {period}" for series in ("Programado", "Ejecutado") for period in PERIODS]
    lines = [",".join(heads)]
    for number in range(size):
        planned, goal, measure = list_row(number)
        names = [f"Dirección {number % 40}", f"A{number:05}", f"Actividad número {number}", measure, goal]
        lines.append(",".join(map(str, [*names, *planned, *planned[:3], ""])))
    (folder / "plan.csv").write_text("\n".join(lines), encoding="utf-8")
    (folder / "plan.yaml").write_text(LAYOUT, encoding="utf-8")
    return folder / "plan.csv", folder / "plan.yaml"


def measure_time(call) -> float:
    """Return the shortest of several times that a call takes of the processor, in seconds."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    """Print of each size what loading takes, and what inference takes of it, by the row."""
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            document, layout = write_files(Path(folder), size)
            plan = poa.load(document, str(layout))
            loaded = measure_time(partial(poa.load, document, str(layout)))
        proved = plan.actividades["acumulacion_origen"].eq("de la fila").mean()
        told = {note.key for note in plan.notes}
        inferred = measure_time(partial(infer_accumulation, plan))
        print(
            f"{size:>7,} rows   load {loaded:>6.2f} s, {loaded / size * 1e6:>4.0f} µs a row   inference "
            f"{inferred:>6.2f} s, {inferred / size * 1e6:>4.0f} µs a row   {proved:.0%} proved, {len(told)} notes"
        )


if __name__ == "__main__":
    main()
