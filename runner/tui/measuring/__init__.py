"""What the app costs, measured from outside: the real app in a process of its own, on a pseudo-terminal.

Output is kept with the moment it came, and read as a terminal reads it, so that a key counts as answered when a person
could have seen it.
"""
