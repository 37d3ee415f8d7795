"""Embeds: the limits Discord holds them to, and what it makes of them."""

from __future__ import annotations

from bot.sandbox.forms import MEDIA, WEB, Form
from bot.sandbox.wire import Json, as_object, as_objects, instant, read_instant

TOTAL = 6000
"""Characters over all embeds of a message: titles, descriptions, field names and values, footers, authors."""
MOST = 10
FIELDS = 25


def check(form: Form, embeds: list[object]) -> list[Json]:
    """The embeds as they will be stored; mistakes go into the form."""
    stored: list[Json] = []
    length = 0
    for number, raw in enumerate(embeds):
        one, path = as_object(raw), f"embeds.{number}"
        if not isinstance(raw, dict):
            form.fail(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        length += _check_one(form, one, path)
        stored.append(_stored(one))
    if length > TOTAL:
        form.fail("embeds", "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {TOTAL}")
    return stored


def _check_one(form: Form, one: Json, path: str) -> int:
    """Note the mistakes of one embed; returns its length in characters as Discord counts it."""
    texts = [
        form.text(one, "title", f"{path}.title", most=256),
        form.text(one, "description", f"{path}.description", most=4096),
    ]
    form.url(one, "url", f"{path}.url", schemes=WEB)
    form.number(one, "color", f"{path}.color", most=0xFFFFFF)
    form.instant(one, "timestamp", f"{path}.timestamp")
    for key in ("image", "thumbnail"):
        if one.get(key) is not None:
            form.url(as_object(one[key]), "url", f"{path}.{key}.url", schemes=MEDIA)
    footer, author = as_object(one.get("footer")), as_object(one.get("author"))
    if footer:
        texts.append(form.text(footer, "text", f"{path}.footer.text", most=2048))
        form.url(footer, "icon_url", f"{path}.footer.icon_url", schemes=MEDIA)
    if author:
        texts.append(form.text(author, "name", f"{path}.author.name", most=256, required=True))
        form.url(author, "url", f"{path}.author.url", schemes=WEB)
        form.url(author, "icon_url", f"{path}.author.icon_url", schemes=MEDIA)
    for number, raw in enumerate(form.items(one, "fields", f"{path}.fields", most=FIELDS)):
        line, at = as_object(raw), f"{path}.fields.{number}"
        texts.append(form.text(line, "name", f"{at}.name", most=256, required=True))
        texts.append(form.text(line, "value", f"{at}.value", most=1024, required=True))
        form.flag(line, "inline", f"{at}.inline")
    return sum(len(text) for text in texts if text)


def _stored(one: Json) -> Json:
    """What Discord keeps of an embed: known keys that say something, texts stripped, pictures with a proxy address."""
    kept: Json = {"type": "rich"}
    kept |= {key: str(one[key]).strip() for key in ("title", "description", "url") if one.get(key)}
    if one.get("color") is not None:
        kept["color"] = one["color"]
    at = read_instant(one.get("timestamp"))
    if at is not None:
        kept["timestamp"] = instant(at)
    for key in ("image", "thumbnail"):
        url = as_object(one.get(key)).get("url")
        if url:
            kept[key] = {"url": url, "proxy_url": _proxy(str(url)), "width": 0, "height": 0}
    footer, author = as_object(one.get("footer")), as_object(one.get("author"))
    if footer.get("text"):
        kept["footer"] = {"text": str(footer["text"]).strip()} | _icon(footer)
    if author.get("name"):
        kept["author"] = {"name": str(author["name"]).strip()} | _icon(author)
        if author.get("url"):
            kept["author"]["url"] = author["url"]
    fields = as_objects(one.get("fields"))
    if fields:
        kept["fields"] = [
            {"name": str(each.get("name")).strip(), "value": str(each.get("value")).strip(), "inline": each.get("inline") is True}
            for each in fields
        ]
    return kept


def _icon(part: Json) -> Json:
    url = part.get("icon_url")
    return {"icon_url": url, "proxy_icon_url": _proxy(str(url))} if url else {}


def _proxy(url: str) -> str:
    return "https://images-ext-1.discordapp.net/external/sandbox/" + url.replace("://", "/", 1)
