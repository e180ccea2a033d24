"""The shared kernel: building blocks, ports and contracts. At run time it needs the standard library and msgspec."""
