"""The command line: run, demo, check, migrate, backup, … Wires nothing itself; a refusal is one clear sentence and an exit code."""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from bot.redacting import Redactor, log_to
from bot.sentry import report_to
from bot.settings import Misconfigured, Settings, load

if TYPE_CHECKING:
    from bot.app import App
    from bot.doctor.judging import Finding
    from bot.store.copying import Copied

OK, BAD_CONFIG, REFUSED, NO_DATABASE = 0, 2, 3, 4
"""Exit codes: fine; the configuration; Discord's refusal; the database. A bug ends with 1."""

ENDS_S = 9.0
"""What has not ended so long after a signal is left as if the process was killed; platforms kill after ten seconds."""

log = logging.getLogger("tminus")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    options = parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except Misconfigured as wrong:
        print(f"The configuration has {len(wrong.mistakes)} mistake(s):\n{wrong}", file=sys.stderr)
        return BAD_CONFIG
    except KeyboardInterrupt:
        return OK


def parser() -> argparse.ArgumentParser:
    """Describe the commands."""
    top = argparse.ArgumentParser(prog="tminus", description="Tells a Discord community when a rocket goes and where to watch.")
    top.add_argument("--version", action="version", version=f"T-Minus {this_version()}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    run_it = commands.add_parser("run", help="run the bot; needs DISCORD_TOKEN")
    run_it.add_argument("--shards", help="the shards of this process, of how many: 0-3/16 (or TMINUS_SHARDS); needs PostgreSQL")
    run_it.set_defaults(command=run)
    web_it = commands.add_parser("web", help="serve the pages alone, beside a bot that fills the same database")
    web_it.set_defaults(command=web)
    demo_it = commands.add_parser("demo", help="play a mission here: no token, no internet")
    demo_it.add_argument("--scenario", default="soyuz-ms-19", help="which one (default: %(default)s)")
    demo_it.add_argument("--speed", type=float, default=1.0, help="twice as fast with 2, as fast as it goes with 0")
    demo_it.add_argument("--no-color", action="store_true", help="plain text")
    demo_it.add_argument("--web", action="store_true", help="show it in a browser, as a Discord that you can use")
    demo_it.add_argument("--port", type=int, default=0, help="with --web: where it is served (default: any that is free)")
    demo_it.add_argument("--no-browser", action="store_true", help="with --web: print the address and open nothing")
    demo_it.set_defaults(command=demo)
    commands.add_parser("check", help="read the configuration and list every mistake").set_defaults(command=check)
    doctor_it = commands.add_parser("doctor", help="look at everything, and say what is not well and what to do")
    doctor_it.add_argument("--offline", action="store_true", help="ask neither Discord nor the feeds")
    doctor_it.add_argument("--all-feeds", action="store_true", help="read every feed of articles and videos, too")
    doctor_it.add_argument("--json", action="store_true", help="for programs")
    doctor_it.set_defaults(command=doctor)
    commands.add_parser("migrate", help="bring the database up to date").set_defaults(command=migrate)
    copy_it = commands.add_parser("copy-database", help="copy everything into another, empty database")
    copy_it.add_argument("to", metavar="URL", help="sqlite:///path or postgresql://user:password@host/name")
    copy_it.add_argument("--dry-run", action="store_true", help="copy and compare, then undo it")
    copy_it.set_defaults(command=moved)
    save_it = commands.add_parser("backup", help="copy everything into one file, while the bot runs")
    save_it.add_argument("file", type=Path, help="a file that does not exist yet")
    save_it.set_defaults(command=backup)
    restore_it = commands.add_parser("restore", help="copy a backup into the empty database that DATABASE_URL names")
    restore_it.add_argument("file", type=Path, help="what backup wrote")
    restore_it.add_argument("--dry-run", action="store_true", help="copy and compare, then undo it")
    restore_it.set_defaults(command=restore)
    return top


def this_version() -> str:
    """Give the installed version."""
    try:
        return version("t-minus")
    except PackageNotFoundError:
        return "from a clone that is not installed"


def run(options: argparse.Namespace) -> int:
    """Run the bot until a signal ends it."""
    settings = load(os.environ | ({"TMINUS_SHARDS": options.shards} if options.shards else {}))
    speak(settings)
    return asyncio.run(running(settings))


def speak(settings: Settings) -> None:
    """Log as it is configured, and report bugs where an address is named for them."""
    log_to(sys.stderr, settings.log_level, settings.redact, as_json=settings.log_json)
    if settings.sentry_dsn:
        report_to(settings.sentry_dsn, settings.redact, this_version())


def web(_: argparse.Namespace) -> int:
    """Serve the pages until a signal ends it."""
    settings = load(os.environ, needs_token=False)
    speak(settings)
    if not settings.web.port:
        print("Which port? Set PORT, or web.port in default.toml.", file=sys.stderr)
        return BAD_CONFIG
    return asyncio.run(serving(settings))


async def serving(settings: Settings) -> int:
    """Serve the pages on the machine's clock."""
    with importing():
        from bot.app import SystemClock, serve_pages  # noqa: PLC0415 — discord.py and SQLAlchemy take seconds to import
        from bot.store.engine import CannotOpen  # noqa: PLC0415

    try:
        await serve_pages(settings, SystemClock(), signalled())
    except CannotOpen as why:
        log.error("%s", why)  # noqa: TRY400 — a sentence for the operator; the trace would say less
        return NO_DATABASE
    except OSError as why:
        log.error("cannot listen on %s port %s: %s", settings.web.host, settings.web.port, why.strerror)  # noqa: TRY400
        return BAD_CONFIG
    return OK


@contextmanager
def importing() -> Generator[None]:
    """Look for no garbage meanwhile, which takes a sixth of the time, nor later among what was imported: it stays."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def signalled() -> asyncio.Event:
    """Give an event that SIGTERM and Ctrl-C set. From then on the end comes in time, whatever hangs."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if not stopping.is_set():
            limit = threading.Timer(ENDS_S, leave)
            limit.daemon = True
            limit.start()
        stopping.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop)
    return stopping


