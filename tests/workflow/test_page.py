"""The page in a real browser: it shows everything, needs nothing, sorts and filters."""

import re
import shlex
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from snnlocality import parameters
from snnlocality.provenance import cell
from snnlocality.study import catalogue

TUTORIAL = [report.name for report in catalogue.reports() if report.section == "tutorial"]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("no chromium: install it with your system's package manager (Debian: apt-get install chromium)")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as engines:
        chromium = engines.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser, finished):
    errors, requests = [], []
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto((finished.root / "reports/index.html").as_uri())
    yield page
    page.close()
    assert errors == []
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []


def test_it_holds_every_artifact_and_every_picture_is_drawn(page):
    names = ["table1", "figure1", "table2", "curves", "figure2", "conversion"]
    names += ["table3", "learning_rates", "robust", "corruptions", "activity"]
    names += ["table4", "figure3", "figure4", "empirical_fisher", "spectrum", "cuts"]
    assert page.eval_on_selector_all("section", "all => all.map(one => one.id)") == [
        *names,
        "claims",
        *TUTORIAL,
        "runs",
        "provenance",
    ]
    assert page.locator(".notice").count() == 2
    for link in page.locator("nav a").all():
        assert page.locator(link.get_attribute("href")).count() == 1
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    widths = page.eval_on_selector_all("img", "all => all.map(one => one.complete ? one.naturalWidth : 0)")
    assert len(widths) == 11 + len(TUTORIAL)
    assert min(widths) > 100
    assert page.locator("td small", has_text="published").count() > 10
    assert "train\t4 ok" in page.locator("#provenance tbody").first.inner_text()


def test_tables_sort_by_mouse_and_by_keyboard(page):
    section = page.locator("#table2 table")

    def column():
        cells = section.locator("tbody tr td:nth-of-type(1)").all_inner_texts()
        return [float(re.match(r"[\d.]+", text).group()) for text in cells]

    button = section.locator("thead button", has_text="FF").first
    button.click()
    assert column() == sorted(column())
    button.focus()
    page.keyboard.press("Enter")
    assert column() == sorted(column(), reverse=True)
    assert section.locator("th[aria-sort=descending]").count() == 1


def test_claims_can_be_filtered_by_verdict(page):
    rows = page.locator("#claims tbody tr")
    assert rows.count() == 37
    button = page.locator(".filters button", has_text="not testable")
    button.click()
    assert rows.filter(visible=True).count() == int(re.search(r"\d+", button.inner_text()).group())
    page.locator(".filters button", has_text="all").click()
    assert rows.filter(visible=True).count() == 37


def test_snakemakes_own_report_has_captions_and_categories(project):
    project.run("snakemake", "--report", "report.html")
    text = (project.root / "report.html").read_text()
    for words in ("Accuracy under FGSM", "Figures", "Tables", "Poisoned training data"):
        assert words in text


def test_it_fits_a_phone(page):
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    assert [(one["id"], one["nodes"][0]["target"]) for one in axe.run(page).response["violations"]] == []


def test_all_that_is_interactive_is_reached_by_keyboard_and_seen_to_be(page):
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    expected = page.locator("a[href], button, summary, .scroll").count()
    page.evaluate("stops = new Set(); unseen = []")
    for _ in range(expected):
        page.keyboard.press("Tab")
        page.evaluate(
            """() => {
                const one = document.activeElement, style = getComputedStyle(one);
                stops.add(one);
                if (style.outlineStyle !== "solid" || parseFloat(style.outlineWidth) < 2) unseen.push(one.outerHTML);
            }"""
        )
    assert page.evaluate("stops.size") == expected
    assert page.evaluate("unseen") == []


def test_headings_follow_each_other(page):
    levels = page.eval_on_selector_all("h1, h2, h3, h4", "all => all.map(one => Number(one.tagName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert max(later - earlier for earlier, later in pairwise(levels)) == 1


@pytest.mark.parametrize("table", ["table2", "table3", "table4", "robust"])
def test_a_cell_leads_to_its_runs_and_to_the_command_that_names_them(page, table, finished, monkeypatch):
    monkeypatch.chdir(finished.root)
    link = page.locator(f"#{table} table a").first
    link.focus()
    page.keyboard.press("Enter")
    told = page.locator(link.get_attribute("href").replace(".", "\\."))
    assert told.is_visible()
    page.eval_on_selector_all("#runs details", "all => all.forEach(one => one.open = true)")
    entries = page.locator(f"#runs div[id^={table}-]").all()
    links = page.eval_on_selector_all(f"#{table} table a", "all => all.map(one => one.hash.slice(1))")
    assert {one.get_attribute("id") for one in entries} == set(links)
    for entry in entries:
        records = entry.locator("a[href$='.record.json']").evaluate_all(
            "all => all.map(one => one.getAttribute('href'))"
        )
        _, _, report, _, asked = shlex.split(entry.locator("p code").first.inner_text())
        behind = cell.text(parameters.load(), (report,), asked)
        assert {Path("reports", record).resolve() for record in records} == {
            Path(record).resolve() for record in re.findall(r"settings in (.*)", behind)
        }
        rule = "bptt" if "-bptt-" in entry.get_attribute("id") else "eprop"
        assert all(f"/{rule}/" in record for record in records)
        assert ("/visible/" in " ".join(records)) == ("-visible-" in entry.get_attribute("id"))
        for command in entry.locator("li > code").all_inner_texts():
            if command.startswith("snnlocality verify "):
                assert Path(command.split()[-1]).is_file()
