"""Conversations as tests: a transcript is played against the real program and must come out the same."""
