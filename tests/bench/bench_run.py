"""Time a quarter's run against what it replaces, on an institution that is made up.

(a) the loop of `papermill` and `jupyter nbconvert` commands; (b) papermill and nbconvert in one process; (c)
`poa-eval run`, cold start and the institution's page included; (d) the notebook's own calls and the page, as plain
Python in a warm process on the quarter at hand: the floor; also on all cores at once, because cores that share caches
or a host are slower together than one alone. In turns, half of (d) before (c) and half after it: a machine is fast and
slow by turns, so the ratios are the medians of those of each round. (c) and (d) make the same units, all of them.

Run it by `python tests/bench/bench_run.py`, from a clone whose package is installed; `--units 8 --sample 2 --growth 8`
is a short trial. Not a test: machines differ. On 2 cores, at 40 units, `ratio_a` is to be at least 25, `ratio_b` at
least 8, `ratio_d` (c's time a unit over d's divided by the cores) at most 2, and a worker's memory under 400 MiB.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import fmean, median

import psutil

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
NOTEBOOKS = ("informe_unidad.ipynb", "informe_institucional.ipynb")
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def make_project(root: Path, units: int, activities: int) -> Path:
    """Write the project of an institution with so many units, and return its params file."""
    from made import write_project

    params = write_project(root, [f"Unidad {i:03}" for i in range(units)], activities=activities)
    for name in NOTEBOOKS:
        shutil.copy(ROOT / "notebooks" / name, root / "notebooks")
    return params


def run_command(*command: object, cwd: Path) -> None:
    """Run a command quietly; a failure ends the benchmark."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run([*map(str, command)], cwd=cwd, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)


def time_commands(params: Path, unit: str, out: Path) -> float:
    """Time (a) for one unit."""
    start = time.perf_counter()
    copy, name = out / "a.ipynb", f"notebooks/{NOTEBOOKS[0]}"
    options = ("-f", params, "-r", "unidad", unit, "--no-progress-bar")
    run_command(sys.executable, "-m", "papermill", name, copy, *options, cwd=params.parents[1])
    run_command(sys.executable, "-m", "jupyter", "nbconvert", "--to", "html", "--no-input", copy, cwd=params.parents[1])
    return time.perf_counter() - start


def time_process(part: str, params: Path, *shares: list[str]) -> float:
    """Time (b) or (d) for some units, in a warm process of their own, several shares at once: seconds a unit."""
    command = [sys.executable, __file__, "--part", part, "--params", str(params)]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": os.environ | {"PYTHONWARNINGS": "ignore"}}
    seconds: list[float] = []
    for process in [subprocess.Popen([*command, *share], **options, text=True) for share in shares]:
        told, complaint = process.communicate()
        if process.returncode:
            raise SystemExit(complaint)
        seconds += json.loads(told)
    return fmean(seconds)


