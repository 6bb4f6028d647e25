"""The commands: what a person, a script or a pipeline types. Data on stdout, everything else on stderr."""
