"""One file per command; each imports only what it needs, so that `danvan run` starts fast."""
