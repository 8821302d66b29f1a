"""The exported page in a real headless Chromium, opened from disk."""

from __future__ import annotations

import itertools
import random
import re
import time
import xml.etree.ElementTree as ElementTree
from base64 import b64decode
from collections import Counter
from dataclasses import replace
from importlib import resources

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.keys import Keys

from kg.analysis import paths as analysis
from kg.network import Projection, project
from tests.browser import samples
from tests.browser.samples import ISIS, MARKET, OPPOSITION

pytestmark = pytest.mark.browser

TRANSFERS = {one.id: one for one in samples.RELATIONS if one.is_transfer}
# Countries in which others sit and that do nothing themselves are places: named, not drawn.
DRAWN = {one.id for one in samples.PARTIES} - {"country:TUR", "country:SYR", "country:IRQ"}


def shown(browser, transfers):
    """Say whether the page draws exactly these transfers."""
    return browser.edges == set(transfers)


def overlapping(boxes):
    return [
        (one["text"], other["text"])
        for one, other in itertools.combinations(boxes, 2)
        if min(one["right"], other["right"]) - max(one["left"], other["left"]) > 1
        and min(one["bottom"], other["bottom"]) - max(one["top"], other["top"]) > 1
    ]


def label_boxes(browser):
    """Return the boxes of the texts in the picture as the browser measures them, from its SVG."""
    return browser.run("""
      dispatchEvent(new Event("beforeprint"));
      const holder = document.getElementById("print-picture");
      holder.style.display = "block";
      const texts = [...holder.querySelectorAll("text")].filter((one) => one.getAttribute("fill") !== "none");
      const boxes = texts.map((one) => {
        const { left, right, top, bottom } = one.getBoundingClientRect();
        return { text: one.textContent, left, right, top: top + 2, bottom: bottom - 2 };
      });
      holder.style.display = "";
      dispatchEvent(new Event("afterprint"));
      return boxes;
    """)


