"""Users, guilds, channels and messages as Discord writes them in JSON."""

from __future__ import annotations

from bot.sandbox.wire import Json, ids, instant
from bot.sandbox.world import Channel, ChannelType, Guild, Member, Message, Overwrite, Role, ScheduledEvent, Tag, User, Webhook

FILE_LIMIT = 10 * 1024 * 1024
"""Bytes one upload may have on a server without boosts."""


def user(one: User, name: str | None = None) -> Json:
    """A user; `name` overrides it, as a webhook may for one message."""
    answer: Json = {
        "id": str(one.id),
        "username": name or one.name,
        "avatar": None,
        "discriminator": "0000" if one.bot else "0",
        "public_flags": 0,
        "flags": 0,
        "global_name": None if one.bot else one.name,
        "primary_guild": None,
    }
    return {**answer, "bot": True} if one.bot else answer


def me(bot: User) -> Json:
    """The bot as it sees itself."""
    return {**user(bot), "mfa_enabled": True, "locale": "en-US", "verified": True, "email": None}


def application(ident: int, bot: User, owner: User, guilds: int) -> Json:
    """The application, as its owner's bot sees it."""
    return {
        "id": str(ident),
        "name": bot.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": user(bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "tags": [],
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user(owner),
        "approximate_guild_count": guilds,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
        "integration_types_config": {"0": {}, "1": {}},
    }


