"""What is counted for `/metrics`."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

RECEIVED = Histogram("danvan_update_seconds", "From an update's arrival to its commit", ["channel"])
FAILED = Counter("danvan_update_failures", "Updates whose handler failed", ["channel"])
SENT = Counter("danvan_letters", "Letters by what became of them", ["channel", "outcome"])
WAITING = Gauge("danvan_letters_waiting", "Letters not settled yet", ["state"])
