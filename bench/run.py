"""`python -m bench.run [--seconds 10] [--rounds 3] [--json]`: danvan beside a plain aiogram bot, in turns; see README.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import servers, world

HERE = Path(__file__).parent
TARGET = 4.0  # times aiogram's updates per second
P99 = 100.0  # ms
PEAK = 100.0  # MiB
READY = 2.0  # s
BUSY = 0.85  # of a core: from here on the driver, not the bot, may be what is measured


class Driver:
    """The people and Telegram, in one Node process."""

    def __init__(self, cores: set[int]) -> None:
        self.process = subprocess.Popen(
            ["node", str(HERE / "driver.mjs")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=(lambda: os.sched_setaffinity(0, cores)) if cores else None,
        )
        self.api = f"http://127.0.0.1:{self._read()['port']}"

    def _read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        text = self.process.stdout.readline()
        if not text:
            raise SystemExit("the driver ended; Node 20 or newer is needed")
        return json.loads(text)  # type: ignore[no-any-return]

    def round(self, server: servers.Server, args: argparse.Namespace) -> dict[str, Any]:
        """Plays one round against a server."""
        task = {
            "url": f"http://127.0.0.1:{server.port}/telegram/webhook",
            "secret": servers.SECRET,
            "pid": server.process.pid,
            "seconds": args.seconds,
            "warm": args.warm,
            "people": args.people,
            "users": world.USERS,
            "first": world.FIRST_USER,
        }
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(task) + "\n")
        self.process.stdin.flush()
        return self._read()

    def stop(self) -> None:
        """Ends the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


def play(bot: str, driver: Driver, args: argparse.Namespace, folder: Path, cores: set[int]) -> dict[str, Any]:
    """One round of one bot, from its start to its end."""
    folder.mkdir()
    if bot == "danvan":
        world.copy(folder.parent / "template.db", folder / "danvan.db")
        server = servers.danvan(driver.api, folder, cores)
    else:
        server = servers.aiogram(driver.api, folder, cores, loop=args.loop)
    beside = subprocess.Popen(args.profile.format(pid=server.process.pid).split()) if args.profile else None
    try:
        found = driver.round(server, args)
        if beside is not None:
            beside.wait()
        found |= {"bot": bot, "ready": server.ready, "peak_mib": server.peak}
    finally:
        server.kill()
    if bot == "danvan":
        found["problems"] += world.check(folder / "danvan.db", found)
    found["rate"] = found["updates"] / found["seconds"]
    found["core"] = found["server_cpu"] / found["seconds"]
    found["sys_ms"] = found["server_sys"] * 1000 / max(found["updates"], 1)
    found["cpu_ms"] = found["server_cpu"] * 1000 / max(found["updates"], 1)
    if found["problems"]:
        tail = server.log.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise SystemExit(
            f"{bot}: the round does not count: {json.dumps(found['problems'], ensure_ascii=False, indent=1)}\n{tail}"
        )
    return found


def measure(args: argparse.Namespace) -> list[dict[str, Any]]:
    """All rounds, the bots in turns, so that whatever else the machine does hits both."""
    cores = sorted(os.sched_getaffinity(0))
    pinned = len(cores) > 1
    driver = Driver({cores[1]} if pinned else set())
    rounds = []
    with tempfile.TemporaryDirectory(prefix="danvan-bench-") as name:
        folder = Path(name)
        world.make(folder / "template.db")
        try:
            for number in range(args.rounds):
                for bot in args.bots.split(","):
                    rounds.append(play(bot, driver, args, folder / f"{bot}-{number}", {cores[0]} if pinned else set()))
                    if not args.json:
                        print(line(rounds[-1], f"{bot} {number + 1}"), flush=True)
        finally:
            driver.stop()
    return rounds


HEAD = f"{'':12}{'updates/s':>10}{'p50 ms':>8}{'p99 ms':>8}{'CPU ms':>8}{'system':>8}{'core':>7}{'peak MiB':>9}{'ready s':>9}{'calls/s':>9}{'driver':>8}"


