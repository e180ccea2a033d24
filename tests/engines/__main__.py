"""``python -m tests.engines``: install the engines, tell what is there, or run some of them in the foreground."""

import argparse
import signal
import sys
import time
from contextlib import ExitStack
from types import FrameType

from tests.engines.base import EngineError
from tests.engines.install import ENGINES, install
from tests.engines.paths import EngineMissing


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.engines", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in {
        "install": "install what is missing",
        "status": "tell what is there, and which version",
        "up": "run engines in the foreground until Ctrl-C",
    }.items():
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("engine", nargs="*", metavar="ENGINE", help=f"of {', '.join(ENGINES)}; none means all")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.engine if name not in ENGINES]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)} (there are {', '.join(ENGINES)})")
    names: list[str] = options.engine or list(ENGINES)
    if options.command == "install":
        return 0 if install(names) else 1
    return status(names) if options.command == "status" else up(names)


def status(names: list[str]) -> int:
    """One line for each engine; 1 when one is missing."""
    missing = 0
    for name in names:
        try:
            print(f"{name:9} {ENGINES[name].version()}")
        except EngineMissing as error:
            print(f"{name:9} {error}")
            missing = 1
    return missing


def up(names: list[str]) -> int:
    """Run engines until this process is told to end, or one of them ends by itself."""

    def leave(number: int, frame: FrameType | None) -> None:
        for either in (signal.SIGINT, signal.SIGTERM):
            signal.signal(either, signal.SIG_IGN)  # a second Ctrl-C must not cut the good order short
        raise SystemExit(0)

    for either in (signal.SIGINT, signal.SIGTERM):
        signal.signal(either, leave)
    with ExitStack() as stack:
        running = []
        for name in names:
            try:
                engine = stack.enter_context(ENGINES[name]())
            except (EngineMissing, EngineError) as error:
                print(error, file=sys.stderr)
                return 1
            running.append(engine)
            print(f"{name:9} {engine.url}", flush=True)
        while all(engine.running for engine in running):
            time.sleep(0.2)
        ended = next(engine for engine in running if not engine.running)
        print(f"{ended.title} has ended:\n{ended.log_tail()}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
