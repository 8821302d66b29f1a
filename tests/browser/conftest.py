"""A headless Chromium of the tests' own, without a network, with a log of requests and of the console."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.support.wait import WebDriverWait

from kg.export.html import Picture, Written, write

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--window-size=1500,960",
)
SCREENSHOTS = Path(__file__).parent / "screenshots"


# Runs before a page's own scripts: keeps violations and errors, tells whether hostile text ran, and lets tests ask the
# library what it draws.
WITNESS = """
window.violations = []; window.failures = []; window.executed = []; window.networks = [];
window.pwned = (what) => { window.executed.push(what || "something"); };
window.alert = window.confirm = window.prompt = window.pwned;
window.print = () => { dispatchEvent(new Event("beforeprint")); dispatchEvent(new Event("afterprint")); };
document.addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
addEventListener("error", (event) => failures.push(event.message));
addEventListener("unhandledrejection", (event) => failures.push(String(event.reason)));
window.vis = {};
Object.defineProperty(window.vis, "Network", {
  set(Network) {
    this.Witnessed = class extends Network { constructor(...given) { super(...given); window.networks.push(this); } };
  },
  get() { return this.Witnessed; },
});
"""


class Browser:
    """Open pages from disk and tell what they did."""

    def __init__(self, driver: webdriver.Chrome, folder: Path) -> None:
        self.driver, self.folder = driver, folder
        self.written: Written | None = None

    def open(self, picture: Picture, fragment: str = "", *, edit: Any = None) -> Written:
        """Write a picture, open it from disk and wait until it is drawn; `edit` changes the text of the file before."""
        path = self.folder / "page.html"
        self.written = write(path, picture, force=True)
        if edit:
            path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")
        self.load(path, fragment)
        return self.written

    def load(self, path: Path, fragment: str = "") -> None:
        """Open a file and wait until its script is done."""
        self.driver.get("about:blank")
        self.log()
        self.driver.get(path.as_uri() + fragment)
        self.wait("return document.documentElement.classList.contains('ready') || failures.length > 0")
        assert self.run("return failures") == []

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a script in the page."""
        return self.driver.execute_script(script, *arguments)

    def wait(self, script: str, *, arguments: Sequence[Any] = (), seconds: float = 15) -> Any:
        """Run a script in the page until it returns something true; fail after some seconds."""
        return WebDriverWait(self.driver, seconds, 0.05).until(
            lambda driver: driver.execute_script(script, *arguments), f"still not: {script}"
        )

    @property
    def nodes(self) -> set[str]:
        """Ids of the nodes that the library draws."""
        return set(self.run("return networks.at(-1).body.nodeIndices"))

    @property
    def edges(self) -> set[str]:
        """Ids of the edges that the library draws."""
        return set(self.run("return networks.at(-1).body.edgeIndices"))

    def text(self, id_: str) -> str:
        """Return the text of an element."""
        return str(self.run("return document.getElementById(arguments[0]).innerText", id_))

    def click(self, selector: str) -> None:
        """Click the first element of a selector by script."""
        self.run("document.querySelector(arguments[0]).click()", selector)

    def change(self, selector: str, value: str, event: str = "change") -> None:
        """Set the value of a field and tell the page."""
        script = "const e = document.querySelector(arguments[0]); e.value = arguments[1];"
        self.run(f"{script} e.dispatchEvent(new Event(arguments[2], {{bubbles: true}}))", selector, value, event)

    def check(self, label: str) -> None:
        """Click the check box with this label."""
        script = """
        const rows = [...document.querySelectorAll('#filters label.check')];
        rows.find(row => row.innerText.includes(arguments[0])).querySelector('input').click();
        """
        self.run(script, label)

    def choose(self, label: str, value: str) -> None:
        """Choose a value in the list with this label."""
        script = """
        const rows = [...document.querySelectorAll('#filters label.choose')];
        const row = rows.find(one => one.innerText.includes(arguments[0]));
        const list = row.querySelector('select'); list.value = arguments[1];
        list.dispatchEvent(new Event('change', {bubbles: true}));
        """
        self.run(script, label, value)

    def place(self, id_: str) -> tuple[float, float]:
        """Return where a node stands in the window, in pixels."""
        script = """
        const network = networks.at(-1), box = network.body.container.getBoundingClientRect();
        const {x, y} = network.canvasToDOM(network.getPosition(arguments[0]));
        return [box.left + x, box.top + y];
        """
        x, y = self.run(script, id_)
        return float(x), float(y)

    def point(self, x: float, y: float, *, click: bool = False) -> None:
        """Move the mouse to a place in the window, and click there."""
        mouse = ActionBuilder(self.driver)
        mouse.pointer_action.move_to_location(round(x), round(y))
        if click:
            mouse.pointer_action.click()
        mouse.perform()

    def clean(self) -> None:
        """Fail where the page asked for anything, broke its policy, failed, or ran what it should show."""
        requested, console = self.log()
        assert [one for one in requested if not one.startswith(("file://", "data:,", "blob:"))] == []
        assert len([one for one in requested if one.startswith("file://")]) <= 1
        assert self.run("return [violations, failures, executed]") == [[], [], []]
        assert console == []

    def log(self) -> tuple[list[str], list[str]]:
        """Return the addresses requested and the lines of the console since the last call."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        requested = [
            one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent"
        ]
        console = [entry["message"] for entry in self.driver.get_log("browser")]
        return requested, console

    @contextmanager
    def window(self, width: int, height: int, theme: str = "light") -> Iterator[None]:
        """Have a window of this size, also one narrower than a desktop allows, and a reader's choice of theme."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        feature = {"name": "prefers-color-scheme", "value": theme}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        try:
            yield
        finally:
            self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
            self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    def faults(self) -> list[str]:
        """Return what axe-core, put into the page for this only, finds against accessibility, with an element each."""
        self.run((resources.files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8"))
        script = "const done = arguments[0]; axe.run().then(done, (problem) => done({ error: String(problem) }))"
        found = self.driver.execute_async_script(script)
        assert "error" not in found and len(found["passes"]) > 20, found.get("error")
        return [f"{one['impact']} {one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]

    def screenshot(self, name: str) -> Path:
        """Keep a picture of the page for people to look at."""
        SCREENSHOTS.mkdir(exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        self.driver.save_screenshot(str(path))
        return path


def chromium() -> str:
    """Return the path of Chromium; without it skip, or fail where the environment says CI=true."""
    found = os.environ.get("KG_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if found and shutil.which("chromedriver"):
        return found
    reason = "chromium and chromedriver are not installed"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def start_driver(profile: Path, downloads: Path, *flags: str) -> webdriver.Chrome:
    """Start a headless Chromium with a fresh profile."""
    options = webdriver.ChromeOptions()
    options.binary_location = chromium()
    for flag in (*FLAGS, *flags, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    several = {"profile.default_content_setting_values.automatic_downloads": 1}
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads), **several})
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))


@pytest.fixture(scope="session")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder into which Chromium saves files."""
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory, downloads: Path) -> Iterator[webdriver.Chrome]:
    """Yield one Chromium for all tests of a run."""
    running = start_driver(tmp_path_factory.mktemp("profile"), downloads)
    running.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WITNESS})
    yield running
    running.quit()


@pytest.fixture
def browser(driver: webdriver.Chrome, tmp_path: Path) -> Browser:
    """Return the browser with a folder of this test's own."""
    return Browser(driver, tmp_path)
