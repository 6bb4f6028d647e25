"""The before/after card: the broken service and a fix, measured by the same probes, on the same scales.

`card.make_card` puts two reports together; `text`, `svg`, `html` and `png` each turn the result into what is shown or
written. None of them measures, rounds away or invents anything.
"""
