"""The serving process: database, channels, HTTP, timed work; started, and stopped without losing anything."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot import lean, prepare
from bot.app import App, Clock, forever, utc_now
from bot.channels.table import Table
from bot.channels.web import DemoPhones, WebChannel, WebSettings
from bot.charts import Charts
from bot.config import Settings
from bot.delivery import Delivery
from bot.hooks import Hooks
from bot.media import Media, Worker
from bot.retention import Retention
from bot.schedule import Schedule
from storage import files, keys, registry, updates
from storage.engine import Database

log = structlog.get_logger(__name__)


class CannotServe(Exception):
    """The text is a plain sentence for whoever started the program."""


class CannotUpdate(CannotServe):
    """Starting again would not help, and would save the same database again and again."""


class Server:
    """Everything wired by hand, top to bottom. Raises `CannotServe` when its folder cannot be written."""

    def __init__(
        self, settings: Settings, *, demo: DemoPhones | None = None, clock: Clock = utc_now, timed: bool = True
    ) -> None:
        self.settings = settings
        self._timed = (
            timed  # without: nothing happens by itself, whoever holds the server calls `quiet` and `schedule.tick`
        )
        self.db = Database(settings.database_url)
        self.app = App(self.db, clock)
        try:
            self.media = Media(settings.media_dir)
        except OSError as error:
            raise CannotServe(
                f"DANVAN_MEDIA_DIR: {settings.media_dir} cannot be written: {prepare.reason(error)}"
            ) from None
        trial = settings.trial_to if settings.mode == "trial" and demo is None else None
        self.delivery = Delivery(self.app, trial_to=trial)
        self.worker = Worker(self.app, self.media)
        self.charts = Charts(self.app, self.media)
        self.schedule = Schedule(self.app, Retention(self.app, self.media))
        self._demo = demo
        self._tasks: list[asyncio.Task[None]] = []
        self._runner: web.AppRunner | None = None
        self.port = settings.http_port

    async def start(self) -> None:
        """Serving when this returns. Raises `CannotServe` when the database or the port cannot be had."""
        await self._open()
        await self._take_over()
        self._add_channels()
        await self._serve()
        for channel in self.app.channels.values():
            await channel.start(self.app)
        if self._timed:
            self._begin()
        log.info(
            "ready",
            port=self.port,
            mode=self.settings.mode,
            channels=sorted("/".join(key) for key in self.app.channels),
        )

    async def stop(self) -> None:
        """Stop taking updates, finish what was taken, close."""
        for channel in self.app.channels.values():
            await channel.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.app.speaker.finish()
        if self._runner is not None:
            await self._runner.cleanup()
        await self.db.close()

    async def _open(self) -> None:
        try:
            await asyncio.to_thread(self.db.probe)
            if not await self.db.read(prepare.ready):
                await asyncio.to_thread(self._prepare)
            await self.db.read(lambda conn: keys.take(conn, self.settings.key_file))
            await self.db.open()
            await self.app.load()
        except prepare.NotUpdated as error:
            raise CannotUpdate(str(error)) from None
        except (keys.KeyTrouble, prepare.NewerDatabase) as error:
            raise CannotServe(str(error)) from None
        except (SQLAlchemyError, sqlite3.Error, OSError, RuntimeError) as error:
            raise CannotServe(f"DANVAN_DATABASE_URL: the database cannot be opened: {prepare.reason(error)}") from None

    def _prepare(self) -> None:
        """An older database is backed up before it is brought to this program's version."""
        given = self.settings
        saved = (given.media_dir, given.backup_dir) if self._demo is None else None
        if said := prepare.in_subprocess(given.database_url, given.key_file, saved):
            log.info("backed_up_before_update", said=said)

    async def _take_over(self) -> None:
        """What a program that died was in the middle of is due now. There is one serving process on a database."""
        now = self.app.clock()

        def work(conn: Connection) -> None:
            updates.free(conn)
            files.free(conn, now)

        await self.db.write(work)
        await self.delivery.recover()

    def _add_channels(self) -> None:
        settings = self.settings
        web_settings = WebSettings(self.media.root / "coming", settings.public_url)
        summary = self._demo_summary if self._demo is not None else None
        hooks = Hooks(self.app).all(summary)
        self.app.add(WebChannel(self.db, self.media.path, hooks, web_settings, self._demo, self.app.clock))
        if self._demo is None and settings.telegram_tokens:
            self._add_telegram()

    def _add_telegram(self) -> None:
        # Imported only where it is used: the library takes a third of a second and thirty megabytes.
        from bot.channels.telegram import TelegramChannel

        settings = self.settings
        for position, token in enumerate(settings.telegram_tokens):
            channel = TelegramChannel(
                token,
                media=self.media.path,
                api_base=settings.telegram_api,
                webhook_secret=settings.telegram_webhook_secret,
                public_url=settings.public_url,
                first=position == 0,
                proxy=settings.telegram_proxy,
            )
            self.app.add(channel)

    async def _serve(self) -> None:
        site = web.Application(client_max_size=2**20)
        for channel in self.app.channels.values():
            site.add_routes(channel.routes())
        table = Table(self.app, self.media.path, self.settings.public_url, asyncio.get_running_loop().time)
        site.add_routes(table.routes())
        site.add_routes([web.get("/healthz", self._health), web.get("/metrics", self._metrics)])
        self._runner = web.AppRunner(site, access_log=None, handle_signals=False)
        await self._runner.setup()
        listener = web.TCPSite(self._runner, self.settings.http_host, self.settings.http_port, backlog=1024)
        try:
            await listener.start()
        except OSError as error:
            where = f"{self.settings.http_host}:{self.settings.http_port}"
            raise CannotServe(f"Cannot listen on {where}: {prepare.reason(error)}") from None
        self.port = self._runner.addresses[0][1]
        self.app.reached_at(self.settings.public_url.rstrip("/") or f"http://{self.settings.http_host}:{self.port}")

    async def quiet(self) -> None:
        """Everything that is due is done: for the command line's one-shot work and for tests."""
        await self.app.speaker.finish()
        await self.app.purge()
        while await self.worker.run() or await self.charts.run() or await self.delivery.run():
            pass

    def _begin(self) -> None:
        app = self.app
        work = [
            forever("said", 0.25, app.speaker.flush),
            forever("unsaid", 10, app.speaker.say_unsaid),
            forever("letters", 2, self.delivery.run, app.letters_due),
            forever("files", 3, self.worker.run, app.files_due),
            forever("schedule", 30, self.schedule.tick),
            forever("charts", 5, self.charts.run),
            forever("old_charts", 6 * 3600, self.charts.tidy),
            forever("registry", 3, app.load),
            forever("purge", 60, app.purge, app.purge_due),
        ]
        self._tasks = [asyncio.create_task(job) for job in work]

    async def _demo_summary(self) -> None:
        from bot.demo import post_summaries

        await post_summaries(self.app)

    async def _health(self, _request: web.Request) -> web.Response:
        """200 while the database answers."""
        try:
            async with asyncio.timeout(5):
                await self.db.read(registry.version)
        except Exception:  # noqa: BLE001 - whatever it is, we are not healthy
            return web.json_response({"status": "database"}, status=503)
        return web.json_response({"status": "ok", "mode": "demo" if self._demo is not None else self.settings.mode})

    async def _metrics(self, request: web.Request) -> web.Response:
        """To this machine only, unless configured."""
        if not self.settings.metrics_public and not _is_here(request):
            return web.Response(status=403)
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _is_here(request: web.Request) -> bool:
    """From this machine, and not through a proxy on it that hands on what comes from elsewhere."""
    if any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")):
        return False
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(request.remote or "").is_loopback
    return False


@asynccontextmanager
async def running(server: Server) -> AsyncIterator[Server]:
    """Started on entry, stopped on exit, also of a start that failed half-way."""
    try:
        await server.start()
        yield server
    finally:
        await server.stop()


async def serve(server: Server, ready: Callable[[Server], None] = lambda _: None) -> None:
    """Until SIGINT or SIGTERM; `ready` is called once it serves."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has no handlers here; Ctrl-C still ends it
            loop.add_signal_handler(number, stop.set)
    async with running(server):
        lean.settle()
        ready(server)
        await stop.wait()


def start_loop(work: Coroutine[Any, Any, None]) -> None:
    """Run on the fastest loop there is."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(work)
    else:
        uvloop.run(work)