def loop_papermill(params: Path, units: list[str]) -> list[float]:
    """Time (b) for each unit: in this process, after a first one that warms it."""
    import papermill
    import yaml
    from nbconvert import HTMLExporter

    values, times = yaml.safe_load(params.read_text(encoding="utf-8")), []
    values["fecha_corte"] = str(values["fecha_corte"])
    root = params.parents[1]
    os.environ["PYTHONPATH"] = str(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "b.ipynb"
        for unit in [units[0], *units]:
            start = time.perf_counter()
            chosen = values | {"unidad": unit}
            papermill.execute_notebook(root / "notebooks" / NOTEBOOKS[0], copy, chosen, cwd=root, progress_bar=False)
            HTMLExporter(exclude_input=True).from_filename(str(copy))
            times.append(time.perf_counter() - start)
    return times[1:]


def loop_calls(params: Path, units: list[str]) -> list[float]:
    """Time (d) for each unit: in this process, after a first one that warms it."""
    import nbformat

    import poa_eval as poa
    from poa_eval.reports.html.page import export_html

    root, times = params.parents[1], []
    whole = poa.prepare_quarter(poa.load_params(params), root)
    source = nbformat.read(root / "notebooks" / NOTEBOOKS[0], as_version=4)
    calls = [cell for cell in source.cells if cell.cell_type != "code" or cell.source.startswith("poa.")]
    for unit in [units[0], *units]:
        start = time.perf_counter()
        names = {"poa": poa, "q": whole.unit(unit)}
        for cell in calls:
            if cell.cell_type == "code":
                block = eval(cell.source, names)
                data = {"text/html": block.html} if block.html else {}
                cell.outputs = [nbformat.v4.new_output("execute_result", data)] if data else []
        export_html(nbformat.v4.new_notebook(cells=calls), titulo=unit)
        times.append(time.perf_counter() - start)
    return times[1:]


def time_run(params: Path, out: Path, *, watch: bool = False) -> tuple[float, list[float]]:
    """Time (c); watched, also return the highest memory of each of its processes in MiB, in order of their beginning.

    To watch takes time of the machine, and thereby of the run.
    """
    command = [sys.executable, "-m", "poa_eval", "run", str(params), "--out", str(out), "--force"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    start = time.perf_counter()
    process = psutil.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    highest: dict[int, float] = {}
    while watch and process.poll() is None:
        for child in process.children(recursive=True):
            try:
                size = child.memory_info().rss / 2**20
            except psutil.Error:
                continue
            highest[child.pid] = max(highest.get(child.pid, 0), size)
        time.sleep(0.05)
    if process.wait():
        raise SystemExit("poa-eval run failed")
    return time.perf_counter() - start, list(highest.values())


def compare(part: str, other: str, rounds: dict[str, list[float]]) -> float:
    """Return how many times another part one takes: the median of the rounds."""
    return median(one / two for one, two in zip(rounds[part], rounds[other], strict=True))


def main() -> None:
    """Print seconds per unit and memory, and last the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--units", type=int, default=40)
    parser.add_argument("--activities", type=int, default=3, help="of each unit; the samples have 3")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sample", type=int, default=3, help="units of (a) and (b) in each round; (d) makes all")
    parser.add_argument("--growth", type=int, nargs="*", default=[10, 40, 160])
    parser.add_argument("--part", choices=("b", "d"))
    parser.add_argument("--params", type=Path)
    parser.add_argument("chosen", nargs="*")
    asked = parser.parse_args()
    if asked.part:
        loop = {"b": loop_papermill, "d": loop_calls}[asked.part]
        print(json.dumps(loop(asked.params, asked.chosen)))
        return
    with tempfile.TemporaryDirectory(prefix="b") as place:
        folder = Path(place)
        params = make_project(folder / "p", asked.units, asked.activities)
        every = [f"unidad-{i:03}" for i in range(asked.units)]
        rounds: dict[str, list[float]] = {part: [] for part in ("a", "b", "c", "d", "d at once")}
        for turn in range(asked.rounds):
            units = [every[(turn * asked.sample + i) % asked.units] for i in range(asked.sample)]
            before = time_process("d", params, every[::2])
            rounds["c"].append(time_run(params, folder / "out")[0] / asked.units)
            rounds["d"].append(fmean((before, time_process("d", params, every[1::2]))))
            rounds["d at once"].append(time_process("d", params, *(every[core::CORES] for core in range(CORES))))
            rounds["b"].append(time_process("b", params, units))
            rounds["a"].append(fmean(time_commands(params, unit, folder) for unit in units))
        names = {
            "a": "papermill + nbconvert commands",
            "b": "both in one process",
            "c": "poa-eval run",
            "d": "plain calls",
            "d at once": "the same on each core",
        }
        for part, name in names.items():
            others = ", ".join(f"{value:.3f}" for value in rounds[part])
            print(f"{f'({part}) {name}':<40}{median(rounds[part]):>8.3f} s a unit ({others})")
        print(f"{'':<40}of which (c) is {CORES * compare('c', 'd at once', rounds):.2f} times a unit's share")
        for count in asked.growth:
            made = make_project(folder / f"p{count}", count, asked.activities)
            taken, memory = time_run(made, folder / "growth", watch=True)
            half = len(memory) // 2
            early, late = max(memory[:half]), max(memory[half:])
            told = f"highest memory of a process {early:.0f} MiB, in the second half {late:.0f} (at most 400)"
            print(f"{count:>4} units, watched{taken / count:>8.3f} s a unit; {told}")
        a, b, d = (compare(*parts, rounds) for parts in ("ac", "bc", "cd"))
        print(f"ratio_a={a:.1f} ratio_b={b:.1f} ratio_d={d * CORES:.2f}")


if __name__ == "__main__":
    main()
