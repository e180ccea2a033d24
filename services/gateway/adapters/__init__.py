"""Everything that mentions a technology."""
