"""Pages of what a real graph holds: hostile text loaded and exported, and the bundled answers as a reader sees them."""

from __future__ import annotations

import json
import re

import pytest

from kg import load as loading
from kg.commands.demo import bundled
from kg.export import html, pages, selection
from kg.findings import SECTIONS
from kg.graph import Graph
from kg.network import Projection
from kg.store import session
from kg.visible import visible
from tests.browser import hostile
from tests.browser.test_page import label_boxes, overlapping
from tests.conftest import wipe

pytestmark = [pytest.mark.browser, pytest.mark.neo4j]


@pytest.fixture(scope="module")
def hostile_graph(neo4j_settings, tmp_path_factory):
    path = tmp_path_factory.mktemp("hostile") / "hostile.json"
    path.write_text(json.dumps(hostile.content()))
    wipe(neo4j_settings)
    with session.connect(neo4j_settings) as database:
        assert [str(one) for one in loading.load(database, [path]).problems] == []
        graph = Graph(database)
        whole = selection.everything(graph)
        return pages.of_selection(graph, whole)


@pytest.fixture(scope="module")
def demo(neo4j_settings):
    wipe(neo4j_settings)
    with session.connect(neo4j_settings) as database:
        assert loading.load(database, bundled()).problems == ()
        yield Graph(database)


def touch_everything(browser):
    """Open, hover and use whatever shows a text."""
    ids = browser.run("return networks.at(-1).body.nodeIndices.length")
    for number in range(ids):
        place = browser.run(
            "const n = networks.at(-1), box = n.body.container.getBoundingClientRect();"
            "const { x, y } = n.canvasToDOM(n.getPosition(n.body.nodeIndices[arguments[0]]));"
            "return [box.left + x, box.top + y]", number,
        )  # fmt: skip
        if number % 6 == 0 and 260 < place[0] < 1100 and 200 < place[1] < 700:
            browser.point(*place, click=True)
    browser.run("""
      const rows = document.querySelectorAll("#transfer-table tbody button").length;
      for (let row = 0; row < rows; row += 1) {
        document.querySelectorAll("#transfer-table tbody button")[row].click();
        document.querySelectorAll("#evidence button").forEach((one, place) => place < 3 && one.click());
      }
      for (const select of document.querySelectorAll("#filters select")) {
        for (const option of [...select.options].slice(0, 20)) {
          select.value = option.value;
          select.dispatchEvent(new Event("change", { bubbles: true }));
        }
        select.value = select.options[0].value;
        select.dispatchEvent(new Event("change", { bubbles: true }));
      }
      document.querySelectorAll("details").forEach((one) => (one.open = true));
    """)
    for text in ("pwned", "x", "script"):
        browser.change("#search", text, "input")
    for control in ("#copy-cypher", "#text-dialog-close", "#print", "#save-svg", "#save-png", "#theme", "#copy-link"):
        browser.click(control)
    browser.click("#text-dialog-close")


def without_policy(text):
    left = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
    assert left != text
    return left


class TestHostileText:
    def test_every_text_field_of_every_model_has_its_text(self):
        assert sum(len(hostile.text_fields(section)) for section in SECTIONS) > 30
        assert hostile.missing() == set()

    @pytest.mark.parametrize("edit", [None, without_policy], ids=["with the policy", "without the policy"])
    def test_nothing_of_it_runs_and_all_of_it_is_in_the_file(self, browser, hostile_graph, edit):
        written = browser.open(hostile_graph, "#possessions=1", edit=edit)
        assert written.transfers == 2 * len(hostile.PAYLOADS)
        touch_everything(browser)
        assert browser.run("return [executed, failures, violations]") == [[], [], []]
        made = (
            "script:not([type]), script[src], iframe, object, embed, img, a[href]:not(.skip), base, form, audio, video"
        )
        assert browser.run("return document.querySelectorAll(arguments[0]).length", made) == 2
        assert browser.run("return [...document.querySelectorAll('*')].filter(e => e.onerror || e.onload).length") == 0
        requested, _ = browser.log()
        assert [one for one in requested if not one.startswith(("file:///", "data:,", "blob:"))] == []
        if edit is None:
            browser.screenshot("hostile")

    def test_what_a_reader_sees_of_a_finding_is_its_text(self, browser, hostile_graph):
        browser.open(hostile_graph)
        browser.run("document.querySelectorAll('#transfer-table tbody button')[0].click()")
        chosen = browser.run("return decodeURIComponent(location.hash)")
        transfer = next(one for one in hostile_graph.records.relations if one.id in chosen)
        finding = hostile_graph.findings[transfer.findings[0]]
        shown = browser.run("return document.getElementById('evidence').textContent")
        for text in (finding["statement"], finding["attribution"], finding["place"], finding["from"]["text"]):
            assert visible(text) in shown

    def test_it_would_run_without_the_escaping_of_the_data(self, browser, hostile_graph):
        def edit(text):
            return re.sub(r"\\u003c", "<", re.sub(r"\\u003e", ">", without_policy(text)))

        assert self.ran(browser, hostile_graph, edit)

    def test_it_would_run_without_the_escaping_of_the_template(self, browser, hostile_graph, monkeypatch):
        careless = html._template().environment.overlay(autoescape=False)
        template = careless.from_string(html._resource("page.html.j2"))
        monkeypatch.setattr(html, "_template", lambda: template)
        assert self.ran(browser, hostile_graph, without_policy)

    def test_it_would_run_without_text_nodes(self, browser, hostile_graph):
        def edit(text):
            guard = "document.createTextNode(visible(child))"
            assert guard in text
            markup = "document.createRange().createContextualFragment(String(child))"
            return without_policy(text).replace(guard, markup)

        assert self.ran(browser, hostile_graph, edit)

    def test_the_policy_alone_stops_what_slips_through(self, browser, hostile_graph):
        browser.open(hostile_graph)
        browser.run("document.body.insertAdjacentHTML = null")
        refused = browser.run(
            "try { document.body.innerHTML = '<img src=x onerror=pwned()>' } catch (problem) { return problem.message }"
        )
        assert "TrustedHTML" in refused and browser.run("return executed") == []

    @staticmethod
    def ran(browser, picture, edit):
        """Say whether hostile text ran when a guard is out; that such a page may fail is no matter."""
        path = browser.folder / "page.html"
        html.write(path, picture, force=True)
        path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")
        browser.driver.get("about:blank")
        browser.driver.get(path.as_uri() + "#possessions=1")
        try:
            return browser.wait("return window.executed.length > 0", seconds=5)
        finally:
            browser.log()


