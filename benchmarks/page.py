"""Measure our page beside plain pyvis in the same Chromium: `python -m benchmarks.page`.

Plain pyvis is `Network(directed=True, cdn_resources="in_line")` with its physics, as its documentation shows it. Its
page asks a host for bootstrap all the same; here no name resolves, so that this fails at once and costs it nothing.

The first complete drawing is told in the same way of both: the first frame in which vis-network has drawn all nodes and
edges that the page means to draw and lays nothing out any more, counted from the start of the navigation. Ours means to
draw the 300 most important parties and all transfers between them; plain pyvis everything. While dragging and zooming,
frames are counted for some seconds in which every frame brings a move of the mouse or a turn of its wheel.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from pyvis.network import Network
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from urllib3.exceptions import HTTPError

from benchmarks.__main__ import seconds
from kg.export import html
from tests.browser import samples
from tests.browser.conftest import WITNESS, start_driver

SIZES = (50, 500, 2_000, 10_000)
RUNS = 3
LIMIT = 30  # seconds after which a drawing is given up
MOVING = 3  # seconds of dragging, and of zooming
NO_NAMES = "--host-resolver-rules=MAP * ~NOTFOUND"

# Put into the page before its own scripts, after the tests' witness, which keeps every network that is made.
WATCH = """
window.drawnAt = null;
const settled = new Set(), watched = new Set();
const watch = () => {
  for (const network of window.networks) {
    if (watched.has(network)) continue;
    watched.add(network);
    network.on("stabilizationIterationsDone", () => settled.add(network));
    network.on("afterDrawing", () => {
      const still = !network.physics.physicsEnabled || settled.has(network);
      if (window.drawnAt === null && still && network.body.nodeIndices.length) {
        const all = [network.body.data.nodes.length, network.body.data.edges.length];
        const drawn = [network.body.nodeIndices.length, network.body.edgeIndices.length];
        if (String(all) === String(drawn)) window.drawnAt = performance.now();
      }
    });
  }
  if (window.drawnAt === null) requestAnimationFrame(watch);
};
requestAnimationFrame(watch);
"""
# Count the frames while every one of them brings an event.
MOVE = """
const [kind, length, done] = arguments;
const network = window.networks.at(-1), canvas = network.canvas.frame.canvas;
const box = canvas.getBoundingClientRect(), middle = [box.left + 40, box.top + 40];
const pointer = (type, x, y) => canvas.dispatchEvent(new PointerEvent(type, {
  bubbles: true, cancelable: true, pointerId: 1, pointerType: "mouse", isPrimary: true, clientX: x, clientY: y,
  button: type === "pointermove" ? -1 : 0, buttons: type === "pointerup" ? 0 : 1,
}));
const frames = [];
const where = () => JSON.stringify([network.getViewPosition(), network.getScale()]);
const begun = where();
let moved = false;
const step = (now) => {
  frames.push(now);
  const turn = frames.length;
  if (kind === "drag") pointer("pointermove", middle[0] + 200 * Math.sin(turn / 15), middle[1] + 5 + (turn % 60));
  else canvas.dispatchEvent(new WheelEvent("wheel", {
    bubbles: true, cancelable: true, clientX: middle[0], clientY: middle[1], deltaY: turn % 60 < 30 ? -100 : 100,
  }));
  moved ||= where() !== begun;
  if (now - frames[0] < length * 1000) return requestAnimationFrame(step);
  if (kind === "drag") pointer("pointerup", middle[0], middle[1]);
  const gaps = frames.slice(1).map((one, index) => one - frames[index]);
  done([(frames.length - 1) / ((now - frames[0]) / 1000), Math.max(...gaps), moved]);
};
if (kind === "drag") pointer("pointerdown", middle[0], middle[1] + 5);
requestAnimationFrame(step);
"""


@contextmanager
def browser(folder: Path) -> Iterator[webdriver.Chrome]:
    """Give a headless Chromium in which no name resolves."""
    driver = start_driver(Path(tempfile.mkdtemp(dir=folder)), folder, NO_NAMES)
    driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WITNESS + WATCH})
    driver.set_page_load_timeout(LIMIT)
    driver.set_script_timeout(LIMIT)
    driver.command_executor.client_config.timeout = LIMIT + 10
    try:
        yield driver
    finally:
        # A page that never yields would keep the driver from ending its browser.
        for process in psutil.Process(driver.service.process.pid).children(recursive=True):
            process.kill()
        driver.service.stop()


def drawn_after(driver: webdriver.Chrome, path: Path) -> float | None:
    """Open a page and return the seconds to its first complete drawing; None where the limit is passed."""
    driver.get("about:blank")
    end = time.monotonic() + LIMIT
    try:
        driver.get(path.as_uri())
        while time.monotonic() < end:
            at = driver.execute_script("return window.drawnAt")
            if at is not None:
                return float(at) / 1000
            time.sleep(0.05)
    except (WebDriverException, HTTPError):
        return None
    return None


def frames(driver: webdriver.Chrome, kind: str) -> tuple[float, float]:
    """Return frames a second and the longest frame in milliseconds, while dragging or zooming the picture."""
    rate, worst, moved = driver.execute_async_script(MOVE, kind, MOVING)
    assert moved, f"the picture does not {kind}"
    return float(rate), float(worst)


def plain(path: Path, picture: html.Picture) -> None:
    """Write the parties and transfers of a picture with plain pyvis."""
    network = Network(directed=True, cdn_resources="in_line")
    for party in picture.records.parties.values():
        network.add_node(party.id, label=party.name, title=party.kind)
    for one in picture.records.relations:
        network.add_edge(one.start, one.end, title=one.type)
    network.write_html(str(path), notebook=False, open_browser=False)


def ours(path: Path, picture: html.Picture) -> None:
    """Write a picture as our page."""
    html.write(path, picture, force=True)


def measure(driver: webdriver.Chrome, path: Path, runs: int) -> str:
    """Return what a page takes to draw and how it moves, as text."""
    times = [drawn_after(driver, path) for _ in range(runs)]
    if None in times:
        return f"over {LIMIT} s"
    (drag, drag_worst), (zoom, zoom_worst) = frames(driver, "drag"), frames(driver, "zoom")
    return (
        f"{statistics.median(one for one in times if one is not None):6.2f} s   "
        f"drag {drag:3.0f} fps (worst {drag_worst:4.0f} ms)   zoom {zoom:3.0f} fps (worst {zoom_worst:4.0f} ms)"
    )


def side_by_side(folder: Path, size: int) -> None:
    """Print one size of both: file, write time, first complete drawing, frames."""
    picture = samples.whole(size, 3 * size, findings=3 * size)
    sides: tuple[tuple[str, Callable[[Path, html.Picture], None], int], ...] = (
        ("ours", ours, RUNS),
        ("plain pyvis", plain, 1),
    )
    for name, write, runs in sides:
        path = folder / f"{name.replace(' ', '-')}-{size}.html"
        taken = seconds(lambda write=write, path=path: write(path, picture))
        with browser(folder) as driver:
            found = measure(driver, path, runs)
        print(f"{size:>6} nodes  {name:<12} {path.stat().st_size / 1e6:6.2f} MB   written {taken:6.2f} s   {found}")


def at_most_drawn(folder: Path) -> None:
    """Print how the page moves with as many parties drawn as it ever draws."""
    path = folder / "most.html"
    ours(path, samples.whole(2_000, 6_000))
    with browser(folder) as driver:
        drawn_after(driver, path)
        for _ in range(4):
            driver.execute_script("document.getElementById('draw-more').click()")
        drawn = driver.execute_script("return networks.at(-1).body.nodeIndices.length")
        for kind in ("drag", "zoom"):
            rate, worst = frames(driver, kind)
            print(f"{drawn:,} drawn, {kind}: {rate:.0f} fps, worst frame {worst:.0f} ms")


def answers(folder: Path) -> None:
    """Print what a page of 10,000 parties takes to write besides the layout, to filter, to search, to find a path."""
    picture = samples.whole(10_000, 30_000, findings=30_000)
    path, layouts, place = folder / "large.html", [], html._places

    def timed(*given: Any) -> Any:  # noqa: ANN401 - what the layout gives
        layouts.append(time.perf_counter())
        found = place(*given)
        layouts.append(time.perf_counter())
        return found

    html._places = timed
    total = seconds(lambda: ours(path, picture))
    html._places = place
    laid = layouts[1] - layouts[0]
    print(f"10,000 parties: written in {total:.2f} s, of which layout {laid:.2f} s, the rest {total - laid:.2f} s")
    timed_script = "const begun = performance.now(); {}; return performance.now() - begun"
    field = "const f = document.getElementById('{}'); f.value = '{}'; f.dispatchEvent(new Event('input'))"
    enter = "document.getElementById('{}').dispatchEvent(new KeyboardEvent('keydown', {{key: 'Enter'}}))"
    with browser(folder) as driver:
        drawn_after(driver, path)
        steps = [("filter", "document.querySelector('#filters input').click()")]
        steps += [("filter undone", steps[0][1]), ("search", field.format("search", "number 99"))]
        for name, script in steps:
            print(f"  {name}: {driver.execute_script(timed_script.format(script)) / 1000:.3f} s")
        driver.execute_script(field.format("path-from", "Alias 7"))
        driver.execute_script(enter.format("path-from"))
        driver.execute_script(field.format("path-to", "Alias 9321"))
        taken = driver.execute_script(timed_script.format(enter.format("path-to"))) / 1000
        print(f"  path, from the key to all of it drawn: {taken:.3f} s")
        driver.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
        print(f"  memory: {driver.execute_script('return performance.memory.usedJSHeapSize') / 1e6:.0f} MB")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        print(f"Plain pyvis is given up after {LIMIT} s; no name resolves, which its call for bootstrap meets at once.")
        for number in SIZES:
            side_by_side(Path(temporary), number)
        at_most_drawn(Path(temporary))
        answers(Path(temporary))