class TestDrawing:
    def test_an_answer_is_drawn_whole(self, browser):
        written = browser.open(samples.answer())
        assert (written.parties, written.transfers, written.drawn) == (9, 13, 9)
        assert browser.nodes == DRAWN
        assert shown(browser, TRANSFERS)
        assert browser.text("counts") == "9 of 9 parties and 13 of 13 transfers shown"
        browser.screenshot("answer")
        browser.clean()

    def test_of_a_large_graph_the_most_important_parties_are_drawn_and_more_on_demand(self, browser):
        picture = samples.whole(700, 1500)
        assert browser.open(picture).drawn == 300
        first = browser.nodes
        assert len(first) == 300
        ends = {one.id: {one.start, one.end} for one in picture.records.relations}
        assert browser.edges == {id_ for id_, pair in ends.items() if pair <= first}
        assert browser.text("counts").startswith("300 of 700 parties and ")
        browser.screenshot("whole")
        browser.click("#draw-more")
        assert len(browser.nodes) == 600 and first < browser.nodes
        browser.click("#draw-more")
        assert browser.nodes == set(picture.records.parties)
        assert browser.edges == set(ends)
        browser.clean()

    def test_no_more_than_the_budget_is_drawn(self, browser):
        browser.open(samples.whole(1600, 600))
        for _ in range(4):
            browser.click("#draw-more")
        assert len(browser.nodes) == 1500
        assert browser.run("return document.getElementById('draw-more').disabled")
        assert browser.text("counts").startswith("1,500 of 1,600 parties")

    def test_where_as_many_are_drawn_as_may_be_others_give_room_to_what_is_asked_for(self, browser):
        picture = samples.whole(1600, 600)
        browser.open(picture)
        for _ in range(4):
            browser.click("#draw-more")
        first = browser.nodes
        absent = sorted(set(picture.records.parties) - first)[0]
        browser.change("#search", f"Party number {int(absent[1:])}", "input")
        browser.run("document.getElementById('search').dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter'}))")
        assert absent in browser.nodes and len(browser.nodes) == 1500
        assert "; 1 with the fewest transfers left out to make room" in browser.text("counts")
        assert len(first - browser.nodes) == 1

    def test_a_double_click_brings_in_the_neighbours(self, browser):
        picture = samples.whole(700, 1500)
        browser.open(picture)
        near = {
            end for one in picture.records.relations for end in (one.start, one.end) if "p00007" in (one.start, one.end)
        }
        missing = near - browser.nodes
        assert missing
        browser.run("location.hash = '#select=party.p00007'")
        browser.wait("return document.querySelector('#evidence h2').innerText.includes('Party number 7')")
        x, y = browser.place("p00007")
        hand = ActionBuilder(browser.driver)
        hand.pointer_action.move_to_location(round(x), round(y)).double_click()
        hand.perform()
        browser.wait("return arguments[0].every(id => networks.at(-1).body.nodes[id])", arguments=[sorted(missing)])

    def test_five_parallel_transfers_are_five_strokes(self, browser):
        fan = [samples.relation(f"t{number}", "SUPPLIED", "country:USA", ISIS) for number in range(5)]
        people = [one for one in samples.PARTIES if one.id in ("country:USA", ISIS)]
        for layout in ("flow", "force"):
            browser.open(samples.answer(records=samples.records(people, fan), paths=(), layout=layout))
            middles = browser.run("""
              const edges = Object.values(networks.at(-1).body.edges);
              const middles = edges.map((edge) => edge.edgeType.getPoint(0.5));
              return middles.map(({ x, y }) => `${Math.round(x)} ${Math.round(y)}`);
            """)
            assert len(set(middles)) == 5

    @pytest.mark.parametrize("number", [12, 13, 142])
    @pytest.mark.parametrize("layout", ["flow", "force"])
    def test_many_parallel_transfers_stay_in_the_picture_and_within_reach(self, browser, layout, number):
        people = [one for one in samples.PARTIES if one.id in ("country:USA", "country:SAU", OPPOSITION, ISIS)]
        fan = [
            samples.relation(f"t{n:03}", "SUPPLIED", "country:USA", ISIS, quantity_text=f"{n} pieces")
            for n in range(number)
        ]
        others = [samples.relation(f"x{n}", "SUPPLIED", "country:SAU", end) for n, end in enumerate((ISIS, OPPOSITION))]
        picture = samples.answer(
            records=samples.records(people, [*fan, *others]), paths=(), layout=layout, diversion_points=()
        )
        browser.open(picture)
        assert browser.text("counts").endswith(f"{number + 2} of {number + 2} transfers shown")
        middles, outside, wide = browser.run("""
          const network = networks.at(-1), { clientWidth, clientHeight } = network.body.container;
          const edges = Object.values(network.body.edges);
          const points = edges.flatMap((edge) => [0.2, 0.4, 0.6, 0.8].map((one) => edge.edgeType.getPoint(one)));
          const outside = points.map((one) => network.canvasToDOM(one)).filter(
            ({ x, y }) => x < 0 || y < 0 || x > clientWidth || y > clientHeight);
          const fan = edges.filter((edge) => edge.from.id === "country:USA");
          const middles = fan.map((edge) => edge.edgeType.getPoint(0.5));
          const [from, to] = [fan[0].from, fan[0].to], length = Math.hypot(to.x - from.x, to.y - from.y);
          const away = middles.map(({ x, y }) => Math.hypot(x - (from.x + to.x) / 2, y - (from.y + to.y) / 2) / length);
          return [middles.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`), outside, Math.max(...away)];
        """)
        assert outside == [] and wide < 0.35
        assert len(set(middles)) == len(middles) == (number if number == 12 else 1)
        browser.screenshot(f"fan-{layout}-{number}")
        assert ("so many transfers in one stroke" in browser.text("legend-marks")) == (number > 12)
        if number > 12:
            x, y = browser.run("""
              const network = networks.at(-1), box = network.body.container.getBoundingClientRect();
              const edge = Object.values(network.body.edges).find((one) => one.from.id === "country:USA");
              const { x, y } = network.canvasToDOM(edge.edgeType.getPoint(0.3));
              return [box.left + x, box.top + y];
            """)
            browser.point(x + 3, y)
            browser.point(x, y)
            browser.wait(f"return document.getElementById('tip').textContent.includes('{number} transfers')")
            browser.point(x, y, click=True)
            listed = "return document.querySelectorAll('#evidence ul button.row').length"
            browser.wait(f"return document.querySelectorAll('#evidence ul button.row').length === {number}")
            link = browser.run("return location.hash")
            browser.open(picture, link)
            assert browser.run(listed) == number
            browser.run("document.querySelectorAll('#evidence ul button.row')[5].click()")
            assert "select=transfer.t" in browser.run("return location.hash")
        rows = browser.run("return document.querySelector('#transfer-table caption').textContent")
        assert rows.endswith(f"of {number + 2} that pass the filters")
        browser.clean()

    @pytest.mark.parametrize("size", [(1500, 960), (1920, 1200)])
    def test_labels_of_forty_parties_are_all_there_and_do_not_overlap(self, browser, size):
        browser.driver.set_window_size(*size)
        picture = samples.forty()
        browser.open(picture)
        boxes = label_boxes(browser)
        browser.screenshot(f"forty-{size[0]}")
        for _ in range(4):
            browser.click("#zoom-out")
        from_afar = label_boxes(browser)
        browser.driver.set_window_size(1500, 960)
        assert overlapping(boxes) == []
        assert 0 < len(from_afar) < len(boxes) and overlapping(from_afar) == []
        first_words = sorted(party.name.split()[0] for party in picture.records.parties.values())
        starts = [one["text"].split()[0] for one in boxes]
        assert Counter(first_words) - Counter(starts) == Counter()

    @pytest.mark.parametrize("size", [(380, 800), (1500, 960)])
    @pytest.mark.parametrize("layout", ["flow", "force"])
    def test_no_label_is_cut_by_the_edge_of_the_picture(self, browser, layout, size):
        with browser.window(*size):
            browser.open(replace(samples.forty(), layout=layout))
            written, width = browser.run("""
              const context = CanvasRenderingContext2D.prototype, original = context.fillText, found = [];
              context.fillText = function (text, x, y) {
                const { a, e } = this.getTransform(), { width } = this.measureText(text);
                const left = x - width * { left: 0, center: 0.5, right: 1 }[this.textAlign];
                found.push([text, a * left + e, a * (left + width) + e]);
                return original.call(this, text, x, y);
              };
              networks.at(-1).redraw();
              context.fillText = original;
              return [found, networks.at(-1).canvas.frame.canvas.width];
            """)
            browser.screenshot(f"edges-{layout}-{size[0]}")
        assert len(written) > 3
        assert [one for one in written if one[1] < -1 or one[2] > width + 1] == []

    def test_heaped_marks_paint_over_nothing(self, browser):
        heaped = "a" + "\u0301" * 200
        people = [replace(one, name=f"{heaped} {one.name}") for one in samples.PARTIES]
        browser.open(samples.answer(records=samples.records(people, samples.RELATIONS), title=heaped))
        browser.screenshot("heaped")
        shown = browser.run("return document.body.innerText")
        texts = [one["text"] for one in label_boxes(browser)]
        assert "‹196 more marks›" in shown and "‹54 more marks›" not in shown and "\u0301" * 5 not in shown
        assert not any("\u0301" * 5 in one for one in texts)

    def test_bands_stand_behind_the_parties_of_a_territory(self, browser):
        browser.open(
            samples.answer(bands=True, chokepoint_territories=((("country:SYR", "country:TUR"), "every path passes"),))
        )
        texts = [one["text"] for one in label_boxes(browser)]
        assert "Türkiye" in texts and "Syria" in texts
        answer = browser.run("return document.getElementById('evidence').textContent")
        assert "every path passes" in answer
        assert "the territory of" not in answer
        browser.screenshot("bands")

    def test_a_transfer_that_is_a_chokepoint_is_marked_and_listed_with_its_certificate(self, browser):
        proof = {"hangsOn": ["o1"], "witness": ["t-market-isis"], "reached": [{"id": MARKET, "name": "the market"}]}
        points = frozenset({OPPOSITION, "t-market-isis"})
        browser.open(samples.answer(chokepoints=points, certificates={"t-market-isis": proof}))
        browser.screenshot("chokepoint-transfer")
        answer = browser.run("return document.getElementById('evidence').textContent")
        for part in ("Hangs on Field Researchers (o1)", "reach only 1 party (the market), and no end user", " → "):
            assert part in answer
        assert browser.run("return document.querySelectorAll('#evidence section li .row .type.SUPPLIED').length") == 1
        assert "between lines: chokepoint" in browser.text("legend-marks")
        assert [one["text"] for one in label_boxes(browser)].count("chokepoint") == 2
        browser.run("location.hash = '#select=transfer.t-market-isis'")
        browser.wait("return document.getElementById('evidence').innerText.includes('A chokepoint: without it')")
        browser.clean()

    def test_a_picture_may_be_dragged_and_zoomed_without_losing_an_edge(self, browser):
        browser.open(samples.answer())
        x, y = browser.place(OPPOSITION)
        before = browser.run("return networks.at(-1).getPosition(arguments[0])", OPPOSITION)
        hand = ActionBuilder(browser.driver)
        hand.pointer_action.move_to_location(round(x), round(y)).pointer_down()
        for step in (10, 30, 60):
            hand.pointer_action.move_to_location(round(x) + step, round(y) + step)
        hand.pointer_action.pointer_up()
        hand.perform()
        assert browser.run("return networks.at(-1).getPosition(arguments[0])", OPPOSITION) != before
        for control in ("#zoom-in", "#zoom-in", "#zoom-out", "#zoom-fit"):
            browser.click(control)
        assert shown(browser, TRANSFERS)


