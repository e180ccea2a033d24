"""Private instances of the real engines, for tests and for a developer's afternoon.

Each engine is one small class with the same shape: ``start``, ``stop``, ``kill``, ``restart``, ``url``::

    from tests.engines.postgres import Postgres

    with Postgres() as postgres:
        print(postgres.url)  # postgresql://postgres@127.0.0.1:23817/postgres

An engine listens on a free loopback port, keeps its data in a private temporary folder, and dies with the process that
started it. Nothing here needs a package from PyPI: readiness is asked with a few bytes of each engine's own protocol.

``python -m tests.engines install | status | up`` is the command line, ``tests.engines.fixtures`` the pytest plugin.
"""
