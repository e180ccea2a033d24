"""`python -m services.billing`: this service as a process of its own."""

from __future__ import annotations

from lms_adapters.platform.run import main
from services.billing.service import SERVICE

if __name__ == "__main__":
    main(SERVICE)