def leave() -> None:
    """End without waiting any longer: for a database that does not answer, nothing can interrupt."""
    log.warning("left after %.0f s with something still open; what was begun comes back at the next start, and comes once", ENDS_S)
    logging.shutdown()
    os._exit(OK)


def reload(app: App) -> None:
    """Read the configuration again; a mistake in it changes nothing."""
    try:
        waiting = app.reread(load(os.environ))
    except Misconfigured as wrong:
        log.error("the configuration was not read again: %s", wrong)  # noqa: TRY400
        return
    log.info("the configuration was read again%s", f"; {', '.join(waiting)} will change at the next start" if waiting else "")


async def running(settings: Settings) -> int:
    """Run the bot on the machine's clock. A wrong token or database ends it with one sentence."""
    with importing():
        from bot.app import SystemClock, assembled  # noqa: PLC0415
        from bot.client import ClientDown  # noqa: PLC0415
        from bot.store.engine import CannotOpen  # noqa: PLC0415

    stopping = signalled()
    try:
        async with assembled(settings, SystemClock()) as app:
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, reload, app)
            await app.run(stopping)
    except CannotOpen as why:
        log.error("%s", why)  # noqa: TRY400
        return NO_DATABASE
    except ClientDown as why:
        log.error("%s", why.sentence)  # noqa: TRY400
        return REFUSED
    return OK


def demo(options: argparse.Namespace) -> int:
    """Play a scenario on a loopback Discord and a loopback feed."""
    from bot.demo.play import play  # noqa: PLC0415

    log_to(sys.stderr, logging.WARNING, Redactor())
    # A Discord on loopback acknowledges a heartbeat before discord.py has noted that it was sent, and is down on purpose.
    logging.getLogger("discord").setLevel(logging.ERROR)
    if options.web:
        return asyncio.run(demo_served(options))
    return asyncio.run(play(options.scenario, options.speed, color=not options.no_color))


async def demo_served(options: argparse.Namespace) -> int:
    """Play it in a browser until a signal ends it."""
    from bot.demo.web import show  # noqa: PLC0415

    return await show(options.scenario, options.speed, options.port, signalled(), browse=not options.no_browser)


def check(_: argparse.Namespace) -> int:
    """Read the whole configuration; what is wrong with it is raised all at once."""
    settings = load(os.environ)
    print(f"The configuration is fine: Discord at {settings.api_url}, launches from {settings.launch_library_url}.")
    return OK


