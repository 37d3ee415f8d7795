"""/follow: be reminded of one launch, or of everything with a rocket, a program or somebody aboard."""

from __future__ import annotations

from discord import app_commands

from bot.cogs.replying import Interaction, Screen, reply
from bot.cogs.suggesting import LONGEST, Choices, suggested
from bot.cogs.wishing import asker_of, one
from bot.flow.ask import Asking, Unacceptable
from bot.flow.personal import Asker, Personal
from bot.model import Facet
from bot.ports import Clock
from bot.rules.asking import LONGEST_TERM, SHORTEST_TERM
from bot.rules.pressing import spelt
from bot.rules.search import label
from bot.rules.text import plain
from bot.tongue import said

LABEL = 100
"""Discord's limit for the name and the value of a choice."""
Text = app_commands.Range[str, 1, LONGEST]


def named(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Choices that are called what they are."""
    return [(name[:LABEL], name[:LABEL]) for name in names]


class FollowCommands(app_commands.Group):
    """The four commands; for everybody, everywhere."""

    def __init__(self, asking: Asking, clock: Clock) -> None:
        super().__init__(
            name="follow",
            description="Be reminded by direct message, of this and nothing else",
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
        )
        self._answers = Personal(asking)
        self._clock = clock

    async def _follow(self, asker: Asker, facet: Facet, text: str) -> Screen:
        words = " ".join(text.split())
        if sum(char.isalnum() for char in words) < SHORTEST_TERM:
            least, shown = SHORTEST_TERM, plain(words)
            sentence = said(
                asker.language, "“{text}” is too short to look for. Write at least {least} letters.", text=shown, least=least
            )
            raise Unacceptable(sentence)
        return one(await self._answers.follow(asker, facet, words[:LONGEST_TERM].strip()), self._clock, asker.language)

    @app_commands.command(name="launch", description="Be reminded of one launch or event")
    @app_commands.describe(name="Its name, or a part of it")
    async def launch(self, interaction: Interaction, name: Text) -> None:
        async def followed() -> Screen:
            asker = asker_of(interaction)
            return one(await self._answers.remind(asker, name), self._clock, asker.language)

        await reply(interaction, followed(), private=True)

    @app_commands.command(name="crew", description="Be reminded whenever somebody flies, docks, walks in space or lands")
    @app_commands.describe(person="Somebody aboard, or a part of the name")
    async def crew(self, interaction: Interaction, person: Text) -> None:
        await reply(interaction, self._follow(asker_of(interaction), Facet.CREW, person), private=True)

    @app_commands.command(name="rocket", description="Be reminded of every flight of a rocket")
    @app_commands.describe(name="A rocket or its family, for instance Soyuz")
    async def rocket(self, interaction: Interaction, name: Text) -> None:
        await reply(interaction, self._follow(asker_of(interaction), Facet.ROCKET, name), private=True)

    @app_commands.command(name="program", description="Be reminded of everything in a program, or at a space station")
    @app_commands.describe(name="For instance Artemis, or International Space Station")
    async def program(self, interaction: Interaction, name: Text) -> None:
        await reply(interaction, self._follow(asker_of(interaction), Facet.PROGRAM, name), private=True)

    @launch.autocomplete("name")
    async def suggest_launch(self, interaction: Interaction, typed: str) -> Choices:
        """The events ahead that may be meant."""

        async def found() -> list[tuple[str, str]]:
            tracks = await self._answers.suggest_launch(typed[:LONGEST], asker_of(interaction).guild)
            return [(label(track), spelt(track.event.id)) for track in tracks]

        return await suggested(found())

    @crew.autocomplete("person")
    async def suggest_crew(self, _: Interaction, typed: str) -> Choices:
        """People of known crews."""

        async def found() -> list[tuple[str, str]]:
            return named(await self._answers.asking.suggest_people(typed[:LONGEST]))

        return await suggested(found())

    @rocket.autocomplete("name")
    async def suggest_rocket(self, _: Interaction, typed: str) -> Choices:
        """Rockets and their families."""
        return await suggested(self._offered(Facet.ROCKET, typed))

    @program.autocomplete("name")
    async def suggest_program(self, _: Interaction, typed: str) -> Choices:
        """Programs and space stations."""
        return await suggested(self._offered(Facet.PROGRAM, typed))

    async def _offered(self, facet: Facet, typed: str) -> list[tuple[str, str]]:
        return named(await self._answers.suggest(facet, typed[:LONGEST]))
