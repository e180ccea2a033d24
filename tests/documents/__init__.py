"""The OpenAPI and AsyncAPI documents: strict, and true to the code."""
