"""Report in, bytes out: one module a format. Nothing here runs, reads or decides anything."""
