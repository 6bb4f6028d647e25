"""What the app costs, measured from outside: the real app in a process of its own, on a pseudo-terminal.

Keys are sent when they are due and not when the last was answered, output is kept with the moment it came, and what a
person would have seen at each moment is worked out afterwards.
"""
