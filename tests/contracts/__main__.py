"""`python -m tests.contracts`: write the golden files of new events."""

from __future__ import annotations

from tests.contracts.golden import write_missing

if __name__ == "__main__":
    for path in write_missing():
        print(path)
