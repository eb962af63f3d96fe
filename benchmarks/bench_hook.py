"""What the hook costs beside a handler that only calls boto3's put_events, and how the deployed one holds up.

Run as `python -m benchmarks.bench_hook`; `--local` leaves out the deployed part, `--deployed` the other; with
`--burst 10000` so many events come at once afterwards, ten in a delivery; `--json` writes JSON.
"""

import argparse
import json
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.hook import alone
from benchmarks.hook.deployed import Ear, Okta, round_of
from benchmarks.progress import told
from sandbox.bring_up import running
from sandbox.show import step

DELIVERIES = 1000
EVENTS_EACH = 10
"""In a delivery of the burst."""

AIMS = {"cold": 1.25, "warm": 1.3}
Figures = dict[str, dict[str, float]]


def beside_the_floor() -> Figures:
    """Cold, warm and imports, against a stub."""
    with alone.stub() as url:
        found: Figures = {}
        measured = ((name, measure(url)) for name, measure in (("cold", alone.cold), ("warm", alone.warm)))
        for name, (floor, hook) in told(measured, lambda each: f"{each[0]}, beside the floor"):
            found[name] = {"floor ms": floor, "hook ms": hook, "ratio": hook / floor}
        return found | {"import ms": alone.imports(url)}


def deployed(deliveries: int, burst: int) -> Figures:
    """The endpoint in the sandbox: no instance of the hook runs when the first round begins."""
    with tempfile.TemporaryDirectory() as directory, running(Path(directory), step) as world:
        okta, ear = Okta(world), Ear(world)
        found = {name: round_of(okta, ear, deliveries) for name in ("from cold", "warmed up")}
        if burst:
            found["burst"] = round_of(okta, ear, burst // EVENTS_EACH, EVENTS_EACH)
    return found


def show(local: Figures, rounds: Figures) -> None:
    """As tables."""
    console = Console()
    if local:
        table = Table(
            "", "floor ms", "hook ms", "ratio", "aim", title="The hook beside boto3's put_events alone"
        )
        for name, aim in AIMS.items():
            row = local[name]
            cells = f"{row['floor ms']:.2f}", f"{row['hook ms']:.2f}", f"{row['ratio']:.2f}"
            table.add_row(name, *cells, f"≤ {aim}")
        console.print(table)
        imports = Table("function", "import ms")
        for name, ms in sorted(local["import ms"].items(), key=lambda each: each[1]):
            imports.add_row(name, f"{ms:.0f}")
        console.print(imports)
    if rounds:
        table = Table("20 in flight", *rounds)
        for key in dict.fromkeys(key for figures in rounds.values() for key in figures):
            table.add_row(key, *(f"{figures.get(key, 0):,.0f}" for figures in rounds.values()))
        console.print(table)


def main() -> None:
    """Measure and show."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="write JSON")
    parser.add_argument("--local", action="store_true", help="leave out the deployed endpoint")
    parser.add_argument("--deployed", action="store_true", help="the deployed endpoint alone")
    parser.add_argument("--deliveries", type=int, default=DELIVERIES, help="in each round")
    parser.add_argument("--burst", type=int, default=0, help="so many events in one round more")
    options = parser.parse_args()
    local = {} if options.deployed else beside_the_floor()
    rounds = {}
    if not options.local:
        rounds = deployed(options.deliveries, options.burst)
    if options.json:
        print(json.dumps(local | rounds, indent=2))
    else:
        show(local, rounds)


if __name__ == "__main__":
    main()
