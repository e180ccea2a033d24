"""A contract type for import-linter: these modules import nothing but what is named (and the standard library)."""

import sys
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.domain.helpers import module_expressions_to_modules


class OnlyContract(Contract):
    """Direct imports only: what an allowed module imports in turn is that module's own contract.

    - source_modules:    packages the rule is for, wildcards allowed
    - except_modules:    packages inside them that the rule is not for
    - allowed_externals: third-party packages they may import
    - allowed_modules:   our own packages they may import; themselves always
    """

    type_name = "only"

    source_modules = fields.SetField(subfield=fields.ModuleExpressionField())
    except_modules = fields.SetField(subfield=fields.StringField(), required=False)
    allowed_externals = fields.SetField(subfield=fields.StringField(), required=False)
    allowed_modules = fields.SetField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        excepted: set[str] = self.except_modules or set()  # type: ignore[assignment]
        externals: set[str] = self.allowed_externals or set()  # type: ignore[assignment]
        ours: set[str] = self.allowed_modules or set()  # type: ignore[assignment]
        violations: list[dict[str, Any]] = []
        for source in sorted(m.name for m in module_expressions_to_modules(graph, self.source_modules)):  # type: ignore[arg-type]
            for module in sorted({source} | graph.find_descendants(source)):
                if any(inside(module, e) for e in excepted):
                    continue
                for imported in sorted(graph.find_modules_directly_imported_by(module)):
                    top = imported.partition(".")[0]
                    if (
                        top in sys.stdlib_module_names
                        or any(inside(imported, e) for e in externals)
                        or any(inside(imported, o) for o in (source, *ours))
                    ):
                        continue
                    details = graph.get_import_details(importer=module, imported=imported)
                    lines = sorted({d["line_number"] for d in details})
                    violations.append({"importer": module, "imported": imported, "lines": lines})
        return ContractCheck(kept=not violations, metadata={"violations": violations})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for v in check.metadata["violations"]:
            where = ", ".join(f"l.{n}" for n in v["lines"])
            output.print_error(f"{v['importer']} may not import {v['imported']} ({where})")
        output.new_line()


def inside(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")
