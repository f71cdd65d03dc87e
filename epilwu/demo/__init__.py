"""One village's election from a sealed booth to an audited result, each step through the code that an official uses.

The demonstration stands above all rooms: it hands files from one to the next, as people with sticks and paper do. It
says loudly what it makes up: candidates' names, voters' sexes, who stands where in the queue.
"""
