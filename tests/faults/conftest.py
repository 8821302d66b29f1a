"""The bundled graph of the integration tests, for faults that need no home of their own."""

from tests.integration.conftest import bundle_without_documents

__all__ = ["bundle_without_documents"]
