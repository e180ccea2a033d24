"""The plugin framework: from a manifest to a running service."""
