// One thing in a channel as members see it: messages with cards, buttons and menus; what people did; what was not answered.
import { el, link, stamp, written } from "./dom.js";
import { markdown, plain } from "./markdown.js";

const ROW = 1, BUTTON = 2, STRING = 3, SECTION = 9, TEXT = 10, THUMBNAIL = 11, GALLERY = 12, FILE = 13, SEPARATOR = 14, CONTAINER = 17;
const STYLES = ["", "primary", "secondary", "success", "danger", "link", "secondary"];
const LINK = 5;
const SELECTS = new Set([STRING, 5, 6, 7, 8]);
const USERS = new Set([5, 7]), ROLES = new Set([6, 7]), CHANNELS = new Set([8]);

/** The element of an item. `ctx` says names, the time, who is looking, and does what is pressed. */
export function item(one, ctx) {
  if (one.kind === "act") return act(one);
  if (one.kind === "failure") return el("div", { class: "entry failure", "data-id": one.id }, "⚠ ", el("b", { text: one.user }), ` got no answer: ${one.text}`);
  return message(one, ctx);
}

function act(one) {
  const pressed = /^\[([\s\S]+)\]$/.exec(one.text);
  const [, command, rest] = pressed ?? /^(\/[^:]*?)( \S+: [\s\S]*)?$/.exec(one.text) ?? [null, one.text];
  const did = pressed ? "pressed" : command.startsWith("/") ? "used" : "sent";
  return el(
    "div", { class: "entry act", "data-id": one.id },
    avatar(one.user, false), el("span", {}, el("b", { text: one.user }), ` ${did} `),
    el("code", {}, command, rest ? el("span", { text: rest }) : null), el("small", { text: written(one.at, "t") }),
  );
}

export function avatar(name, bot) {
  const hue = [...name].reduce((sum, sign) => (sum * 31 + sign.codePointAt(0)) % 360, 7);
  const made = el("span", { class: `avatar${bot ? " bot" : ""}`, "aria-hidden": "true" }, bot ? "🚀" : name.slice(0, 1).toUpperCase());
  if (!bot) made.style.setProperty("--hue", hue);
  return made;
}

function message(one, ctx) {
  const rung = [...one.pings.roles, ...one.pings.users].map((id) => `@${ctx.name(id)}`);
  if (one.pings.everyone) rung.unshift("@everyone");
  const mine = one.pings.everyone || [...one.pings.roles, ...one.pings.users].some(ctx.isMine);
  const foreign = one.only !== null && one.only !== ctx.me();
  const kinds = ["entry", "message", rung.length && "ping", one.only && "private", one.deleted && "deleted", !one.bot && "person"];
  return el(
    "article", { class: kinds.filter(Boolean).join(" "), "data-id": one.id, "aria-label": `${one.author}, ${written(one.at, "short")}` },
    avatar(one.author, one.bot),
    el(
      "div", { class: "body" },
      one.reply ? reply(one, ctx) : null,
      el(
        "div", { class: "head" },
        el("b", { text: one.author }), one.bot ? el("span", { class: "tag", text: "BOT" }) : null,
        el("small", { text: written(one.at, "short") }),
        one.edits ? el("small", { class: "edited", title: `changed ${one.edits} times, last on ${written(one.edited, "F")}` }, "(edited)") : null,
        one.silent ? el("small", { title: "No phone rings: quiet hours, or the channel's own wish" }, "🔕 silent") : null,
        one.published ? el("small", { text: "📣 published" }) : null,
        one.deleted ? el("small", { class: "gone", text: "🗑 deleted" }) : null,
      ),
      rung.length ? el("div", { class: `rung${mine ? " mine" : ""}` }, `🔔 pings ${rung.join(", ")}`, mine ? " — that is you" : "") : null,
      one.content ? markdown(one.content, ctx) : null,
      one.embeds.map((each) => embed(each, ctx)),
      one.components.map((part) => component(part, one, ctx, foreign || Boolean(one.deleted))),
      one.files.map(attached),
      one.only ? el("div", { class: "only" }, foreign ? `👁 On Discord, only ${ctx.name(one.only)} sees this` : "👁 Only you can see this") : null,
      el("div", { class: "trouble", role: "alert" }),
    ),
  );
}

function reply(one, ctx) {
  const to = ctx.find(one.channel, one.reply);
  const text = to ? title(to, ctx) : "a message that is gone";
  return el("button", { class: "reply", type: "button", onclick: () => to && ctx.jump(one.channel, one.reply) }, "↪ ", text);
}

const PASSING = /\s*\(?<t:-?\d+:R>\)?|<@[&!]?\d+>\s*/g;

/** What a message is called elsewhere: without whom it pings, and how long ago that was by now. */
export function title(one, ctx) {
  const card = one.embeds?.[0];
  return plain((one.content || card?.title || card?.description || "a message").split("\n")[0].replace(PASSING, ""), ctx).slice(0, 90);
}

function embed(card, ctx) {
  const made = el(
    "div", { class: "card" },
    card.author?.name ? el("div", { class: "by" }, card.author.url ? link(card.author.url, card.author.name) : card.author.name) : null,
    card.title ? el("div", { class: "title" }, card.url ? link(card.url, markdown(card.title, ctx)) : markdown(card.title, ctx)) : null,
    card.description ? markdown(card.description, ctx) : null,
    card.fields?.length
      ? el("div", { class: "fields" }, card.fields.map((field) => el("div", { class: field.inline ? "inline" : "" }, el("b", {}, markdown(field.name, ctx)), markdown(field.value, ctx))))
      : null,
    picture(card.image ?? card.thumbnail),
    card.footer?.text || card.timestamp
      ? el("div", { class: "foot" }, card.footer?.text ?? "", card.timestamp ? [card.footer?.text ? " · " : "", stamp(Date.parse(card.timestamp), "short", ctx.now())] : null)
      : null,
  );
  if (Number.isInteger(card.color)) made.style.setProperty("--edge", `#${card.color.toString(16).padStart(6, "0")}`);
  return made;
}