class TestFilters:
    def test_a_type_leaves_the_transfers_of_the_others(self, browser):
        browser.open(samples.answer())
        browser.check("SUPPLIED")
        assert shown(browser, [id_ for id_, one in TRANSFERS.items() if one.type != "SUPPLIED"])
        touched = {end for one in TRANSFERS.values() if one.type != "SUPPLIED" for end in (one.start, one.end)}
        assert browser.nodes == touched
        browser.click("#clear-filters")
        assert shown(browser, TRANSFERS)

    def test_a_kind_takes_its_parties_and_their_transfers(self, browser):
        browser.open(samples.answer())
        browser.check("Group")
        groups = {one.id for one in samples.PARTIES if one.kind == "Group"}
        assert browser.nodes == DRAWN - groups
        assert shown(browser, [id_ for id_, one in TRANSFERS.items() if not {one.start, one.end} & groups])

    @pytest.mark.parametrize(("letter", "number"), [("C", ""), ("", "3"), ("C", "3"), ("E", "5")])
    def test_a_grade_is_a_floor_of_letter_and_number(self, browser, letter, number):
        browser.open(samples.whole(60, 150))
        browser.choose("Reliability", letter)
        browser.choose("Credibility", number)
        relations = samples.whole(60, 150).records.relations
        least = (letter or "E", number or "5")
        assert shown(browser, [one.id for one in relations if one.grade[0] <= least[0] and one.grade[1] <= least[1]])

    def test_every_choice_of_every_filter_leaves_exactly_what_it_says(self, browser):
        browser.open(samples.answer())
        kinds = {one.id: one.kind for one in samples.PARTIES}
        family = {
            item.id: {one.id for one in samples.ITEMS if self.is_kind_of(one.id, item.id)} for item in samples.ITEMS
        }
        letters = [("Reliability", letter, lambda one, letter=letter: one.grade[0] <= letter) for letter in "ABCDE"]
        numbers = [("Credibility", number, lambda one, number=number: one.grade[1] <= number) for number in "12345"]
        origins = [
            ("Independent", str(number), lambda one, number=number: len(one.origin_ids) >= number)
            for number in range(2, 5)
        ]
        items = [
            ("The item", id_, lambda one, kinds=kinds_: bool(kinds & set(one.items))) for id_, kinds_ in family.items()
        ]
        choices = [*letters, *numbers, *origins, *items]
        offered = browser.run(
            'return document.querySelectorAll(\'#filters option:not([value=""]):not([value="0"])\').length'
        )
        assert offered == len(choices)
        for label, value, passes in choices:
            browser.choose(label, value)
            assert shown(browser, [id_ for id_, one in TRANSFERS.items() if passes(one)]), (label, value)
            browser.click("#clear-filters")
        checks = [
            (kind, lambda one, kind=kind: kind not in (kinds[one.start], kinds[one.end]))
            for kind in set(kinds.values())
        ]
        checks += [(kind, lambda one, kind=kind: one.type != kind) for kind in ("SUPPLIED", "DIVERTED", "CAPTURED")]
        for label, passes in checks:
            browser.check(label)
            assert shown(browser, [id_ for id_, one in TRANSFERS.items() if passes(one)]), label
            browser.check(label)
            assert shown(browser, TRANSFERS)

    @staticmethod
    def is_kind_of(id_, wanted):
        broader = {one.id: one.kind_of for one in samples.ITEMS}
        return id_ == wanted or any(TestFilters.is_kind_of(one, wanted) for one in broader[id_])

    def test_dates_leave_what_may_fall_within(self, browser):
        browser.open(samples.answer())
        months = [year * 12 + month - 1 for year, month in ((2015, 7), (2016, 12))]
        for handle, month in zip(("from", "until"), months, strict=True):
            browser.change(f'#filters input[aria-label="Took place {handle}"]', str(month), "input")
        expected = [
            id_
            for id_, one in TRANSFERS.items()
            if (one.latest is None or one.latest >= "2015-07-01")
            and (one.earliest is None or one.earliest <= "2016-12-31")
        ]
        assert 0 < len(expected) < len(TRANSFERS)
        assert shown(browser, expected)
        assert "2015-07 to 2016-12" in browser.text("filters")

    def test_the_handles_of_the_dates_do_not_cross(self, browser):
        browser.open(samples.answer())
        browser.change('#filters input[aria-label="Took place until"]', str(2014 * 12), "input")
        browser.change('#filters input[aria-label="Took place from"]', str(2016 * 12), "input")
        assert "2014-01 to 2014-01" in browser.text("filters")

    def test_items_made_and_held_are_drawn_when_asked_for(self, browser):
        browser.open(samples.answer())
        assert not {"m-cugir", "h-isis"} & browser.edges
        browser.check("made and held")
        assert {"m-cugir", "h-isis"} <= browser.edges
        assert len(browser.nodes) == len(DRAWN) + 2
        browser.check("made and held")
        assert shown(browser, TRANSFERS)

    def test_items_made_and_held_pass_the_same_filters(self, browser):
        made = {"floor": "A2", "low": "D4"}
        more = [
            samples.relation(
                f"m-{name}", "MANUFACTURED", "factory:cugir", f"item:{item}", items=(), grade=grade, origin_ids=origins,
                earliest=f"{year}-01-01", latest=f"{year}-12-31",
            )
            for (name, grade), item, origins, year in zip(
                made.items(), ("ak", "precursor"), (("o1", "o2"), ("o1",)), (2014, 2017), strict=True
            )
        ]  # fmt: skip
        browser.open(samples.answer(records=samples.records(samples.PARTIES, [*samples.RELATIONS, *more])))
        assert "HELD" not in browser.text("legend-marks")
        browser.check("made and held")
        browser.screenshot("made-and-held")
        assert {"Item", "MANUFACTURED (made)", "HELD (found with)"} <= set(browser.text("legend-marks").split("\n"))
        seen = "return document.querySelector('#transfer-table').innerText"

        def left():
            drawn = {one for one in browser.edges if one[0] in "mh" and one[1] == "-"}
            assert browser.run(seen).count("MANUFACTURED") + browser.run(seen).count("HELD") == len(drawn)
            return drawn

        assert left() == {"m-floor", "m-low", "m-cugir", "h-isis"}
        browser.choose("Reliability", "B")
        assert left() == {"m-floor"}
        browser.choose("Reliability", "")
        browser.choose("Independent", "2")
        assert left() == {"m-floor"}
        browser.choose("Independent", "0")
        browser.choose("The item", "item:precursor")
        assert left() == {"m-low"}  # no transfer of its holder has such items
        browser.choose("The item", "item:rifle")
        assert left() == {"m-floor", "m-cugir", "h-isis"}
        browser.choose("The item", "")
        browser.change('#filters input[aria-label="Took place until"]', str(2014 * 12 + 11), "input")
        assert left() == {"m-floor", "m-cugir", "h-isis"}

    def test_the_table_follows_the_filters(self, browser):
        browser.open(samples.answer())
        browser.check("SUPPLIED")
        rows = browser.run("return [...document.querySelectorAll('#transfer-table tbody tr')].map(r => r.innerText)")
        assert len(rows) == 3 and not any("SUPPLIED" in row for row in rows)


