"""Backup and restore: `envelope` encrypts, `archive` names what is inside, `make`, `verify` and `restore` do the work.

A backup is one file, sealed under the key file, verified by being read back. None of it is loaded by the serving process.
"""
