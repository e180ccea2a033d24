# Macros for BUILD files: a folder's BUILD is one or two lines. (Pants reads this file; nothing imports it.)
#
#   packages/lms_core/BUILD        lms_kernel_rules()      lms_library("lms_core")
#   packages/lms_adapters/BUILD    lms_adapters_rules()    lms_library("lms_adapters")
#   services/<name>/BUILD          lms_service("<name>")
#   cli/lms_cli/BUILD              lms_program("lms", entry_point="main.py:main")
#   tests/BUILD                    lms_tests()
#   benchmarks/BUILD               lms_library("benchmarks")
#
# Which drivers a program carries
# -------------------------------
# A driver (asyncpg, nats, aiokafka, redis, duckdb, …) is imported by a function in a small module, chosen by `by_url`.
# Pants infers such an import like any other, so a program carries every driver that its code *can* open: one course.pex
# serves nats://, kafka:// and memory://, and holds no DuckDB, because only analytics reaches the module that opens it.
# That is why the module that opens a driver stays small, and why a driver of one service stays in that service. For a
# topology that is known, name what a program shall do without:
#     lms_service("course", without=["aiokafka"])
# `by_url` then answers a kafka:// URL with the name of the missing package. Not to be inferred is what a library loads
# from a *string*; it stands once, here, by its name in pyproject.toml:
LOADED_BY_NAME = (
    "uvloop",  # uvicorn: loop="uvloop"
    "httptools",  # uvicorn: http="httptools"
    "asyncpg",  # SQLAlchemy: postgresql+asyncpg://
)

# The same for what one module of a service finds by name: it goes where that module goes.
FOUND_BY_NAME = (  # tuples: Pants wants to hash what stands here
    ("gateway", "adapters/http/assets.py", "swagger-ui-py"),  # its files, not its code
)

# What a service's tests borrow from others' tests beside what they import: revisions are found by path.
TESTED_WITH = (("gateway", "//packages/lms_adapters:test_utils"),)

# What is loaded by path, not by import, goes with the modules beside it: Alembic revisions, templates.
_MIGRATIONS = ("**/migrations/**/[0-9]*.py",)
_NOT_DATA = ("!**/*.py", "!**/*.pyi", "!**/BUILD", "!BUILD", "!**/README.md", "!README.md", "!**/tests/**")


def lms_library(name, dependencies=[], overrides={}, test_dependencies=[]):
    """A package: its modules, its data files, its revisions, its tests with their helpers."""
    resources(name="data", sources=["**/*", *_NOT_DATA])
    python_sources(name="migrations", sources=[*_MIGRATIONS, "!**/tests/**"], dependencies=[":data"])
    python_sources(
        name=name,
        sources=["**/*.py", "!**/tests/**", *["!" + glob for glob in _MIGRATIONS]],
        dependencies=[":data", *dependencies],
        overrides=overrides,
    )
    python_tests(name="tests", sources=["**/tests/**/test_*.py"], dependencies=test_dependencies)
    python_test_utils(name="test_utils", sources=["**/tests/**/*.py", "!**/tests/**/test_*.py"])


def lms_tests():
    """Tests of the whole: they may read any file of the repository."""
    # and they start the platform as a program
    python_tests(name="tests", sources=["**/test_*.py"], dependencies=["//:tree", "//cli/lms_cli:lms"])
    python_test_utils(name="test_utils", sources=["**/*.py", "!**/test_*.py"])
    resources(name="data", sources=["**/*", "!**/*.py", "!**/BUILD", "!BUILD"])


def _pex(name, entry_point, dependencies, without):
    # a venv at first start: about 1 s a start after that, a zipapp would take 3 to 4 s each time
    pex_binary(
        name="bin",
        entry_point=entry_point,
        dependencies=[
            *dependencies,
            *["//:reqs#" + r for r in LOADED_BY_NAME if r not in without],
            *["!!//:reqs#" + r for r in without],
        ],
        output_path=name + ".pex",
        execution_mode="venv",
        include_tools=True,
    )


def lms_program(name, entry_point, without=[], **kwargs):
    """A command-line program: `./pants package` writes dist/<name>.pex."""
    lms_library(name, **kwargs)
    _pex(name, entry_point, [], without)


def lms_service(name, without=[], **kwargs):
    """A service: `./pants package services/<name>` writes dist/<name>.pex, which runs `python -m services.<name>`."""
    lms_layers()
    # its revisions go wherever its manifest goes
    overrides = {"service.py": {"dependencies": [":migrations"]}}
    for service, module, requirement in FOUND_BY_NAME:
        if service == name:
            overrides[module] = {"dependencies": ["//:reqs#" + requirement]}
    borrowed = [target for service, target in TESTED_WITH if service == name]
    lms_library(name, overrides=overrides, test_dependencies=borrowed, **kwargs)
    _pex(name, "__main__.py", [":" + name], without)


# ── who may import whom ──────────────────────────────────────────────────────────────────────────────────────────────
# Enforced by `./pants dependencies ::`, and whenever Pants computes dependencies. Only the first matching set counts.
_PURE = ("//packages/lms_core/**", "//reqs#msgspec")


def lms_layers():
    """The rooms of a service: domain → ports → usecases look inward only; no room looks into another service."""
    data = "<resources>"
    rooms = ["/__init__.py", "/domain/**", "/ports/**"]
    __dependencies_rules__(
        ({"type": "python_sources", "path": "/domain/**"}, "/__init__.py", "/domain/**", data, *_PURE, "!*"),
        ({"type": "python_sources", "path": "/ports/**"}, *rooms, data, *_PURE, "!*"),
        ({"type": "python_sources", "path": "/usecases/**"}, *rooms, "/usecases/**", data, *_PURE, "!*"),
        # the other rooms, wiring, service and tests: their own service and every package, no other service, no program
        ("*", "/**", "!//services/**", "!//cli/**", "*"),
    )


def lms_kernel_rules():
    """lms_core: the standard library and msgspec; its testing tools and tests may have more, never what is above."""
    data = "<resources>"
    above = ["!//packages/lms_adapters/**", "!//services/**", "!//cli/**"]
    __dependencies_rules__(
        ({"type": "python_sources", "path": "/testing/**"}, *above, "*"),
        ({"type": "python_sources", "path": "/**"}, "!/testing/**", "/**", data, "//reqs#msgspec", "!*"),
        ("*", *above, "*"),
    )


def lms_adapters_rules():
    """lms_adapters: anything but a service or the command line."""
    __dependencies_rules__(("*", "!//services/**", "!//cli/**", "*"))
