"""The terminal app: the map of the course, a lesson to read, a kata to work on.

It draws what others decide: the catalog says what there is, the learner's store what was done, the verifier's stream
what happens. Nothing below this package imports Textual, and nothing here starts a service.
"""
