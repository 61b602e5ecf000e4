"""What people do, one file per thing; no messenger, no SQL, no network, no commit. `dispatch.handle` is the way in."""