class TestBundled:
    def test_the_evidence_of_every_transfer_is_that_of_the_database(self, browser, demo):
        browser.open(pages.of_selection(demo, selection.everything(demo)))
        rows = {edge.id: demo.evidence_rows(edge.findings) for edge in demo.records.relations if edge.is_transfer}
        shown = browser.run("""
          const count = document.querySelectorAll("#transfer-table tbody button").length, found = {};
          for (let row = 0; row < count; row += 1) {
            document.querySelectorAll("#transfer-table tbody button")[row].click();
            const id = new URLSearchParams(location.hash.slice(1)).get("select").replace("transfer.", "");
            const cards = [...document.querySelectorAll("#evidence .finding")];
            const fact = (card, name) => [...card.querySelectorAll("dt")].find((one) => one.textContent === name);
            found[id] = cards.map((card) => [
              fact(card, "Finding").nextSibling.textContent, card.querySelector(".statement").textContent,
              card.querySelector(".chip").textContent, card.querySelector(".source strong").textContent,
              fact(card, "Reliability").nextSibling.textContent.split(",")[0],
              card.closest(".origin").querySelector("strong").textContent,
            ]);
          }
          return found;
        """)
        assert shown.keys() == rows.keys()
        keys = ("finding", "statement", "certainty", "title", "reliability", "organisation")
        for id_, found in rows.items():
            assert sorted(shown[id_]) == sorted([row[key] for key in keys] for row in found)
        browser.clean()

    def test_what_is_known_of_a_party_flows_through_it(self, browser, demo):
        isis = demo.party("ISIS")
        edges = [one for one in demo.records.relations if isis in (one.start, one.end)]
        with browser.window(1500, 960):
            browser.open(pages.of_edges(demo, edges, "ISIS: what is known"))
            browser.screenshot("show")
            across = browser.run("return networks.at(-1).getPositions()")
            moved = [one for one in edges if one.is_transfer]
            assert moved and all(across[one.start]["x"] < across[one.end]["x"] for one in moved)
            assert overlapping(label_boxes(browser)) == []

    def test_a_page_of_chokepoints_names_those_of_the_command_line(self, browser, demo):
        answer = demo.chokepoints([demo.party("Russia")], [demo.party("ISIS")], Projection())
        assert answer.parties and answer.transfers
        page = pages.of_chokepoints(demo, answer, Projection())
        assert page.chokepoints == {row["id"] for row in answer.rows()} == page.certificates.keys()
        browser.open(page)
        said = browser.run("return document.getElementById('evidence').textContent")
        for one in (*answer.parties, *answer.transfers):
            assert one.name in said and all(origin in said for origin in one.hangs_on)

    def test_the_pictures_of_the_readme(self, browser, demo):
        """Make what people look at; that every label of the answers is there and none lies on another is tested."""
        starts, ends = [demo.party("United States")], [demo.party("ISIS")]
        asked = Projection(items=(demo.item("precursor"),))
        with browser.window(1500, 960):
            title = "How ISIS was armed: what five news texts say"
            browser.open(pages.of_edges(demo, demo.records.relations, title, flow=False))
            browser.screenshot("demo")
            browser.open(pages.of_paths(demo, demo.paths(starts, ends)), "#answer=0")
            browser.screenshot("path")
            browser.open(pages.of_chokepoints(demo, demo.territories(None, ends, asked), asked))
            browser.screenshot("chokepoint")
            said = browser.run("return document.querySelector('#evidence').textContent")
            assert "the territory of Turkey: on every path of known territory" in said
            page = pages.of_chokepoints(demo, demo.territories(None, ends, Projection()), Projection())
            ((together, wording),) = page.chokepoint_territories
            assert (len(together), wording) == (
                3,
                "every path of known territory passes the territory of Iraq, Syria or Turkey",
            )
            browser.open(page)
            assert f"Chokepoint{wording}" in browser.run("return document.querySelector('#evidence').textContent")
            assert re.match(r"\d+ paths have a hop of unknown territory", page.notes[0])
        with browser.window(1500, 960, "dark"):
            browser.open(pages.of_paths(demo, demo.paths(starts, ends)), "#answer=0")
            browser.screenshot("dark")
        with browser.window(390, 844):
            browser.open(pages.of_paths(demo, demo.paths(starts, ends)), "#answer=0")
            browser.screenshot("narrow")
        with browser.window(1040, 735):
            browser.open(pages.of_paths(demo, demo.paths(starts, ends)))
            browser.run("dispatchEvent(new Event('beforeprint'))")
            browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
            browser.screenshot("print")
            shown = browser.run("""
              const picture = document.querySelector("#print-picture svg").getBoundingClientRect();
              return [picture.width > 300 && picture.bottom < innerHeight + 200,
                document.getElementById("legend-marks").checkVisibility(),
                document.querySelectorAll("#transfer-table tbody tr").length];
            """)
        assert shown == [True, True, 7]
