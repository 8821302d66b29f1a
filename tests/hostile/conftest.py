"""The fixtures of the integration tests: attacks on the graph are made on a real Neo4j."""

from tests.integration.conftest import base, database, write

__all__ = ["base", "database", "write"]