class TestEvidence:
    def test_a_transfer_shows_its_findings_sources_and_conflicts(self, browser):
        browser.open(samples.answer(), "#select=transfer.t-opp-isis-d")
        text = browser.text("evidence")
        for part in (
            "Statement of f-div in our own words.",
            "In conflict: the group says that nothing left its stores",
            "Weapons of the Islamic State",
            "names its origin and quotes it at length",
            "Field Researchers",
            "source usually reliable; probably true",
            "2 origins",
            "The source states alternatives",
            "At least 1 of them took place, as the source says.",
            "https://news.example/weapons",
            "characters 3 to 9",
        ):
            assert part in text
        assert browser.run("return document.querySelectorAll('#evidence a, .sources a').length") == 0
        browser.screenshot("transfer")

    def test_clicking_a_party_shows_it(self, browser):
        browser.open(samples.answer())
        browser.point(*browser.place(samples.MARKET), click=True)
        text = browser.wait(
            "const t = document.getElementById('evidence').innerText; return t.includes('Passed on') && t"
        )
        assert "A source states that this party exists and does not name it." in text
        assert "chemical precursor" in text
        assert "select=party" in browser.run("return location.hash")

    def test_a_quote_is_shown_where_it_is_held(self, browser):
        browser.open(samples.answer(), "#select=transfer.t-usa-opp-1")
        assert "They were sent to the rebels." in browser.text("evidence")

    def test_evidence_of_nothing_shown_stays_out_of_the_file(self, browser):
        browser.open(samples.answer())
        content = (browser.folder / "page.html").read_text(encoding="utf-8")
        assert "f-elsewhere" not in content and "Never cited here" not in content

    def test_notices_speak_to_a_reader_and_no_line_of_them_is_cut(self, browser):
        notes = tuple(f"Notice number {n} of what was left out: --option{'x' * (n % 2)} says more." for n in range(12))
        browser.open(samples.answer(notes=notes))
        browser.screenshot("notices")
        lines, height, scrolls = browser.run("""
          const box = document.querySelector(".notice");
          const lines = [...box.querySelectorAll("p")].map((one) => one.innerText);
          const line = box.querySelector("p").getBoundingClientRect().height;
          return [lines, box.clientHeight / line, box.scrollHeight > box.clientHeight];
        """)
        assert lines == [f"Notice number {n} of what was left out." for n in range(12)]
        assert scrolls and abs(height - round(height)) < 0.06

    def test_hovering_names_what_is_under_the_mouse(self, browser):
        browser.open(samples.answer())
        browser.point(*browser.place(samples.MARKET))
        browser.wait("return !document.getElementById('tip').hidden")
        assert "distributors, mainly in Turkey" in browser.text("tip")


