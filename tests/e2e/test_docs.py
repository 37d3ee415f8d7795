"""docs/admins.md shows each command with what it answers: one story on the real bot, written down.

`REWRITE_DOCS=1 pytest tests/e2e/test_docs.py` writes it anew after a change.
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from discord import app_commands

from bot.client import TMinusClient
from bot.demo.markdown import stamped
from bot.flow.asking_why import FeedState
from bot.model import Article, Pad, Status
from bot.ports import Articles
from bot.sandbox import components
from bot.sandbox.components import Part
from bot.sandbox.options import Attached
from bot.sandbox.people import Person, Reply
from bot.sandbox.wire import as_objects, as_text
from bot.sandbox.world import Channel, ChannelType, Guild, Role, User
from tests.cogs.stage import MS19, NOW, STARLINK, Stage, keep, stage

PAGE = Path(__file__).parents[2] / "docs" / "admins.md"
MARK = "<!-- From here on tests/e2e/test_docs.py writes: what the bot answered when the commands were run. -->\n"
CLUB = "https://club.example/feed"
NAMED = re.compile(r"<(#|@&|@)(\d+)>")
VERSION = re.compile(r"T-Minus (?:\d\S*|\(from source\))")
LONGEST_TEXT = 1500


@dataclass(slots=True)
class Story:
    """What was asked and answered, as it reads in a document."""

    names: Mapping[int, str]
    rows: list[str] = field(default_factory=list[str])
    asked: set[str] = field(default_factory=set[str])

    def chapter(self, title: str, text: str) -> None:
        """Begin a chapter."""
        self.rows += [f"## {title}", "", text, ""]

    async def ask(self, person: Person, path: str, note: str = "", /, **options: object) -> Reply:
        """Run a command and write it down with its answer."""
        self.asked.add(path)
        reply = await person.slash(path, **options)
        given = "".join(f" {name}: {self.spelled(value)}" for name, value in options.items())
        self.rows += [f"### `/{path}{given}`", "", *([note, ""] if note else []), *self.told(reply), ""]
        return reply

    async def press(self, person: Person, before: Reply, button: str, note: str) -> Reply:
        """Press a button and write down what came."""
        reply = await person.click(before.message, button)
        self.rows += [f"{note} `[{button}]`:", "", *self.told(reply), ""]
        return reply

    def spelled(self, value: object) -> str:
        """An option as its client shows it."""
        match value:
            case User() | Role():
                return f"@{value.name}"
            case Channel():
                return f"#{value.name}"
            case Attached():
                return value.name
            case _:
                return str(value)

    def told(self, reply: Reply) -> list[str]:
        """An answer as a quotation: text, menus, buttons, files."""
        text = NAMED.sub(lambda found: f"{found[1][0]}{self.names.get(int(found[2]), '?')}", stamped(reply.text, NOW))
        text = VERSION.sub("T-Minus", text.replace("\u200b", ""))
        shown = text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT].rsplit("\n", 1)[0] + "\n…"
        rows = [f"> {row}".rstrip().replace("> -# ", "> ").replace("> ## ", "> **").strip() for row in shown.split("\n")]
        rows = [f"{row}**" if row.startswith("> **") and row.count("**") % 2 else row for row in rows]
        parts = list(components.walk(reply.message.components))
        pressed = [f"`[{as_text(one.get('label'))}]`" for one in parts if one.get("type") == Part.BUTTON and one.get("label")]
        menus = [self.menu(one) for one in parts if one.get("type") in components.SELECTS]
        files = [f"📎 `{each['filename']}`" for each in reply.message.attachments]
        extra = [*menus, " ".join(pressed), *files]
        said = [f"{row}\\" if row != ">" else row for row in rows[:-1]] + rows[-1:]
        return [*said, *(f">\n> {one}" for one in extra if one)]

    def menu(self, part: dict[str, object]) -> str:
        """A menu, with what is chosen in it."""
        labels = [as_text(one["label"]) for one in as_objects(part.get("options"))]
        if not labels:
            chosen = [self.names.get(int(as_text(one["id"])), "?") for one in as_objects(part.get("default_values"))]
            return f"▾ {chosen[0] if chosen else as_text(part.get('placeholder'))}"
        first = next((as_text(one["label"]) for one in as_objects(part.get("options")) if one.get("default")), "")
        others = [label for label in labels if label != first]
        return f"▾ **{first}** · {' · '.join(others[:6])}{' …' if len(others) > 6 else ''}" if first else f"▾ {' · '.join(labels)}"


class Gauge:
    """A feed that answers."""

    async def read(self, _: object) -> tuple[FeedState, ...]:
        minutes = timedelta(minutes=1)
        return (FeedState(name="ll2", heard=NOW - minutes, next_ask=NOW + 4 * minutes, made=5, quota=15, failures=0),)


@dataclass(frozen=True, slots=True)
class Scene:
    """A server with an admin and a member, and a bot in it."""

    stage: Stage
    client: TMinusClient
    story: Story
    guild: Guild
    admin: Person
    member: Person
    news: Channel
    fans: Role


@asynccontextmanager
async def scene() -> AsyncGenerator[Scene, None]:
    """Set it up."""
    async with stage() as one:
        flown = replace(MS19.event, id="ll2:launch:ms-18", name="Soyuz 2.1a | Soyuz MS-18", status=Status.SUCCESS)  # type: ignore[arg-type]  # an id
        past = replace(
            MS19,
            event=replace(flown, net=replace(flown.net, at=NOW - timedelta(days=30)), webcasts=()),
            first_seen=NOW - timedelta(days=90),
        )
        coming = replace(MS19, event=replace(MS19.event, pad=Pad(name="31/6", site="Baikonur Cosmodrome", country="KZ")))
        await keep(one.store, coming, STARLINK, past)
        guild = one.discord.add_guild("Baikonur")
        launches, news = (
            one.discord.add_channel(guild, "launches"),
            one.discord.add_channel(guild, "news", type=ChannelType.ANNOUNCEMENT),
        )
        fans = one.discord.add_role(guild, "launch-fans", mentionable=True)
        guild.roles[next(iter(guild.members[one.discord.bot.id].roles))].position = 50
        ada = one.discord.add_user("ada")
        one.discord.add_member(guild, ada)
        one.papers[CLUB] = Articles(articles=(Article(title="Peresild flies on Soyuz MS-19", published_at=NOW, url=f"{CLUB}/1"),))
        names = {launches.id: "launches", news.id: "news", fans.id: "launch-fans", ada.id: "ada", one.discord.owner.id: "you"}
        async with one.bot() as client:
            client.gauge = Gauge()  # type: ignore[assignment]  # it reads the same
            admin, member = one.discord.member(guild, one.discord.owner, launches), one.discord.member(guild, ada, launches)
            yield Scene(one, client, Story(names), guild, admin, member, news, fans)


async def begin(on: Scene) -> None:
    story, admin = on.story, on.admin
    story.chapter("Begin", "One screen, which only you see. Everything in it can be changed; nothing is posted before you say so.")
    first = await story.ask(admin, "setup")
    await admin.select(first.message, "setup:channel", on.news.id)
    await admin.select(first.message, "setup:what", "Flights with people aboard")
    await admin.select(first.message, "setup:role", on.fans.id)
    shown = await story.press(admin, first, "Preview", "Then")
    await story.press(admin, shown, "Begin", "And")


async def watches(on: Scene) -> None:
    story, admin = on.story, on.admin
    story.chapter("Watches", "As many as you like, up to 50: each says what, where, and whom to ping.")
    await story.ask(admin, "watch add", what="lsp: SpaceX, -Starlink", quiet="22:00-07:00 except live", digest="monday 08:00")
    await story.ask(admin, "watch add", "Wrong words are answered with the way on.", what="launcher: Soyuz, colour: red")
    await story.ask(admin, "watch list")
    await story.ask(admin, "watch edit", "Only what you name changes.", watch="2", leads="2h 10m", events=True)
    await story.ask(admin, "watch test", "What it would have said lately, and will say next.", watch="1")
    await story.ask(admin, "watch pause", watch="2")
    await story.ask(admin, "watch resume", watch="2")
    await story.ask(admin, "watch remove", watch="2")
    await story.ask(admin, "undo", "The last twenty changes can be taken back, one by one.")


async def understand(on: Scene) -> None:
    story, admin = on.story, on.admin
    story.chapter("Understand", "Why something was said or not, what will be said, and what is amiss.")
    await story.ask(admin, "why", launch="MS-19")
    await story.ask(admin, "preview", watch="lsp: SpaceX")
    await story.ask(admin, "doctor")
    await story.ask(admin, "status")


async def settle(on: Scene) -> None:
    story, admin = on.story, on.admin
    story.chapter("The server", "What holds for all watches, and all of it as a file.")
    await story.ask(admin, "settings timezone", zone="Europe/Berlin")
    await story.ask(admin, "settings language", language="en")
    await story.ask(admin, "settings show")
    exported = await story.ask(admin, "export")
    (attached,) = exported.message.attachments
    text = on.stage.discord.files[str(attached["url"]).split(".com/")[1]][1].decode()
    offer = await story.ask(admin, "import", file=Attached("t-minus-settings.toml", text.replace("24h 1h 10m", "3h").encode()))
    await story.press(admin, offer, "Leave it", "Or")
    wrong = text.replace('"24h 1h 10m"', '"soon"').replace("Europe/Berlin", "Mordor")
    await story.ask(admin, "import", "Every mistake is named with its line.", file=Attached("mine.toml", wrong.encode()))
    posted = await story.ask(admin, "role button", "Everybody sees this one.", role=on.fans)
    await story.press(on.member, posted, "Ping me, or stop it", "A member presses")


async def own(on: Scene) -> None:
    story, admin = on.story, on.admin
    story.chapter("What no feed knows", "An amateur launch, a school's balloon: for this server alone; and feeds that you choose.")
    await story.ask(
        admin, "mission add", name="Ada's balloon", net="2021-10-03 18:00", place="School yard", stream="https://example.org/live"
    )
    await story.ask(admin, "mission edit", mission="balloon", net="2021-10-04 18:00")
    await story.ask(admin, "mission list")
    await story.ask(admin, "mission remove", mission="balloon")
    await story.ask(admin, "feed test", feed=CLUB)
    await story.ask(admin, "feed add", url=CLUB)
    await story.ask(admin, "feed list")
    await story.ask(admin, "feed remove", feed=1)


async def members(on: Scene) -> None:
    story, member = on.story, on.member
    story.chapter("What everybody may ask", "Also in direct messages, and where T-Minus is installed to one's own account.")
    await story.ask(member, "next", count=2)
    await story.ask(member, "schedule", days=7)
    await story.ask(member, "launch", name="MS-19")
    await story.ask(member, "live")
    await story.ask(member, "search", text="perseild")
    await story.ask(member, "crew", person="Peresild")
    await story.ask(member, "news")
    await story.ask(member, "follow launch", name="MS-19")
    await story.ask(member, "follow crew", person="Yulia Peresild")
    await story.ask(member, "follow rocket", name="Soyuz")
    await story.ask(member, "follow program", name="International Space Station")
    await story.ask(member, "reminders")
    await story.ask(member, "privacy")
    await story.ask(member, "help")
    await story.ask(member, "about")


async def test_the_guide_for_admins_shows_what_the_bot_answers() -> None:
    async with scene() as on:
        for chapter in (begin, watches, understand, settle, own, members):
            await chapter(on)
        tree = on.client.tree
        known = {one.qualified_name for one in tree.walk_commands() if isinstance(one, app_commands.Command)}
        written = "\n".join(on.story.rows).rstrip() + "\n"

    assert known - on.story.asked == set(), "a command that the story leaves out"
    page = PAGE.read_text(encoding="utf-8")
    prose = page.partition(MARK)[0]
    if os.environ.get("REWRITE_DOCS"):
        PAGE.write_text(f"{prose}{MARK}\n{written}", encoding="utf-8")
        page = PAGE.read_text(encoding="utf-8")
    assert page == f"{prose}{MARK}\n{written}", "docs/admins.md is not what the bot answers: REWRITE_DOCS=1 writes it anew"
