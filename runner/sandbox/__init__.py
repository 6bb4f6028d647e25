"""Where a service runs: `docker` or `process`, behind one set of values and one relay."""
