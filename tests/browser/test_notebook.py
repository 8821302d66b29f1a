"""A picture in the cell of a notebook: the same page, in a frame that reaches nothing around it."""

import pytest

from kg.export import pages
from tests.browser import samples

pytestmark = pytest.mark.browser


def test_the_page_works_in_a_frame_that_reaches_nothing_around_it(browser, tmp_path):
    cell = pages.cell(samples.answer())
    path = tmp_path / "notebook.html"
    path.write_text(f"<!doctype html><meta charset=utf-8><p id=own>own</p>{cell}", encoding="utf-8")
    browser.driver.get(path.as_uri())
    browser.driver.switch_to.frame(0)
    browser.wait("return document.documentElement.classList.contains('ready')")
    before = browser.text("counts")
    browser.log()
    browser.check("Group")
    browser.wait("return document.getElementById('counts').innerText !== arguments[0]", arguments=[before])
    assert browser.log()[1] == []
    assert browser.run("return document.getElementById('copy-link').hidden")
    reach = "try { return parent.document.getElementById('own').innerText } catch (error) { return error.name }"
    assert browser.run(reach) == "SecurityError"
    browser.driver.switch_to.default_content()
