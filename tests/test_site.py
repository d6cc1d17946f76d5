"""The documentation as a site: every link leads somewhere, nothing is fetched, code and commands are in it."""

import os
import re
import subprocess
import sys

import pytest

from snnlocality.cli import main


@pytest.fixture(scope="module")
def site(root, tmp_path_factory):
    """The site, built; a warning, such as a link that leads nowhere, is an error."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(folder)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": "src", "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_page_of_the_docs_is_there(site, root):
    for page in (page for kind in ("*.md", "*.ipynb") for page in (root / "docs").rglob(kind)):
        place = page.relative_to(root / "docs").with_suffix(".html")
        assert (site / place.with_name(place.name.replace("README", "index"))).exists(), page


def test_every_command_is_described(site):
    text = (site / "reference/commands.html").read_text()
    for name in main.commands:
        assert f"snnlocality {name}" in text, name


def test_equations_and_declarations_are_in_the_reference(site):
    text = (site / "reference/learning.rule.html").read_text()
    for words in ("through_recurrence", "A learning rule is a routing table", "<td>readout</td>"):
        assert words in text


def test_nothing_is_fetched_from_elsewhere(site):
    for page in site.rglob("*.html"):
        fetched = re.findall(r'<(?:script|img|link)[^>]+(?:src|href)="(https?:[^"]+)"', page.read_text())
        assert not [one for one in fetched if "canonical" not in one], page
