"""What a leaver costs: seconds until the deny is read back in force, and AWS calls; one, and 400 at once.

The function's own wiring, one instance a thread, against the sandbox's identity plane with UpdatePolicy held
to AWS's 2 calls a second (burst 3); DynamoDB, IAM and EventBridge are the embedded AWS's. Every call of
boto3 is counted. The floor is the calls alone that none can do without, made by as many threads in the same
run. Aims: at most one UpdatePolicy for 25 leavers, at most 8 AWS calls for each, at most 2 s for one.

Run as `python -m benchmarks.bench_leavers`; `--leavers 1 400` and `--groups 0 3` choose the bursts, `--local`
leaves out the deployed world; `--json` writes JSON.
"""

import argparse
import json
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import asdict
from io import StringIO
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.leavers.burst import Figure, burst
from benchmarks.leavers.deployed import one_by_one
from benchmarks.progress import told
from sandbox.show import step

BURSTS = [1, 25, 100, 400]


def show(figures: Sequence[Figure], alone: Sequence[float]) -> None:
    """As tables."""
    console = Console(width=140)
    if figures:
        table = Table(
            "leavers",
            "groups of each",
            "denied s",
            "s",
            "floor s",
            "ratio",
            "UpdatePolicy",
            "leavers for each",
            "AWS calls for each leaver",
        )
        for each in figures:
            services = ", ".join(f"{name} {count}" for name, count in sorted(each.by_service.items()))
            table.add_row(
                str(each.leavers),
                str(each.groups),
                f"{each.denied:.1f}",
                f"{each.seconds:.1f}",
                f"{each.floor:.2f}",
                f"{each.ratio:.1f}",
                str(each.updates),
                f"{each.per_update:.0f}",
                f"{each.per_leaver:.1f}  ({services})",
            )
        console.print(table)
    if alone:
        deployed = Table("one leaver in the deployed world", "s", "aim")
        deployed.add_row("from cold", f"{alone[0]:.2f}", "")
        deployed.add_row("warm, the median", f"{median(alone[1:]):.2f}", "≤ 2")
        deployed.add_row("warm, the slowest", f"{max(alone[1:]):.2f}", "")
        console.print(deployed)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--local", action="store_true", help="leave out the deployed world")
    parser.add_argument("--leavers", type=int, nargs="*", default=BURSTS)
    parser.add_argument("--groups", type=int, nargs="+", default=[0, 3], help="groups with access of each")
    arguments = parser.parse_args()
    with redirect_stdout(StringIO()):  # Metrics go there, as Lambda wants them.
        bursts = (burst(count, groups) for groups in arguments.groups for count in arguments.leavers)
        figures = list(told(bursts, lambda each: f"{each.leavers} leavers with {each.groups} groups each"))
    alone = [] if arguments.local else one_by_one(step)
    if not arguments.json:
        show(figures, alone)
        return
    rows = [
        {**asdict(f), "ratio": f.ratio, "per_update": f.per_update, "per_leaver": f.per_leaver}
        for f in figures
    ]
    Console().print_json(json.dumps({"bursts": rows, "deployed": alone}))


if __name__ == "__main__":
    main()
