"""The page in a real browser: it shows everything, needs nothing, sorts and filters."""

import re
import shutil

import pandas as pd
import pytest

from snnlocality.reports import index
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


@pytest.mark.parametrize(
    ("cell", "kind", "words"),
    [
        ("96.56 [95.69,\u00a097.42] (published 97.12)", "within", "within the interval"),
        ("43.0 ± 2.1 (published 50.00)", "lower", "ours 7.0 lower"),
        ("12.00 (published 11.00)", "higher", "ours 1.0 higher"),
        ("50.1 ± 2.0", None, None),
    ],
)
def test_what_is_published_stands_beside_ours_with_the_difference_in_a_word_and_a_colour(cell, kind, words):
    shown = index._html(pd.DataFrame({"FF": [cell]}, index=["BPTT"]))
    if kind is None:
        assert "published" not in shown
    else:
        ours, _, published = cell.removesuffix(")").partition(" (published ")
        assert f'{ours}<small>published {published} <span class="beside {kind}">{words}</span></small>' in shown
