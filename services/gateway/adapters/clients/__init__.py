"""Services of other processes, over HTTP."""
