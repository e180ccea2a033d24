"""Write the generated parts of the documents anew."""

from __future__ import annotations

from tests.docs.generated import DOCS, PARTS, filled

if __name__ == "__main__":
    for document in sorted({document for document, _ in PARTS}):
        path = DOCS / document
        path.write_text(filled(document, path.read_text()))
