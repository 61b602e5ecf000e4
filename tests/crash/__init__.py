"""The program killed again and again while people use it: the processes, the people, and what must be true afterwards."""
