"""A digest at the moment when it leaves: what lies ahead of its watch then."""

from __future__ import annotations

from datetime import datetime

from bot.model import Brief, Delivery, Post, Watch
from bot.ports import Store
from bot.rules.digesting import ahead, digest_post, name_of
from bot.rules.matching import Names, wants
from bot.rules.nets import DAY
from bot.rules.zones import zone_of


async def digest(store: Store, names: Names, sent: Delivery, brief: Brief, now: datetime) -> tuple[Watch, Post] | str:
    """Give the digest and its watch, or say why there is none."""
    watch = next((watch for watch in brief.watches if sent.notice.what.startswith(name_of(watch.id))), None)
    if watch is None or watch.digest is None or watch.off:
        return "no watch asks for it any more"
    async with store.transaction() as tx:
        tracks = await tx.tracks(net_since=now - DAY)  # a NET of a day stands at its beginning
    mine = [track for track in tracks if wants(watch, track.event, names)]
    zone = zone_of(brief.server.zone if brief.server else "UTC")
    post = digest_post(watch, watch.digest, ahead(mine, watch.digest, now), zone, now)
    return "nothing lies ahead in it" if post is None else (watch, post)
