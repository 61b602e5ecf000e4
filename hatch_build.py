"""Build hook: compiles the catalogs, for wheels and editable installs alike."""

from __future__ import annotations

import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogHook(BuildHookInterface):
    """Turns every locales/*/LC_MESSAGES/danvan.po into the .mo beside it before hatchling gathers the files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Runs before each build; `locales/tools.py` needs nothing but Babel, which the build environment has."""
        sys.path.insert(0, self.root)
        from locales.tools import compile_catalogs

        compile_catalogs()
