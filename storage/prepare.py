"""`python -m storage.prepare [URL]`: migrates the database, in a process of its own.

Without URL it takes `DANVAN_DATABASE_URL` from the environment, which unlike an argument shows no password in a list of
processes.
"""

from __future__ import annotations

import os
import sys

from storage.migrate import upgrade


def main(arguments: list[str]) -> int:
    """Returns the exit code: 0 when the database is at the head, 2 when no database was named."""
    url = arguments[0] if arguments else os.environ.get("DANVAN_DATABASE_URL", "")
    if not url:
        sys.stderr.write("python -m storage.prepare URL (or set DANVAN_DATABASE_URL)\n")
        return 2
    upgrade(url)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
