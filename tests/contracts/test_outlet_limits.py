"""Whatever text a post carries, Discord's limits are met by the message that leaves, and it pings whom it may and nobody else."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from discord.http import handle_message_parameters
from discord.utils import MISSING
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Link, Post, RoleId, Tone, UserId
from bot.rendering import Message, clip, identity_of, render, size, tidy, web_url

WILD = st.text(st.characters(), max_size=60) | st.sampled_from(
    ["", " ", "\u200b", "\x00", "\ud800", "@everyone", "<@&1>", "𝒳" * 30]
)
LONG = st.tuples(WILD, st.sampled_from([1, 2, 40, 150])).map(lambda pair: pair[0] * pair[1])
URLS = st.sampled_from(
    [
        "https://youtu.be/x",
        "http://пример.рф/путь?q=ы#z",
        "javascript:alert(1)",
        "https://",
        "https://localhost/x",
        "ftp://a.b/c",
        "https://a.b/" + "x" * 3000,
        "https://a.b/ x",
        "https://[::1",
        "https://a.b:99999/x",
        "",
    ]
)
IDS = st.integers(1, 2**63)
POSTS = st.builds(
    Post,
    title=LONG,
    url=URLS,
    lines=st.lists(LONG, max_size=8).map(tuple),
    fields=st.lists(st.tuples(LONG, LONG), max_size=30).map(tuple),
    footer=LONG,
    image=URLS,
    tone=st.sampled_from(Tone),
    buttons=st.lists(st.builds(Link, LONG, URLS), max_size=8).map(tuple),
    lead_in=LONG,
    roles=st.lists(IDS.map(RoleId), max_size=120).map(tuple),
    users=st.lists(IDS.map(UserId), max_size=120).map(tuple),
    silent=st.booleans(),
)


def payload(message: Message) -> dict[str, Any]:
    """What discord.py would send."""
    made = handle_message_parameters(
        content=message.content or None,
        embeds=[message.embed] if message.embed else [],
        allowed_mentions=message.mentions,
        view=MISSING,
    )
    return made.payload or {}


def wrong_text(name: str, text: str, limit: int, *, needed: bool = False) -> list[str]:
    """What Discord would say against a text, counted in the longest way."""
    bad = [f"{name} too long"] if len(text.encode("utf-16-le")) // 2 > limit else []
    bad += [f"{name} empty"] if needed and not text.strip() else []
    return bad + ([f"{name} unprintable"] if any(char in text for char in ("\x00", "\ud800")) else [])


def wrong_url(name: str, url: str, limit: int) -> list[str]:
    parts = urlsplit(url)
    good = parts.scheme in {"http", "https"} and parts.hostname and "." in parts.hostname and url.isascii() and " " not in url
    return [] if good and len(url) <= limit else [f"{name} is no URL"]


def wrong_embed(embed: dict[str, Any]) -> list[str]:
    title, description, footer = embed.get("title", ""), embed.get("description", ""), embed.get("footer", {}).get("text", "")
    fields = embed.get("fields", [])
    bad = wrong_text("title", title, 256) + wrong_text("description", description, 4096) + wrong_text("footer", footer, 2048)
    for field in fields:
        bad += wrong_text("name", field["name"], 256, needed=True) + wrong_text("value", field["value"], 1024, needed=True)
    everything = [title, description, footer, *(field[key] for field in fields for key in ("name", "value"))]
    bad += wrong_text("embed", "".join(everything), 6000)
    bad += ["too many fields"] * (len(fields) > 25)
    bad += wrong_url("url", embed["url"], 2048) if "url" in embed else []
    return bad + (wrong_url("image", embed["image"]["url"], 2048) if "image" in embed else [])


@given(POSTS)
def test_every_post_is_a_message_within_discords_limits(post: Post) -> None:
    message = render(post)
    sent = payload(message)

    bad = wrong_text("content", sent["content"] or "", 2000)
    for embed in sent["embeds"]:
        bad += wrong_embed(embed)
    for button in message.buttons:
        bad += wrong_text("label", button.label, 80, needed=True) + wrong_url("button", button.url, 512)
    bad += ["too many buttons"] * (len(message.buttons) > 5)
    bad += ["nothing is said"] * (not sent["embeds"] and not (sent["content"] or "").strip())
    assert bad == []


@given(POSTS)
def test_exactly_the_posts_roles_and_users_may_be_pinged(post: Post) -> None:
    message = render(post)
    allowed = payload(message)["allowed_mentions"]

    assert allowed["parse"] == []
    assert not allowed.get("replied_user")
    assert set(allowed["roles"]) <= set(post.roles)
    assert set(allowed["users"]) <= set(post.users)
    assert len(allowed["roles"]) <= 100
    assert len(allowed["users"]) <= 100
    assert all(f"<@&{role}>" in message.content for role in allowed["roles"])
    assert all(f"<@{user}>" in message.content for user in allowed["users"])


@given(POSTS)
def test_the_same_post_is_the_same_message_and_is_found_by_its_title(post: Post) -> None:
    assert payload(render(post)) == payload(render(post))
    assert identity_of(post) or not (tidy(post.title).strip() or tidy("".join(post.lines)).strip() or tidy(post.lead_in).strip())


@given(LONG, st.integers(0, 300))
def test_a_clipped_text_is_a_beginning_of_it(text: str, limit: int) -> None:
    whole = tidy(text)
    cut = clip(whole, limit)

    assert size(cut) <= limit
    assert cut == whole or whole.startswith(cut.removesuffix("…"))


def test_a_cut_is_made_at_a_word() -> None:
    assert clip("The crew of Soyuz MS-19 boards the station", 30) == "The crew of Soyuz MS-19…"
    assert clip("x" * 50, 10) == "x" * 9 + "…"


def test_a_url_is_kept_whole_or_left_out() -> None:
    assert web_url("https://youtu.be/x?si=1", 512) == "https://youtu.be/x?si=1"
    assert web_url("http://пример.рф/ы", 512) == "http://xn--e1afmkfd.xn--p1ai/%D1%8B"
    assert web_url("https://a.b/" + "x" * 512, 512) == ""
    assert web_url("youtu.be/x", 512) == ""
