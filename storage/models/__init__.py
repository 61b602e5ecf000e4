"""The tables, as SQLAlchemy Core on one `MetaData`; times are aware UTC (`base.UtcTime`)."""

from storage.models import cases, letters, people, registry
from storage.models.base import metadata

__all__ = ["cases", "letters", "metadata", "people", "registry"]