class TestPaths:
    def test_a_path_is_found_highlighted_and_judged(self, browser):
        browser.open(samples.answer(), f"#from=factory:cugir&to={ISIS}")
        ways = browser.run("return [...document.querySelectorAll('#ways button')].map(b => b.innerText)")
        assert ways[0].startswith("Cugir arms factory → Romania → Saudi Arabia → Syrian opposition forces → ")
        assert "custody compatible" in ways[0]
        assert "lawful as far as known" in browser.text("evidence")
        browser.screenshot("path")

    def test_what_a_path_rests_on_is_judged_and_shown_as_on_the_command_line(self, browser):
        relation, market = samples.relation, samples.MARKET
        relations = [
            relation("t1", "SUPPLIED", "country:USA", market, items=("item:precursor",), grade="A1"),
            relation("t2", "SUPPLIED", market, ISIS, items=("item:ak",), grade="A1", certainty="alleged"),
            relation("t3", "DIVERTED", market, ISIS, items=("item:ak",), grade="B2"),
            relation("m1", "MANUFACTURED", market, "item:rifle", items=(), inputs=("item:precursor",), grade="E5"),
        ]
        picture = samples.answer(records=samples.records(samples.PARTIES, relations), paths=(), diversion_points=())
        (path,) = analysis.find(project(picture.records, Projection()), ["country:USA"], [ISIS]).paths
        assert (path.transfers, path.support.grade) == (("t1", "t2"), "E5")
        browser.open(picture, f"#from=country:USA&to={ISIS}")
        assert "weakest grade E5" in browser.run("return document.querySelector('#ways button').innerText")
        said = browser.text("evidence")
        assert "MANUFACTURED" in said and "made the one from the other" in said
        assert "It rests on an allegation (hop 2): it is at best possible." in said
        assert "Hop 2 has a parallel diversion: the point of diversion may be there." in said
        browser.run("location.hash = arguments[0]", f"#from={market}&to={ISIS}")
        browser.wait("return document.getElementById('evidence').innerText.includes('Path of 1 hop')")
        assert "stated: one transfer, there is nothing to join" in browser.text("evidence")

    def test_no_path_is_said_so(self, browser):
        browser.open(samples.answer(), f"#from={ISIS}&to=factory:cugir")
        assert "No path of at most 8 hops" in browser.text("ways")

    def test_paths_come_in_the_order_of_the_command_line(self, browser):
        chance = random.Random(11)
        picture = samples.whole(40, 150)
        graph = project(picture.records, Projection())
        browser.open(picture)
        pairs = [chance.sample(sorted(picture.records.parties), 2) for _ in range(12)]
        compared = 0
        for start, end in pairs:
            browser.run("location.hash = arguments[0]", f"#from={start}&to={end}")
            names = [picture.records.parties[start].name, picture.records.parties[end].name]
            fields = "[document.getElementById('path-from').value, document.getElementById('path-to').value]"
            browser.wait(f"return {fields}.join('|') === '{'|'.join(names)}'")
            rows = browser.run("return [...document.querySelectorAll('#ways button')].map(b => b.innerText)")
            answer = analysis.find(graph, [start], [end], k=5)
            expected = [
                f"{' → '.join(path.names)}\n{len(path.hops)} hop{'s' * (len(path.hops) > 1)}, weakest grade "
                f"{path.support.grade}, time {path.time}, custody {path.custody}"
                for path in answer.paths
            ]
            assert rows == expected
            compared += len(rows)
        assert compared > 30

    def test_a_path_of_the_answer_is_followed(self, browser):
        browser.open(samples.answer())
        browser.click("#evidence ol.plain button")
        assert "Path of 3 hops" in browser.text("evidence")
        assert "point of diversion" in browser.text("evidence")
        assert "answer=0" in browser.run("return location.hash")


class TestPermalink:
    STATES = (
        "#select=party.group%3Aisis",
        "#select=transfer.t-sau-opp&types=SUPPLIED",
        "#from=factory%3Acugir&to=group%3Aisis&way=1",
        "#answer=1",
        "#letter=C&number=3&origins=2",
        "#types=none",
        "#item=item%3Aak&possessions=1",
        "#months=24170-24190",
        "#sort=7-down&view=40_-25_0.8",
        "#select=party.group%3Aisis&sort=4&view=0_0_2",
        "#select=item.item%3Aak&possessions=1&view=0_0_2",
        "#select=bundle.%5B%22SUPPLIED%22%2C%22country%3AUSA%22%2C%22group%3Asyrian-opposition%22%5D",
    )

    @pytest.mark.parametrize("state", STATES)
    def test_it_reopens_what_was_seen(self, browser, state):
        browser.open(samples.answer(), state)
        assert browser.run("return location.hash") == state
        seen = """
          const network = networks.at(-1), { x, y } = network.getViewPosition();
          const rows = [...document.querySelectorAll("#transfer-table tbody tr")].map((row) => row.innerText);
          const view = [Math.round(x), Math.round(y), network.getScale().toFixed(3)];
          return [rows, network.body.nodeIndices.length && view];
        """
        first = browser.nodes, browser.edges, browser.text("evidence"), browser.text("ways"), browser.run(seen)
        browser.load(browser.folder / "page.html")
        browser.run("location.hash = arguments[0]", state)
        browser.wait(f"return document.getElementById('evidence').innerText.length === {len(first[2])}")
        again = browser.nodes, browser.edges, browser.text("evidence"), browser.text("ways"), browser.run(seen)
        assert again == first

    def test_an_address_typed_while_the_view_still_moves_is_opened(self, browser):
        browser.open(samples.answer())
        browser.run("""
          setTimeout(() => { location.hash = "#select=party.group%3Aisis"; }, 100);
          document.querySelector("#zoom-in").click();
          const start = performance.now();
          while (performance.now() < start + 400);
        """)
        browser.wait("return document.querySelector('#evidence h2').innerText.includes('Islamic State')")
        assert browser.run("return location.hash") == "#select=party.group%3Aisis"

    def test_it_follows_the_view_and_the_order_of_the_table(self, browser):
        browser.open(samples.answer())
        browser.click("#zoom-in")
        browser.run("document.querySelectorAll('#transfer-table thead button')[7].click()")
        link = browser.wait("return location.hash.includes('view=') && location.hash")
        assert re.fullmatch(r"#sort=7&view=-?\d+_-?\d+_[\d.]+", link)
        seen = "return [networks.at(-1).getScale().toFixed(3), document.querySelector('tbody').innerText]"
        first = browser.run(seen)
        browser.load(browser.folder / "page.html", link)
        assert browser.run(seen) == first
        browser.click("#zoom-fit")
        browser.wait("return location.hash === '#sort=7'")

    @pytest.mark.parametrize("state", ["", "#view=40_-25_0.8"])
    def test_a_window_of_another_size_shows_what_the_link_says(self, browser, state):
        wide = "return networks.at(-1).canvas.frame.canvas.width === networks.at(-1).body.container.clientWidth"
        scale = "return networks.at(-1).getScale().toFixed(3)"
        try:
            browser.driver.set_window_size(1300, 820)
            browser.open(samples.answer(), state)
            wanted = browser.run(scale)
            browser.driver.set_window_size(1500, 960)
            browser.open(samples.answer(), state)
            browser.driver.set_window_size(1300, 820)
            browser.wait(f"{wide} && innerWidth < 1400")
            browser.wait(f"{scale} === '{wanted}'", seconds=5)
        finally:
            browser.driver.set_window_size(1500, 960)

    @pytest.mark.parametrize(
        "state", ["#select=party.nobody", "#months=x", "#kinds=<b>&way=-3", "#answer=99", "#%%%", "#sort=99&view=1_x_0"]
    )
    def test_nonsense_in_it_harms_nothing(self, browser, state):
        browser.open(samples.answer(), state)
        assert len(browser.nodes) > 0 or "kinds" in state
        browser.clean()


