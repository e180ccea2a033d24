"""The site: the repository's own documents, in the repository's own tree, so that a relative link is right in both.

`make docs` builds it. The navigation is the lists of docs/index.md.
"""

from __future__ import annotations

import re

from sphinx.application import Sphinx

project = "LMS"
author = "the LMS authors"
copyright = "the LMS authors, Apache-2.0"  # noqa: A001  Sphinx's name for it

extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/**.md", "services/*/README.md"]
exclude_patterns = [".*", "data", "dist", "packages", "cli", "tests", "benchmarks", "**/node_modules"]

nitpicky = True
myst_heading_anchors = 3
myst_links_external_new_tab = False
highlight_language = "text"
suppress_warnings = ["misc.highlighting_failure"]  # an answer with something left out (…) is no JSON

html_theme = "furo"
html_title = "LMS"
html_static_path = ["_site/static"]
templates_path = ["_site/templates"]
html_css_files = ["site.css"]
html_additional_pages = {"index": "front.html"}  # the tree begins at the repository's root, the site at docs/index
html_copy_source = False
html_show_sphinx = False

_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
_LINE = re.compile(r"^(?:-|(\d+)\.) \[([^\]]+)\]\(([^)\s#]+)\.md\)", re.MULTILINE)


def navigation(app: Sphinx, name: str, content: list[str]) -> None:
    """The front's sections and their lists, as what stands at the side of every page."""
    if name != root_doc:
        return
    _, *parts = _SECTION.split(content[0])
    for caption, part in zip(parts[::2], parts[1::2], strict=True):
        pages = "\n".join(f"{number} {title} <{page}>".lstrip() for number, title, page in _LINE.findall(part))
        content[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{pages}\n```\n"


def setup(app: Sphinx) -> None:
    """Sphinx calls this."""
    app.connect("source-read", navigation)