def doctor(options: argparse.Namespace) -> int:
    """Look at everything, and say what is well and what is not. A wrong configuration is said like any other trouble."""
    from bot.doctor.judging import Finding, Level, code_of  # noqa: PLC0415
    from bot.doctor.showing import as_json, as_text  # noqa: PLC0415

    redact = Redactor()
    try:
        settings = load(os.environ)
    except Misconfigured as wrong:
        todo = "Mend these first: nothing else can be looked at before."
        findings = tuple(Finding("configuration", Level.WRONG, str(mistake), todo) for mistake in wrong.mistakes)
    else:
        redact = settings.redact
        log_to(sys.stderr, logging.CRITICAL, redact)
        findings = (
            Finding("configuration", Level.WELL, "It can be read, and has no mistake."),
            *asyncio.run(looking(settings, options)),
        )
    print((as_json if options.json else as_text)(this_version(), findings, redact))
    return code_of(findings)


async def looking(settings: Settings, options: argparse.Namespace) -> tuple[Finding, ...]:
    """Look, on the machine's clock."""
    from bot.app import SystemClock  # noqa: PLC0415
    from bot.doctor.looking import opened  # noqa: PLC0415

    async with opened(settings, SystemClock(), offline=options.offline, every_feed=options.all_feeds) as one:
        return await one.look()


def migrate(_: argparse.Namespace) -> int:
    """Bring the database up to date and say what was done."""
    settings = load(os.environ, needs_token=False)
    log_to(sys.stderr, settings.log_level, settings.redact)
    return asyncio.run(migrating(settings))


async def migrating(settings: Settings) -> int:
    """Open the database, which migrates it."""
    from bot.store.engine import CannotOpen  # noqa: PLC0415
    from bot.store.sql import SqlStore  # noqa: PLC0415

    try:
        store = await SqlStore.open(settings.database_url.reveal())
    except CannotOpen as why:
        log.error("%s", why)  # noqa: TRY400
        return NO_DATABASE
    await store.close()
    before, after = store.migrated.before, store.migrated.after
    print(f"The database is at step {after}" + (", as it was." if before == after else f"; it was {before or 'empty'}."))
    return OK


def moved(options: argparse.Namespace) -> int:
    """Copy the database to another one."""
    return asyncio.run(copying(load(os.environ, needs_token=False).database_url.reveal(), options.to, dry_run=options.dry_run))


def backup(options: argparse.Namespace) -> int:
    """Copy the database, of whichever kind, into a SQLite file of its own."""
    file: Path = options.file
    if file.exists():
        print(f"{file} is there already: name a file that is not, so that no older backup is lost.", file=sys.stderr)
        return NO_DATABASE
    return asyncio.run(backing_up(load(os.environ, needs_token=False).database_url.reveal(), file))


async def backing_up(source: str, file: Path) -> int:
    """Back up, and say what was copied."""
    from bot.app import SystemClock  # noqa: PLC0415
    from bot.store.copying import back_up  # noqa: PLC0415

    return await told(back_up(source, file, SystemClock().now()), dry_run=False)


def restore(options: argparse.Namespace) -> int:
    """Copy such a file into the database that is configured."""
    file: Path = options.file
    if not file.is_file():
        print(f"There is no file {file}.", file=sys.stderr)
        return NO_DATABASE
    return asyncio.run(
        copying(f"sqlite:///{file}", load(os.environ, needs_token=False).database_url.reveal(), dry_run=options.dry_run)
    )


async def copying(source: str, target: str, *, dry_run: bool) -> int:
    """Copy, and say what was copied."""
    from bot.store.copying import copy_database  # noqa: PLC0415

    return await told(copy_database(source, target, dry_run=dry_run), dry_run=dry_run)


async def told(copying: Awaitable[Iterable[Copied]], *, dry_run: bool) -> int:
    """Say what was copied, or in one sentence why nothing was."""
    from bot.store.copying import CannotCopy  # noqa: PLC0415
    from bot.store.engine import CannotOpen  # noqa: PLC0415

    try:
        copied = await copying
    except (CannotCopy, CannotOpen) as why:
        print(why, file=sys.stderr)
        return NO_DATABASE
    for one in copied:
        print(f"{one.table:<20} {one.rows:>9}")
    print("Everything would arrive as it left; nothing was changed." if dry_run else "Everything arrived as it left.")
    return OK


if __name__ == "__main__":
    sys.exit(main())