class TestOutputs:
    def test_svg_and_png_are_valid(self, browser, downloads):
        browser.open(samples.answer())
        for ending in ("svg", "png"):
            browser.click(f"#save-{ending}")
        files = {ending: downloads / f"how-weapons-reached-isis.{ending}" for ending in ("svg", "png")}
        deadline = time.monotonic() + 15
        while not all(file.exists() for file in files.values()) and time.monotonic() < deadline:
            time.sleep(0.05)
        root = ElementTree.fromstring(files["svg"].read_bytes())
        names = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
        assert {"Romania", "Saudi Arabia", "chokepoint"} <= names
        assert sum(element.get("stroke-dasharray") is not None for element in root.iter()) >= 3
        content = files["png"].read_bytes()
        assert content.startswith(b"\x89PNG\r\n\x1a\n") and b"IEND" in content[-12:]
        assert int.from_bytes(content[16:20]) >= 1000
        browser.clean()

    def test_print_holds_picture_legend_and_table(self, browser):
        browser.open(samples.answer())
        browser.click("#theme")
        pdf = b64decode(browser.driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"])
        assert pdf.startswith(b"%PDF-") and len(pdf) > 10_000
        browser.clean()

    def test_cypher_names_what_is_shown(self, browser):
        browser.open(samples.answer())
        browser.check("SUPPLIED")
        browser.click("#copy-cypher")
        text = browser.run("return document.getElementById('text-dialog-text').value")
        assert text.startswith("MATCH (start:Party)-[relation:CAPTURED|DIVERTED]->(end)\nWHERE relation.id IN [")
        assert set(re.findall(r"'([^']+)'", text)) == {"t-opp-isis-d", "t-opp-isis-c", "t-army-isis"}
        browser.click("#text-dialog-close")

    def test_without_scripts_the_table_carries_the_evidence(self, browser):
        browser.open(samples.answer())
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        try:
            browser.driver.get((browser.folder / "page.html").as_uri())
            body = browser.driver.find_element("tag name", "body").text
            browser.screenshot("without-scripts")
        finally:
            browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
        assert "Statement of f-div in our own words." in body
        assert "No inference of malpractice" in body
        assert "TLP:AMBER" in body
        assert "Find a party" not in body


class TestSeal:
    def test_an_untouched_page_says_so(self, browser):
        browser.open(samples.answer())
        assert browser.text("seal") == "intact"

    def test_a_changed_page_says_so(self, browser):
        browser.open(samples.answer(), edit=lambda text: text.replace('"grade":"E4"', '"grade":"A1"'))
        assert "CHANGED" in browser.text("seal")

    @pytest.mark.parametrize(
        ("said", "instead"),
        [
            ("<h1>How weapons reached ISIS</h1>", "<h1>How nobody armed anybody</h1>"),
            ("<title>How weapons", "<title>How no weapons"),
            ("<p>The answer was cut at five paths; more exist.</p>", ""),
            ("No inference of malpractice is drawn on any", "Malpractice is proven of every"),
            ('<p class="handling">TLP:AMBER</p>', ""),
            ("<dd>2017-12-31</dd>", "<dd>2007-12-31</dd>"),
            ("<p>Statement of f-div in our own words.", "<p>It was a gift."),
        ],
    )
    def test_changed_text_around_the_data_is_said(self, browser, said, instead):
        browser.open(samples.answer(), edit=lambda text: text.replace(said, instead, 1))
        assert "unchanged, but THE TEXT AROUND IT WAS CHANGED" in browser.text("seal")
        assert browser.run("return document.getElementById('seal').classList.contains('broken')")

    def test_a_large_page_is_packed_and_shows_the_same(self, browser):
        picture = samples.whole(3000, 6000, findings=6000)
        browser.open(picture)
        assert browser.run("return document.getElementById('data').type") == "application/gzip"
        assert browser.text("seal") == "intact"
        assert len(browser.nodes) == 300
        browser.clean()


# Uses every control that can be seen, also those that come up by it, in every way it has, and of the many alike in the
# lists of parties and transfers the first; returns the names of those used and of those left.
USE_EVERY_CONTROL = """
  const used = new Set();
  const list = (one) => one.closest("#transfer-table tbody, #evidence ul, #evidence ol, #evidence h2, #ways");
  const name = (one) => list(one) ? `one of ${list(one).id || list(one).className || list(one).tagName}` :
    one.id || one.getAttribute("aria-label") ||
    (one.closest("label") ? one.closest("label").querySelector("span").textContent : one.textContent) || one.tagName;
  const tell = (one, event) => one.dispatchEvent(new Event(event, { bubbles: true }));
  const press = (one, ...keys) =>
    keys.forEach((key) => one.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })));
  const set = (one, value, event) => { one.value = value; tell(one, event); };
  const use = (one) => {
    if (one.tagName === "SELECT") [...one.options, one.options[0]].forEach(({ value }) => set(one, value, "change"));
    else if (one.type === "checkbox") { one.click(); one.click(); }
    else if (one.type === "range") [one.min, one.max, one.value].forEach((value) => set(one, value, "input"));
    else if (one.type === "text") {
      one.focus();
      set(one, "a", "input");
      press(one, "ArrowDown", "ArrowUp", "Enter");
      set(one, "e", "input");
      press(one, "Escape");
      one.blur();
    } else if (one.id === "picture") {
      press(one, "ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "+", "-", "0", " ", "Enter");
    } else one.click();
  };
  const all = "button, select, input, textarea, summary, [tabindex='0']";
  const waiting = () => [...document.querySelectorAll(all)].filter(
    (one) => one.checkVisibility() && !one.disabled && !used.has(name(one)));
  for (let next = waiting(); next.length && used.size < 300; next = waiting()) {
    used.add(name(next[0]));
    use(next[0]);
    const dialog = document.querySelector("dialog");
    if (!dialog.open) continue;
    for (const one of dialog.querySelectorAll("textarea, button")) { used.add(name(one)); use(one); }
  }
  return [[...used], waiting().map(name)];
"""


class TestSilence:
    def test_nothing_is_asked_for_whatever_is_used(self, browser):
        used = set()
        for picture in (samples.answer(bands=True), samples.whole(320, 260)):
            browser.open(picture, "#types=SUPPLIED,DIVERTED")
            found, left = browser.run(USE_EVERY_CONTROL)
            assert left == []
            used |= set(found)
            browser.point(700, 400, click=True)
            browser.clean()
        page = (resources.files("kg.export.templates") / "page.html.j2").read_text(encoding="utf-8")
        controls = set(re.findall(r'<(?:button|input|select|textarea)[^>]* id="([^"]+)"', page))
        assert len(controls) > 15 and controls <= used
        assert {"Country", "SUPPLIED", "Took place from", "Took place until", "Items made and held"} <= used

    def test_the_policy_is_in_force(self, browser):
        browser.open(samples.answer())
        inserted = "const s = document.createElement('script'); s.{}; document.body.append(s)"
        assert "TrustedScript" in browser.run(
            f"try {{ {inserted.format('text = `pwned()`')} }} catch (e) {{ return e.message }}"
        )
        browser.run("const i = new Image(); i.src = 'https://host.invalid/x.png'; document.body.append(i)")
        browser.wait("return violations.includes('img-src')")
        assert browser.run("return executed") == []
        browser.log()


HOSTILE = (
    "<script>pwned('tag')</script>",
    "</script><script>pwned('closed')</script>",
    "<img src=x onerror=pwned('image')>",
    "<svg onload=pwned('svg')>",
    "<a href=\"javascript:pwned('link')\">href</a>",
    "javascript:pwned('address')",
    "\"' onmouseover=pwned('attribute') x='",
    "{{ pwned('template') }}{% raw %}",
    "${pwned('literal')}`",
    "--></noscript><script>pwned('noscript')</script><!--",
    "</style></title></textarea><script>pwned('style')</script>",
    "line\u2028separator\u2029end",
    "\u202egnorw \u2066isolated\u2069 \x00\x07\x1b[31m \ud800",
    "x" * 10_000,
    "W" * 5_000 + " " + "ж" * 5_000,
    "",
)


def hostile_picture():
    """Put hostile text into every field that a picture has."""
    texts = itertools.cycle(HOSTILE)

    def text():
        return next(texts)

    kinds = ("Country", "Factory", "Distributor", "Group")
    people = [
        samples.party(
            f"{text()}{number}", kinds[number % 4], text(), aliases=(text(),), territories=(text(),),
            territory_text=text(), part_of=(text(),), placeholder=number % 3 == 0, collective=number % 4 == 0,
        )
        for number in range(20)
    ]  # fmt: skip
    people.append(samples.party("\x00item\x00item", "Group", "in an item's guise"))
    things = [samples.Item(f"{text()}-{number}", text(), aliases=(text(),)) for number in range(4)]
    fields = ("date_text", "quantity_text", "share_of", "joint", "place", "mechanism", "alternative_of", "made")
    relations = []
    for number in range(30):
        start, end = people[number % 21].id, people[(number * 3 + 1) % 21].id
        values = {name: text() for name in fields} | {"share_min": 0.1, "share_max": 0.2}
        values |= {"items": (things[number % 4].id,), "via": (text(),), "financed_by": (text(),), "certainty": text()}
        values |= {"findings": (f"{text()}f{number}",), "origin_ids": (text(),), "organisation_ids": (text(),)}
        relations.append(samples.relation(f"{text()}t{number}", "SUPPLIED", start, end, **values))
    relations.append(samples.relation(f"{text()}m", "MANUFACTURED", people[0].id, things[0].id, made=text(), inputs=()))
    held = {}
    for one in relations:
        for id_ in one.findings:
            held[id_] = samples.finding(
                id_, statement=text(), quote=text(), attribution=text(), certainty=text(), place=text(), source=text(),
                origin=text(), joint=text(), date={"text": text()}, quantity={"text": text()}, repeats=[text()],
                continues=[text()], contradicts=[{"id": id_, "reason": text()}],
                locator={"start": 1, "end": 2, "sha256": text()},
                **{"from": {"id": text(), "text": text(), "basis": text()}, "to": {"id": text()}},
            )  # fmt: skip
    sources = {
        one["source"]: {
            "id": one["source"], "title": text(), "publisher": text(), "published": text(), "address": text(),
            "document": text(), "relays": [{"id": text(), "known": text()}],
            "reliability": {"grade": text(), "reason": text()},
        }
        for one in held.values()
    }  # fmt: skip
    origins = {one["origin"]: {"id": one["origin"], "organisation": text(), "kind": text()} for one in held.values()}
    organisations = {one["organisation"]: {"id": text(), "name": text()} for one in origins.values()}
    return samples.Picture(
        title=HOSTILE[1], records=samples.records(people, relations, things), findings=held, sources=sources,
        origins=origins, organisations=organisations, projection={one: one for one in HOSTILE}, layout="flow",
        paths=((relations[0].id,),), chokepoints=frozenset({people[0].id}),
        chokepoint_territories=((HOSTILE, HOSTILE[0]),),
        diversion_points=frozenset({relations[0].id}), notes=HOSTILE, date=HOSTILE[2], handling=HOSTILE[3], bands=True,
    )  # fmt: skip


class TestHostileText:
    @pytest.mark.parametrize(
        ("policy", "layout"),
        [("with the policy", "flow"), ("without the policy", "flow"), ("without the policy", "force")],
    )
    def test_nothing_of_it_runs(self, browser, policy, layout):
        def edit(text):
            if policy == "with the policy":
                return text
            without = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
            assert without != text
            return without

        picture = replace(hostile_picture(), layout=layout)
        written = browser.open(picture, "#possessions=1", edit=edit)
        assert browser.text("seal") == "intact"
        assert browser.run("return networks.at(-1).body.edgeIndices.length") == written.transfers + 1
        self.touch_everything(browser)
        assert browser.run("return [executed, failures, violations]") == [[], [], []]
        requested, _ = browser.log()
        assert [one for one in requested if not one.startswith(("file:///", "data:,", "blob:"))] == []
        assert len([one for one in requested if one.startswith("file:///")]) == 1
        browser.screenshot(f"hostile-{layout}")

    @staticmethod
    def touch_everything(browser):
        # Ids hold what the driver cannot carry, so that places are asked for and not ids.
        places = browser.run("""
          const network = networks.at(-1), { left, top } = network.body.container.getBoundingClientRect();
          const spots = Object.values(network.getPositions()).map((one) => network.canvasToDOM(one));
          return spots.map(({ x, y }) => [left + x, top + y]);
        """)
        for x, y in places[::5]:
            if 260 < x < 1100 and 200 < y < 700:
                browser.point(x, y)
                browser.point(x, y, click=True)
        rows = browser.run("return document.querySelectorAll('#transfer-table tbody button').length")
        assert rows == 31
        for row in range(0, rows, 4):
            browser.run("document.querySelectorAll('#transfer-table tbody button')[arguments[0]].click()", row)
            browser.run("document.querySelectorAll('#evidence button').forEach((one, n) => n < 2 && one.click())")
        for text in ("pwned", "x", "script"):
            browser.change("#search", text, "input")
        for control in ("#copy-cypher", "#text-dialog-close", "#print", "#save-svg", "#theme", "#copy-link"):
            browser.click(control)
        browser.click("#text-dialog-close")

    def test_unseen_characters_are_made_visible(self, browser):
        browser.open(hostile_picture())
        text = browser.run("return document.body.innerText")
        assert "‹U+202E›" in text and "‹U+2028›" in text and "‹U+0000›" in text
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u2028\u2029\x00\x07\x1b]", text)


