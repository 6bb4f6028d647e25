"""The course as static HTML: everything in the pages themselves, so that no page asks anything of any host."""
