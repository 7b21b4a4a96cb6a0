"""Time the audit of plans of 10,000 and 100,000 activity-months: its rate, and how it grows.

Every comment and every name of an activity is another, as people write them.

Run it by `python tests/bench/bench_check.py`, from a clone whose package is installed.
Not a test: machines differ. What must hold is at most 10 s for 100,000.
"""

import random
import sys
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import poa_eval as poa
from made import make_institution

SIZES, ROUNDS = (10_000, 100_000), 3
ROWS_AN_ACTIVITY = 46 / 6  # of six activities: three of 12 months, two of 4 quarters, one of 2 half-years


def vary_texts(plan: poa.Plan) -> poa.Plan:
    """Return the plan with comments and names of which no two are the same."""
    chance = random.Random(1)
    periods, activities = plan.avances, plan.actividades
    said = [
        f"{text}, con apoyo de la cuadrilla {at}" if type(text) is str else f"Se atendió la colonia {at}"
        for at, text in enumerate(periods["comentario"])
    ]
    syllables = [a + b for a in "bcdfglmnprst" for b in "aeiou"]
    names = [f"Supervisar {''.join(chance.choices(syllables, k=5))}" for _ in range(len(activities))]
    return replace(
        plan, avances=periods.assign(comentario=said), actividades=activities.assign(actividad=names, unidad_id="u0")
    )


def measure_time(plan: poa.Plan) -> tuple[float, float]:
    """Return the shortest time of several audits by the clock and of the processor, in seconds."""
    times = []
    for _ in range(ROUNDS):
        start, used = time.perf_counter(), time.process_time()
        poa.check(plan)
        times.append((time.perf_counter() - start, time.process_time() - used))
    return min(clock for clock, _ in times), min(used for _, used in times)


def main() -> None:
    """Print rows, time and rate of each size, and the growth from one to the other."""
    seconds = []
    for size in SIZES:
        plan = vary_texts(make_institution(round(size / ROWS_AN_ACTIVITY)))
        clock, used = measure_time(plan)
        seconds.append(used)
        rate = len(plan.avances) / used
        print(
            f"{len(plan.avances):>9,} rows   {clock:>7.2f} s   processor {used:>7.2f} s   {rate:>9,.0f} rows a second"
        )
    growth = seconds[1] / seconds[0]
    print(f"{SIZES[1] / SIZES[0]:.0f} times the rows take {growth:.1f} times as long (at most 10 s for the last)")


if __name__ == "__main__":
    main()