class TestAccess:
    def test_the_keyboard_alone_reaches_every_control(self, browser):
        browser.open(samples.answer())
        wanted = browser.run("""
          const controls = document.querySelectorAll("button, select, input, summary, [tabindex='0']");
          const seen = (one) => one.checkVisibility() && !one.disabled && !one.closest("dialog:not([open])");
          window.order = [...controls].filter(seen);
          return order.length;
        """)
        browser.run("document.activeElement.blur(); scrollTo(0, 0)")
        reached = set()
        for _ in range(wanted + 30):
            ActionChains(browser.driver).send_keys(Keys.TAB).perform()
            reached.add(browser.run("return order.indexOf(document.activeElement)"))
        missing = browser.run(
            "return order.filter((one, n) => !arguments[0].includes(n)).map(o => o.id || o.outerHTML.slice(0, 80))",
            sorted(reached),
        )
        assert missing == []

    def test_every_control_has_a_name(self, browser):
        browser.open(samples.answer(), "#select=party.group%3Aisis")
        browser.driver.execute_cdp_cmd("Accessibility.enable", {})
        nodes = browser.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        roles = {"button", "textbox", "combobox", "checkbox", "slider", "searchbox", "region", "application", "table"}
        found = [one for one in nodes if one.get("role", {}).get("value") in roles and not one.get("ignored")]
        assert len(found) > 40
        assert [one for one in found if not one.get("name", {}).get("value")] == []

    def test_arrow_keys_walk_the_picture_and_enter_opens_the_evidence(self, browser):
        browser.open(samples.answer(), "#select=party.factory%3Acugir")
        browser.run("document.getElementById('picture').focus()")
        ActionChains(browser.driver).send_keys(Keys.ARROW_RIGHT).perform()
        assert browser.run("return document.querySelector('#evidence h2').innerText.trim()") == "Romania"
        assert "Romania" in browser.text("announcement")
        ActionChains(browser.driver).send_keys(Keys.ENTER).perform()
        assert browser.run("return document.activeElement.id") == "evidence"

    def test_search_by_keyboard_finds_by_alias(self, browser):
        browser.open(samples.answer())
        ActionChains(browser.driver).send_keys("/").perform()
        assert browser.run("return document.activeElement.id") == "search"
        ActionChains(browser.driver).send_keys("daes").send_keys(Keys.ENTER).perform()
        assert "Islamic State (ISIS)" in browser.text("evidence")

    def test_search_finds_who_sits_in_a_territory(self, browser):
        browser.open(samples.answer())
        browser.change("#search", "turkiye", "input")
        assert browser.text("search-list").strip() == "distributors, mainly in Turkey"

    def test_search_brings_in_what_is_not_drawn(self, browser):
        browser.open(samples.whole(700, 900))
        absent = sorted(set(samples.whole(700, 900).records.parties) - browser.nodes)[-1]
        number = int(absent[1:])
        browser.change("#search", f"Party number {number}", "input")
        browser.run("document.getElementById('search').dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter'}))")
        assert absent in browser.nodes
        assert f"Party number {number}" in browser.text("evidence")

    @pytest.mark.parametrize("theme", ["light", "dark"])
    @pytest.mark.parametrize("width", [1500, 390])
    def test_axe_finds_nothing(self, browser, width, theme):
        with browser.window(width, 900, theme):
            browser.open(samples.answer(bands=True))
            assert browser.faults() == []
            browser.change("#search", "a", "input")
            assert browser.faults() == []
            browser.open(samples.answer(), "#select=transfer.t-opp-isis-d&from=factory:cugir&to=group:isis")
            browser.click("summary")
            assert browser.faults() == []
            browser.click("#copy-cypher")
            assert browser.faults() == []

    def test_axe_would_find_something(self, browser):
        browser.open(samples.answer(), edit=lambda text: text.replace('<label for="path-to">', "<label>"))
        assert any(one.startswith("critical") for one in browser.faults())

    def test_a_narrow_window_scrolls_in_one_direction_only(self, browser):
        with browser.window(390, 844):
            browser.open(samples.answer())
            wide = browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
            cut = browser.run("""
              const seen = [...document.querySelectorAll("body *")].filter((one) => one.checkVisibility());
              const outside = ({ left, right, width }) => width && (left < -1 || right > innerWidth + 1);
              const cut = seen.filter((one) => outside(one.getBoundingClientRect()));
              return cut.filter((one) => !one.closest(".skip, .unseen")).map((one) => one.outerHTML.slice(0, 80));
            """)
        assert wide <= 0
        assert cut == []


class TestLimits:
    def test_ten_thousand_parties_are_filtered_searched_and_walked_in_little_memory(self, browser):
        browser.open(samples.whole(10_000, 30_000, findings=30_000))
        assert browser.text("counts").startswith("300 of 10,000 parties")
        browser.check("Country")
        assert "Clear all filters" in browser.text("workspace")
        browser.check("Country")
        for field, text in (("search", "number 99"), ("path-from", "Alias 7"), ("path-to", "Alias 9321")):
            browser.change(f"#{field}", text, "input")
            browser.run(
                f"document.getElementById('{field}').dispatchEvent(new KeyboardEvent('keydown', {{key: 'Enter'}}))"
            )
        assert browser.text("ways").startswith("Party number 7 → ")
        browser.driver.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
        assert browser.run("return performance.memory.usedJSHeapSize") < 500e6
        browser.clean()
