"""`danvan run`, as lean as it can be: what only a terminal or a check of settings needs is never loaded here."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, cast

# structlog takes rich when it finds it: megabytes and a fifth of a second that only a terminal needs.
for name in ("rich", "click"):
    sys.modules.setdefault(name, cast("Any", None))


class _Unused(ModuleType):
    """Stands for a module that a library imports for names this process never uses."""

    def __getattr__(self, name: str) -> None:
        if name.startswith("__"):
            raise AttributeError(name)


# The ORM comes with `sqlalchemy.ext.asyncio`, httpx with `telegram`, which is given a request class of our own: seven
# megabytes together.
for name in ("sqlalchemy.ext.asyncio.session", "sqlalchemy.ext.asyncio.scoping", "httpx"):
    sys.modules.setdefault(name, _Unused(name))

TRIAL = (
    "DANVAN_TRIAL_TO: in trial mode name the person (code or phone) who gets every letter; or set DANVAN_MODE=live.\n"
)


def main() -> None:
    """Serve until stopped; ends with a plain sentence: 2 when trying again would not help (wrong settings, a failed update), else 1."""
    gc.disable()  # loading makes no garbage to speak of; `lean.settle` enables it again
    # The child reads the settings while we load the program.
    child = subprocess.Popen([sys.executable, "-m", "bot.load_settings"], stdout=subprocess.PIPE)
    from bot import lean

    lean.one_arena()
    from bot import logs
    from bot.config import Settings
    from bot.server import CannotServe, CannotUpdate, Server, serve, start_loop

    values = _read(child)
    settings = Settings(
        **values
        | {
            "media_dir": Path(values["media_dir"]),
            "key_file": Path(values["key_file"]),
            "backup_dir": Path(values["backup_dir"]),
            "telegram_tokens": tuple(values["telegram_tokens"]),
        }
    )
    if settings.mode == "trial" and not settings.trial_to:
        sys.stderr.write(TRIAL)
        sys.exit(2)
    logs.setup()
    try:
        start_loop(serve(Server(settings)))
    except CannotServe as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2 if isinstance(error, CannotUpdate) else 1)


def _read(child: subprocess.Popen[bytes]) -> dict[str, Any]:
    import orjson

    out, _ = child.communicate()
    if child.returncode != 0:
        sys.exit(child.returncode)
    return cast("dict[str, Any]", orjson.loads(out))


if __name__ == "__main__":
    main()
