"""`python -m bench.import_ [--communes 100] [--people 20000]`: a whole province's workbook, made, imported, imported again."""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Prints a line for each command: wall time and peak memory of its process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--communes", type=int, default=100)
    parser.add_argument("--people", type=int, default=20_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="danvan-bench-") as name:
        size = ("--communes", str(args.communes), "--people", str(args.people))
        print(f"{'':28}{'seconds':>9}{'peak MiB':>10}  says")
        for title, words in (
            ("sample", ("sample", *size, "registry.xlsx")),
            ("import --dry-run", ("import", "registry.xlsx", "--dry-run")),
            ("import", ("import", "registry.xlsx")),
            ("import again", ("import", "registry.xlsx")),
            ("check --offline", ("check", "--offline")),
        ):
            print(line(title, Path(name), words), flush=True)
    return 0


def line(title: str, folder: Path, words: tuple[str, ...]) -> str:
    """One command, run in `folder`."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("DANVAN_")} | {"PYTHONPATH": str(ROOT)}
    # A child of its own each time: what the kernel says of ended children is the largest of all there ever were.
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", *words],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = process.stdout.read().strip().splitlines()
    _pid, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) not in (0, 1) or (words[0] != "check" and status):
        raise SystemExit("\n".join(said[-5:]))
    return f"{title:28}{seconds:9.1f}{_mib(usage):10.0f}  {said[-1][:60] if said else ''}"


def _mib(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
