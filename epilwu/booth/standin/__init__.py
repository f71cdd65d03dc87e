"""Stand-ins for printer and scanner on pseudo-terminals, for the demo and the tests.

They are loud about it: every picture of paper bears PRINTER TIRUAN on both edges. They hold no key and prove nothing.
"""
