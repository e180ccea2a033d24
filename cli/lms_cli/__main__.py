"""`python -m lms_cli`."""

from __future__ import annotations

from lms_cli.main import main

if __name__ == "__main__":
    main()
