"""Closing the payment for a place that was given up: every attempt that may still be charged is voided at the provider.

Only when the provider has said so of each is the payment cancelled. Where it says that one was charged before, the
payment has succeeded instead, and the place is there again. So a place is open exactly when it is paid for.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from services.billing.domain.payments import Outcome

UNANSWERED: Final[frozenset[Outcome]] = frozenset({"running", "in-doubt"})
"""How attempts stand that the provider may charge, or have charged."""
PAUSE: Final = timedelta(hours=1)
"""After which a provider that did not answer to the end of patience is asked again: this is never given up."""
