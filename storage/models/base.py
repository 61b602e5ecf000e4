"""What all tables share: the metadata with stable constraint names, the aware-UTC type, the JSON type."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import JSON, BigInteger, Dialect, Integer, MetaData, Text
from sqlalchemy.types import DateTime, TypeDecorator

from storage import sealing

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only in a column declared INTEGER; PostgreSQL gets the wide type.
Key = BigInteger().with_variant(Integer(), "sqlite")
Json = JSON(none_as_null=True)


class UtcTime(TypeDecorator[datetime]):
    """Aware UTC in Python on every database.

    SQLite keeps no offset: given 22:59+07:00 it would hand back a naive 22:59, seven hours wrong. So the value is turned
    to UTC before it is stored and made aware again when read; a naive value is refused.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; naive on SQLite because its driver would drop the offset silently."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware again."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Sealed(TypeDecorator[str]):
    """A text that is always sealed (`storage.sealing`); rows from before there was a key are read as they are."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Sealed."""
        return None if value is None else sealing.seal(value.encode())

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Readable again."""
        return sealing.unseal(value).decode() if value is not None and sealing.is_sealed(value) else value


class Sealable(Sealed):
    """Sealed only where the value is a `sealing.Seal` (or would be taken for a sealed one): most rows stay searchable."""

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """As it is, or sealed."""
        if isinstance(value, sealing.Seal) or sealing.is_sealed(value):
            return super().process_bind_param(value, dialect)
        return value


class SealedJson(TypeDecorator[Any]):
    """JSON that is sealed whole: in the column it is one JSON string."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Sealed."""
        return None if value is None else sealing.seal(orjson.dumps(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Readable again."""
        return opened(value)


def opened(value: Any) -> Any:
    """What a `SealedJson` column holds, given as JSON already parsed."""
    return orjson.loads(sealing.unseal(value)) if sealing.is_sealed(value) else value
