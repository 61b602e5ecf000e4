"""`danvan …`: serving starts without the command line's libraries, everything else with them."""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point."""
    if sys.argv[1:] == ["run"]:
        from bot import serve

        serve.main()
    else:
        from bot import cli

        cli.main()


if __name__ == "__main__":
    main()