/** Pictures lie on the web, and nothing is fetched from there. */
function picture(image) {
  if (!image?.url) return null;
  let host = "";
  try { host = new URL(image.url).host; } catch { /* it has no host to name */ }
  return el("div", { class: "picture" }, "🖼 a picture", host ? ` from ${host}` : "");
}

function attached(file) {
  const head = `📄 ${file.name} · ${file.size.toLocaleString("en")} bytes`;
  return file.text === null ? el("div", { class: "file", text: head }) : el("details", { class: "file" }, el("summary", { text: head }), el("pre", { text: file.text }));
}

function component(part, one, ctx, off) {
  const inner = (parts) => (parts ?? []).map((each) => component(each, one, ctx, off));
  switch (part.type) {
    case ROW: return el("div", { class: "row" }, inner(part.components));
    case BUTTON: return button(part, one, ctx, off);
    case SECTION: return el("div", { class: "section" }, el("div", {}, inner(part.components)), inner([part.accessory]));
    case TEXT: return markdown(part.content, ctx);
    case THUMBNAIL: return picture(part.media);
    case GALLERY: return el("div", {}, part.items.map((each) => picture(each.media)));
    case FILE: return el("div", { class: "file", text: `📄 ${part.file?.url ?? ""}` });
    case SEPARATOR: return part.divider === false ? el("div", { class: "gap" }) : el("hr");
    case CONTAINER: {
      const made = el("div", { class: "card" }, inner(part.components));
      if (Number.isInteger(part.accent_color)) made.style.setProperty("--edge", `#${part.accent_color.toString(16).padStart(6, "0")}`);
      return made;
    }
    default: return SELECTS.has(part.type) ? menu(part, one, ctx, off) : null;
  }
}

/** Do it, and show what hinders it under the message. */
async function pressed(made, one, ctx, wish) {
  const trouble = made.closest(".body").querySelector(".trouble");
  trouble.textContent = "";
  made.setAttribute("aria-busy", "true");
  const refused = await ctx.press(one, wish);
  made.removeAttribute("aria-busy");
  const now = document.querySelector(`[data-id="${CSS.escape(one.id)}"] .trouble`);
  if (refused && now) now.textContent = `⚠ ${refused}`;
}

function button(part, one, ctx, off) {
  const label = [part.emoji?.name ? `${part.emoji.id ? `:${part.emoji.name}:` : part.emoji.name} ` : "", part.label ?? ""].join("");
  if (part.style === LINK) return link(part.url, [label, " ↗"], "button link");
  return el(
    "button", { type: "button", class: `button ${STYLES[part.style] ?? ""}`, disabled: off || part.disabled === true,
      onclick: (event) => pressed(event.currentTarget, one, ctx, { do: "click", button: part.custom_id }) },
    label,
  );
}

/** What a menu offers: its own options, or people, roles and channels of the server. */
export function offers(part, ctx) {
  if (part.type === STRING) return (part.options ?? []).map((each) => ({ ...each, text: each.description ? `${each.label} — ${each.description}` : each.label }));
  const server = ctx.server();
  const preset = new Set((part.default_values ?? []).map((one) => String(one.id)));
  const found = [];
  if (USERS.has(part.type)) found.push(...(server?.people ?? []).map((one) => [one.id, `@${one.name}`]));
  if (ROLES.has(part.type)) found.push(...(server?.roles ?? []).map((one) => [one.id, `@${one.name}`]));
  if (CHANNELS.has(part.type)) {
    const kinds = part.channel_types;
    found.push(...(server?.channels ?? []).filter((one) => !kinds?.length || kinds.includes(one.kind)).map((one) => [one.id, `#${one.name}`]));
  }
  return found.map(([value, text]) => ({ value, text, default: preset.has(value) }));
}

/** A choice among offers: a list to choose from, or boxes where several may be taken. */
export function chooser(part, ctx, given = {}) {
  const rows = offers(part, ctx);
  const label = part.placeholder || "Choose";
  if ((part.max_values ?? 1) > 1) {
    const box = (one) => el("label", {}, el("input", { type: "checkbox", value: one.value, checked: one.default === true, disabled: given.disabled }), ` ${one.text}`);
    return el("fieldset", { class: "boxes", "aria-label": label }, rows.map(box));
  }
  return el("select", { "aria-label": label, ...given }, el("option", { value: "", text: label }), rows.map((one) => el("option", { value: one.value, selected: one.default === true, text: one.text })));
}

export function taken(made) {
  const chosen = made.matches("select") ? [...made.selectedOptions] : [...made.querySelectorAll("input:checked")];
  return chosen.map((one) => one.value).filter(Boolean);
}

function menu(part, one, ctx, off) {
  const several = (part.max_values ?? 1) > 1;
  const made = chooser(part, ctx, { class: "menu", disabled: off || part.disabled === true });
  const choose = (event) => {
    const chosen = taken(made);
    if (chosen.length >= (part.min_values ?? 1)) pressed(event.currentTarget, one, ctx, { do: "select", menu: part.custom_id, chosen });
  };
  if (!several) {
    made.addEventListener("change", choose);
    return made;
  }
  return el("div", { class: "several" }, made, el("button", { type: "button", class: "button secondary", disabled: off, onclick: choose }, "Choose"));
}
