"""The outside world: messengers, time, the command line. Imports `handlers` and `storage`; nothing imports this."""