def line(row: dict[str, Any], name: str) -> str:
    """A row of the table."""
    return (
        f"{name:12}{row['rate']:10.0f}{row['p50']:8.1f}{row['p99']:8.1f}{row['cpu_ms']:8.2f}{row['sys_ms']:8.2f}{row['core']:7.0%}{row['peak_mib']:9.1f}"
        f"{row['ready']:9.2f}{row['calls'] / row['seconds']:9.0f}{row['driver_busy']:8.0%}"
    )


def summed(rounds: list[dict[str, Any]], bot: str) -> dict[str, Any]:
    """The median of each figure; of p99, memory and readiness the worst round."""
    mine = [row for row in rounds if row["bot"] == bot]
    worst = {"p99", "peak_mib", "ready", "driver_busy"}
    numbers = [key for key, value in mine[0].items() if isinstance(value, int | float)]
    return {key: (max if key in worst else statistics.median)(row[key] for row in mine) for key in numbers}


def verdict(danvan: dict[str, Any], other: dict[str, Any]) -> list[tuple[bool, str]]:
    """What was promised, and whether it holds here."""
    times = danvan["rate"] / other["rate"]
    return [
        (times >= TARGET, f"{times:.1f} times aiogram's updates per second (at least {TARGET:.0f})"),
        (danvan["p99"] < P99, f"p99 {danvan['p99']:.0f} ms (under {P99:.0f})"),
        (danvan["peak_mib"] < PEAK, f"peak memory {danvan['peak_mib']:.0f} MiB (under {PEAK:.0f})"),
        (danvan["ready"] < READY, f"ready after {danvan['ready']:.2f} s (within {READY:.0f})"),
        (
            max(danvan["driver_busy"], other["driver_busy"]) < BUSY,
            f"driver busy {danvan['driver_busy']:.0%} (under {BUSY:.0%}, or it is the limit)",
        ),
    ]


def machine(args: argparse.Namespace) -> dict[str, Any]:
    """What the figures were taken on."""
    names = ("aiogram", "aiohttp", "SQLAlchemy", "python-telegram-bot", "uvloop")
    model = [
        row.partition(":")[2].strip()
        for row in Path("/proc/cpuinfo").read_text().splitlines()
        if row.startswith("model name")
    ]
    return {
        "cpu": f"{len(os.sched_getaffinity(0))} x {model[0] if model else platform.machine()}",
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
        "aiogram_loop": args.loop,
        **{name: version(name) for name in names},
    }


def main() -> int:
    """0 when all that was promised holds."""
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="measured in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--people", type=int, default=32, help="updates under way at once")
    parser.add_argument("--warm", type=float, default=2, help="seconds before each measurement")
    parser.add_argument("--loop", choices=["uvloop", "asyncio"], default="uvloop", help="event loop of the aiogram bot")
    parser.add_argument("--bots", default="aiogram,danvan", help="one of them alone: for profiling")
    parser.add_argument(
        "--profile",
        default="",
        help='run beside each round, "{pid}" being the bot: "py-spy record -p {pid} -d 5 -o out.svg"',
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of the table")
    args = parser.parse_args()
    about = machine(args)
    if not args.json:
        print(", ".join(f"{name} {value}" for name, value in about.items()))
        print(f"{args.people} people at once, {args.seconds:g} s a round, server and driver on a core each\n")
        print(HEAD)
    rounds = measure(args)
    bots = {bot: summed(rounds, bot) for bot in args.bots.split(",")}
    found = verdict(bots["danvan"], bots["aiogram"]) if len(bots) == 2 else []
    if args.json:
        promises = [{"holds": holds, "what": what} for holds, what in found]
        print(
            json.dumps(
                {"machine": about, "rounds": rounds, "median": bots, "promises": promises}, ensure_ascii=False, indent=1
            )
        )
    else:
        print("\nmedian (worst round for p99, memory, readiness, driver)")
        for bot, row in bots.items():
            print(line(row, bot))
        print("\n" + "\n".join(f"{'ok ' if holds else 'NOT'} {what}" for holds, what in found))
    return 0 if all(holds for holds, _ in found) else 1


if __name__ == "__main__":
    sys.exit(main())
