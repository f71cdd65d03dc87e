"""What an election is: regions, the definition, the rules, the outcome and the books.

Pure: no clock, no randomness, no files beyond the tables shipped with the package.
"""
