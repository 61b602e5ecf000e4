"""Draws pictures of a week's figures, in a process of its own: `python -m bot.chart` reads a list of jobs as JSON.

A job (see `bot/charts.py`) names words, figures and the PNG to write: 1080 pixels wide, for a phone that shows it a
third as wide. Ends with 1 where any of them could not be drawn.
"""

from __future__ import annotations

import json
import sys
import textwrap
import traceback
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.container import BarContainer

DPI = 150
WIDTH, MARGIN = 7.2, 0.22  # inches: 1080 pixels
TITLE, WEEKS, HEAD, ROW, GAP = 1.05, 3.1, 0.55, 0.92, 0.45  # heights in inches
BIG, USUAL = 18, 15  # points: 12 and 10 pixels where the picture is 360 wide
RECEIVED, ANSWERED, INK, PALE = "#0072B2", "#E69F00", "#1a1a1a", "#bfbfbf"  # told apart by the colour-blind as well
LETTERS = 58  # of a category in its line, of a place in the heading


def draw(job: dict[str, Any]) -> None:
    """Writes `job["out"]`."""
    rows = max(len(job["categories"]), 1)
    height = TITLE + HEAD + WEEKS + GAP + HEAD + ROW * rows + MARGIN
    figure = plt.figure(figsize=(WIDTH, height), dpi=DPI, facecolor="white")
    try:
        figure.text(MARGIN / WIDTH, 1 - 0.45 / height, job["title"], fontsize=BIG, fontweight="bold", color=INK)
        scope = textwrap.shorten(job["scope"], LETTERS, placeholder="…")
        figure.text(MARGIN / WIDTH, 1 - 0.83 / height, scope, fontsize=USUAL, color=INK)
        across = (MARGIN / WIDTH, 1 - 2 * MARGIN / WIDTH)
        below = ROW * rows
        lower = figure.add_axes((across[0], MARGIN / height, across[1], below / height))
        upper = figure.add_axes((across[0], (MARGIN + below + HEAD + GAP) / height, across[1], WEEKS / height))
        _weeks(upper, job)
        _categories(lower, job)
        figure.savefig(job["out"])
    finally:
        plt.close(figure)


def _weeks(axes: Axes, job: dict[str, Any]) -> None:
    labels, got, gone = zip(*job["weeks"], strict=True)
    places, most = range(len(labels)), max(4, *got, *gone)
    for shift, values, colour, name in ((-0.2, got, RECEIVED, "received"), (0.2, gone, ANSWERED, "answered")):
        bars = axes.bar([p + shift for p in places], values, 0.4, color=colour, label=job[name])
        _numbers(axes, bars, values, USUAL if most < 100 else USUAL - 3 if most < 1000 else USUAL - 6)
    axes.set_xticks(list(places), labels, fontsize=USUAL)
    axes.set_yticks([])
    axes.set_xlim(-0.55, len(labels) - 0.45)
    axes.set_ylim(0, most * 1.35)  # the legend stands above the bars
    _plain(axes, job["by_week"])
    axes.spines["bottom"].set_color(PALE)
    axes.legend(fontsize=USUAL, frameon=False, loc="upper left", ncols=2, borderaxespad=0, handlelength=1.2)


def _categories(axes: Axes, job: dict[str, Any]) -> None:
    """Each name stands above its two bars: a phone is too narrow for both side by side."""
    _plain(axes, job["by_category"])
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_ylim(max(len(job["categories"]), 1), 0)
    if not job["categories"]:
        axes.text(0, 0.4, job["nothing"], fontsize=USUAL, color=INK)
        return
    names, got, gone = zip(*job["categories"], strict=True)
    for shift, values, colour in ((0.54, got, RECEIVED), (0.8, gone, ANSWERED)):
        bars = axes.barh([row + shift for row in range(len(names))], values, 0.26, color=colour)
        _numbers(axes, bars, values, USUAL)
    for row, name in enumerate(names):
        axes.text(0, row + 0.35, textwrap.shorten(name, LETTERS, placeholder="…"), fontsize=USUAL, color=INK)
    axes.set_xlim(0, max(1, *got, *gone) * 1.1)


def _numbers(axes: Axes, bars: BarContainer, values: tuple[int, ...], size: int) -> None:
    axes.bar_label(bars, labels=[str(value) if value else "" for value in values], fontsize=size, padding=3, color=INK)


def _plain(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", fontsize=BIG, color=INK, pad=10)
    axes.spines[:].set_visible(False)
    axes.spines["bottom"].set_visible(axes.get_xaxis().get_visible())
    axes.spines["bottom"].set_color("white")
    axes.tick_params(length=0)


def main() -> int:
    """One that cannot be drawn does not keep the others from it."""
    failed = 0
    for job in json.load(sys.stdin):
        try:
            draw(job)
        except Exception:  # noqa: BLE001 - whatever it is, the summary goes without its picture
            traceback.print_exc()
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
