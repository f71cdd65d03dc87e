"""The risk that a wrong winner passes: draw order, betting martingale, Kaplan-Markov beside it, plans, the verdict.

Pure but for ``village_plan`` and ``commands``, which read files. Nothing here comes from a statistics library: every
number can be redone by hand from integers.
"""
