"""`python -m storage.migrations "Adds this and that"`: drafts the next revision from what `storage.models` has more.

For whoever changes a table. The draft is compared on an empty SQLite database; read it, then run
tests/test_migrations.py.
"""

from __future__ import annotations

import sys
import tempfile

from storage import migrate


def main(arguments: list[str]) -> int:
    """Returns the exit code; writes one file into versions/."""
    if len(arguments) != 1:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/draft.sqlite3"
        migrate.upgrade(url)
        migrate.draft(url, arguments[0])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
