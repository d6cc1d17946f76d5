"""Pages of the site that are not files of docs/: the README and its neighbours, the command line, the code.

A hook of MkDocs (mkdocs.yml). Every page is made of what is in one place already: nothing is written twice.
"""

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[2]
_AT_THE_TOP = {"README.md": "index.md", "CONTRIBUTING.md": "CONTRIBUTING.md", "CHANGELOG.md": "CHANGELOG.md"}
_MODULES = (
    "learning.rule",
    "neurons.formula",
    "neurons.lif",
    "network",
    "engines.interface",
    "learning.routing",
    "learning.online",
    "learning.training",
    "attacks.fgsm",
    "attacks.descent",
    "analysis.cka",
    "analysis.fisher",
    "analysis.true_fisher",
    "analysis.efficiency",
    "data.source",
    "data.vision.recordings",
    "claims.claim",
    "claims.verdict",
    "study.step",
    "study.axes",
    "plugins",
    "exchange.nir",
)  # of the package, which people who add something meet
_COMMANDS = """# Commands

Every step and report of the workflow is a command of one program, and so is what checks, hands over and explains.

::: mkdocs-click
    :module: snnlocality.cli
    :command: main
    :prog_name: snnlocality
    :depth: 1
"""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages."""
    for name, place in _AT_THE_TOP.items():
        files.append(File.generated(config, place, content=_as_page((ROOT / name).read_text(encoding="utf-8"))))
    files.append(File.generated(config, "reference/commands.md", content=_COMMANDS))
    for module in _MODULES:
        text = f"# `{module}`\n\n::: snnlocality.{module}\n"
        files.append(File.generated(config, f"reference/{module}.md", content=text))
    contents = "\n".join(f"- [`{module}`]({module}.md)" for module in _MODULES)
    files.append(File.generated(config, "reference/index.md", content=f"# Code\n\n{contents}\n"))
    return files


def on_page_markdown(markdown: str, page, config: MkDocsConfig, files: Files) -> str:
    """Links that leave docs/ for the README lead to the first page; titles of links that a test reads are not shown."""
    markdown = re.sub(r"\((\.\./)+README\.md", lambda found: found[0].replace("../README.md", "index.md"), markdown)
    markdown = re.sub(r'(\]\([^()\s]+) "[^"\n]*"\)', r"\1)", markdown)
    return re.sub(r"\[([^\]]+)\]\([a-z/-]+\)", r"\1", markdown)  # to a folder, which a site does not list


def on_page_content(html: str, page, config: MkDocsConfig, files: Files) -> str:
    """Links of notebooks, which nobody else turns into the site's: to a file of docs/ or the README."""
    if not page.file.src_uri.endswith(".ipynb"):
        return html

    def of_site(link: re.Match) -> str:
        place = posixpath.normpath(posixpath.join(posixpath.dirname(page.file.src_uri), link[1]))
        place = "index.md" if place == "../README.md" else place
        if (file := files.get_file_from_path(place)) is None:
            raise PluginError(f"{page.file.src_uri} has a link to {link[1]}, which is no file of docs/")
        return f'href="{file.url_relative_to(page.file)}'

    return re.sub(r'href="([^":#]+\.(?:md|ipynb))', of_site, html)


def _as_page(text: str) -> str:
    """The links of a page at the top, as seen from docs/; what is not part of the site stays as words."""
    text = re.sub(r"\]\(docs/", "](", text).replace("](README.md", "](index.md")
    return re.sub(r"\[([^\]]+)\]\((LICENSE|CITATION\.cff)\)", r"\1", text)