def role(one: Role) -> Json:
    """A role."""
    answer: Json = {
        "id": str(one.id),
        "name": one.name,
        "permissions": str(int(one.permissions)),
        "position": one.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": one.bot is not None,
        "mentionable": one.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    return answer if one.bot is None else {**answer, "tags": {"bot_id": str(one.bot)}}


def member(one: Member) -> Json:
    """A member of a guild."""
    return {
        "user": user(one.user),
        "nick": one.nick,
        "avatar": None,
        "banner": None,
        "roles": ids(one.roles),
        "joined_at": instant(one.joined),
        "premium_since": None,
        "communication_disabled_until": None,
        "pending": False,
        "flags": 0,
        "mute": False,
        "deaf": False,
    }


def overwrite(one: Overwrite) -> Json:
    """A permission overwrite."""
    return {"id": str(one.id), "type": int(one.is_member), "allow": str(int(one.allow)), "deny": str(int(one.deny))}


def tag(one: Tag) -> Json:
    """A forum's tag."""
    return {"id": str(one.id), "name": one.name, "moderated": one.moderated, "emoji_id": None, "emoji_name": one.emoji}


def channel(one: Channel) -> Json:
    """A channel of any type, threads and DMs included."""
    common: Json = {
        "id": str(one.id),
        "type": int(one.type),
        "flags": 0,
        "last_message_id": None if one.last_message is None else str(one.last_message),
    }
    if one.type is ChannelType.DM:
        return {**common, "recipients": [user(one.recipient)] if one.recipient else []}
    common |= {"guild_id": str(one.guild), "name": one.name, "parent_id": None if one.parent is None else str(one.parent)}
    if one.thread is not None:
        return common | _thread(one)
    common |= {
        "position": one.position,
        "permission_overwrites": [overwrite(each) for each in one.overwrites.values()],
        "nsfw": False,
    }
    if one.type is ChannelType.CATEGORY:
        return common
    common |= {"topic": one.topic, "rate_limit_per_user": 0, "last_pin_timestamp": None}
    if one.type is ChannelType.VOICE:
        return common | {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
    if one.type is ChannelType.FORUM:
        return common | {
            "flags": 1 << 4 if one.needs_tag else 0,
            "available_tags": [tag(each) for each in one.tags],
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
        }
    return common


def _thread(one: Channel) -> Json:
    state = one.thread
    assert state is not None  # noqa: S101 - channel() asked
    metadata: Json = {
        "archived": state.archived,
        "archive_timestamp": instant(state.archived_at),
        "auto_archive_duration": state.auto_archive,
        "locked": state.locked,
        "create_timestamp": instant(state.created),
    }
    return {
        "owner_id": str(state.owner),
        "thread_metadata": metadata,
        "message_count": len(one.messages),
        "member_count": len(state.members),
        "total_message_sent": state.total,
        "rate_limit_per_user": 0,
        "applied_tags": [str(each) for each in state.tags],
    }


def guild(one: Guild) -> Json:
    """A guild as REST gives it."""
    return {
        "id": str(one.id),
        "name": one.name,
        "icon": None,
        "description": None,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "features": [],
        "banner": None,
        "owner_id": str(one.owner),
        "application_id": None,
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": str(one.system_channel) if one.system_channel else None,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 0,
        "roles": [role(each) for each in one.roles.values()],
        "default_message_notifications": 0,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 500000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": "en-US",
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": str(one.updates_channel) if one.updates_channel else None,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [],
        "stickers": [],
        "incidents_data": None,
    }


def guild_create(one: Guild, bot: int, *, joined: bool = False) -> Json:
    """A guild as the gateway gives it: with its channels, active threads and the bot's own member.

    `unavailable` is there unless the bot has just joined: that is how clients tell the two apart.
    """
    own = one.members.get(bot)
    places = list(one.channels.values())
    return {
        **guild(one),
        **({} if joined else {"unavailable": False}),
        "joined_at": instant(own.joined) if own else None,
        "large": False,
        "member_count": len(one.members),
        "members": [member(own)] if own else [],
        "channels": [channel(each) for each in places if each.thread is None],
        "threads": [channel(each) for each in places if each.thread is not None and not each.thread.archived],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [event(each) for each in one.events.values()],
        "soundboard_sounds": [],
    }


def message(one: Message, people: dict[int, User], *, referenced: Message | None = None) -> Json:
    """A message; `referenced` is the one it replies to, when that still exists."""
    answer: Json = {
        "id": str(one.id),
        "channel_id": str(one.channel),
        "author": user(one.author, one.username),
        "type": one.type,
        "content": one.content,
        "timestamp": instant(one.at),
        "edited_timestamp": None if one.edited is None else instant(one.edited),
        "tts": one.tts,
        "mention_everyone": one.mentions.everyone,
        "mentions": [user(people[each]) for each in sorted(one.mentions.users) if each in people],
        "mention_roles": ids(one.mentions.roles),
        "attachments": one.attachments,
        "embeds": one.embeds,
        "components": one.components,
        "pinned": one.pinned,
        "flags": one.flags,
    }
    extra: Json = {
        "nonce": one.nonce,
        "webhook_id": None if one.webhook is None else str(one.webhook),
        "application_id": None if one.application is None else str(one.application),
        "message_reference": one.reference,
        "interaction_metadata": one.interaction,
    }
    answer |= {key: value for key, value in extra.items() if value is not None}
    if one.replied is not None:
        answer["referenced_message"] = None if referenced is None else message(referenced, people)
    return answer


def event(one: ScheduledEvent) -> Json:
    """A scheduled event that takes place elsewhere."""
    return {
        "id": str(one.id),
        "guild_id": str(one.guild),
        "channel_id": None,
        "creator_id": str(one.creator.id),
        "creator": user(one.creator),
        "name": one.name,
        "description": one.description,
        "image": one.image,
        "scheduled_start_time": instant(one.start),
        "scheduled_end_time": instant(one.end),
        "privacy_level": 2,
        "status": one.status,
        "entity_type": 3,
        "entity_id": None,
        "entity_metadata": {"location": one.location},
        "recurrence_rule": None,
        "user_count": len(one.interested),
        "guild_scheduled_event_exceptions": [],
    }


def webhook(one: Webhook, source: Channel | None = None, source_guild: Guild | None = None) -> Json:
    """A webhook of a channel."""
    answer: Json = {
        "id": str(one.id),
        "type": one.type,
        "guild_id": str(one.guild),
        "channel_id": str(one.channel),
        "name": one.name,
        "avatar": None,
        "application_id": None if one.application is None else str(one.application),
    }
    if one.user is not None:
        answer["user"] = user(one.user)
    if one.token is not None:
        answer |= {"token": one.token, "url": f"https://discord.com/api/webhooks/{one.id}/{one.token}"}
    if source is not None:
        answer["source_channel"] = {"id": str(source.id), "name": source.name}
    if source_guild is not None:
        answer["source_guild"] = {"id": str(source_guild.id), "name": source_guild.name, "icon": None}
    return answer
