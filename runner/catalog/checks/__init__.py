"""What `lint` checks, one module a subject; each check takes what is on disk and gives problems."""
