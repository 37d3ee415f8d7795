// The page: what is known of the servers, what of it is shown, and the talk with the demo that plays them.
import { byId, el, refresh, written } from "./dom.js";
import { avatar, item, title } from "./message.js";
import { openModal } from "./modal.js";
import { Composer } from "./typing.js";

const DIRECT = "direct";
const READ_MS = 800;
const ANSWER = 1, POST = 2, PING = 3;
const AGAIN_MS = 800;
const CAUSE_MS = 30 * 60 * 1000;
const NEAR_PX = 160;
const SPEEDS = { story: "as a story", 1: "1 ×", 60: "60 ×", 600: "600 ×", 3600: "3600 ×", fastest: "as fast as it goes" };
const FORUM = "forum";

const known = { items: new Map(), told: [], places: null, clock: null, scenario: null, verdict: null };
const view = { server: null, channel: null, me: JSON.parse(sessionStorage.getItem("me") ?? "{}"), follow: true, going: 0, atEnd: true, unread: new Map(), fresh: new Map(), caption: null };

// --- the talk ---

const talk = { socket: null, number: 0, waiting: new Map(), got: 0 };

function connect() {
  const socket = new WebSocket(`ws://${location.host}/talk`);
  talk.socket = socket;
  socket.onmessage = (event) => heard(JSON.parse(event.data));
  socket.onclose = () => {
    for (const answer of talk.waiting.values()) answer({ refused: "The connection was lost before an answer came." });
    talk.waiting.clear();
    byId("lost").hidden = false;
    setTimeout(connect, AGAIN_MS);
  };
}

function ask(wish) {
  const number = ++talk.number;
  if (talk.socket.readyState !== WebSocket.OPEN) return Promise.resolve({ refused: "The demo does not answer." });
  return new Promise((answer) => {
    talk.waiting.set(number, answer);
    talk.socket.send(JSON.stringify({ number, ...wish }));
  });
}

const asMe = (wish, where = view.channel) => ask({ ...wish, who: me(), where });

function heard(told) {
  HEARS[told.is]?.(told);
}

const HEARS = {
  all(told) {
    byId("lost").hidden = true;
    const fresh = known.scenario?.name !== told.scenario.name || !known.places || told.places?.servers[0]?.id !== known.places.servers[0]?.id;
    known.scenario = told.scenario;
    known.beats = told.beats;
    known.scenarios = told.scenarios;
    known.places = told.places ?? null;
    known.items = new Map(Object.entries(told.items ?? {}).map(([channel, items]) => [channel, new Map(items.map((one) => [one.id, one]))]));
    known.told = told.told ?? [];
    known.verdict = told.verdict ?? null;
    if (fresh) Object.assign(view, { server: null, channel: null, caption: null, unread: new Map(), fresh: new Map() });
    byId("story-of").replaceChildren(...told.scenarios.map((one) => el("option", { value: one.name, text: one.title, selected: one.name === told.scenario.name })));
    document.title = `T-Minus: ${told.scenario.title}`;
    byId("speed").replaceChildren(...told.speeds.map((one) => el("option", { value: one, text: SPEEDS[one] ?? one })));
    marks();
    if (told.clock) HEARS.clock(told);
    if (known.places) begin(fresh);
    else {
      byId("said").textContent = "A Discord of its own is being furnished on this machine, and the bot logs in …";
      for (const id of ["rail", "channels", "messages", "told", "events", "me"]) byId(id).replaceChildren();
    }
    drawStory();
    drawVerdict();
  },
  clock({ clock }) {
    known.clock = clock;
    talk.got = performance.now();
    byId("speed").value = clock.speed;
    byId("pause").querySelector(".sign").textContent = clock.playing ? "⏸" : "▶";
    byId("pause").querySelector(".word").textContent = clock.playing ? "Pause" : "Play";
    byId("pause").setAttribute("aria-pressed", String(!clock.playing));
    byId("leap").setAttribute("aria-busy", String(clock.leaping));
    tick();
  },
  item({ item: one }) {
    keep(one);
  },
  told({ told }) {
    known.told.push(told);
    addTold(told);
  },
  places({ places }) {
    known.places = places;
    drawPlaces();
    drawHere();
    if (channelOf(view.channel)?.type === FORUM) drawMessages();
  },
  moment() {
    followOn();
  },
  end({ verdict }) {
    known.verdict = verdict;
    drawVerdict();
  },
  answer({ number, ...told }) {
    talk.waiting.get(number)?.(told);
    talk.waiting.delete(number);
  },
};

// --- what is known ---

const servers = () => known.places?.servers ?? [];
const server = () => servers().find((one) => one.id === view.server) ?? null;
const serverOf = (channel) => servers().find((one) => one.channels.some((each) => each.id === channel)) ?? null;
const channelOf = (id) => serverOf(id)?.channels.find((one) => one.id === id) ?? null;
const direct = (id) => known.places?.directs.find((one) => one.id === id) ?? null;
const now = () => {
  const { clock } = known;
  if (!clock) return 0;
  return clock.until === null ? clock.at : Math.min(clock.at + (performance.now() - talk.got) * clock.rate, clock.until);
};

/** Who is looking: in a server one of its members, in a direct channel the one whose it is. */
function me() {
  if (view.server === DIRECT) return direct(view.channel)?.user ?? "0";
  const people = (server()?.people ?? []).filter((one) => !one.bot);
  const chosen = people.find((one) => one.id === view.me[view.server]);
  return (chosen ?? people.find((one) => one.admin) ?? people[0])?.id ?? "0";
}

function name(id) {
  if (!known.places) return "?";
  const users = known.places.users[id];
  if (users) return users;
  for (const one of servers()) {
    const found = one.roles.find((role) => role.id === id) ?? one.channels.find((channel) => channel.id === id);
    if (found) return found.name;
  }
  return "unknown";
}

function isMine(id) {
  return id === me() || Boolean(server()?.people.find((one) => one.id === me())?.roles.includes(id));
}

const ctx = {
  now, name, isMine, me, server, jump,
  here: () => view.channel,
  find: (channel, id) => known.items.get(channel)?.get(id),
  ask: (wish) => asMe(wish),
  touched: () => setFollow(false),
  understood: () => byId("intro")?.remove(),
  tell(text, isTrouble) {
    byId("status").textContent = text && isTrouble ? `⚠ ${text}` : text;
    byId("status").className = isTrouble ? "trouble" : "";
  },
  async press(one, wish) {
    setFollow(false);
    const told = await asMe({ ...wish, message: one.id }, one.channel);
    if (told.modal) openModal(told.modal, ctx, (fields) => asMe({ do: "submit", form: told.form, fields }, one.channel).then((answer) => answer.refused));
    return told.refused;
  },
};

// --- what happens ---

function keep(one) {
  const items = known.items.get(one.channel) ?? new Map();
  known.items.set(one.channel, items);
  const isNew = !items.has(one.id);
  items.set(one.id, one);
  const rings = one.kind === "message" && (one.pings.everyone || one.pings.roles.length || one.pings.users.length);
  if (isNew) {
    const worth = rings ? PING : one.kind === "message" && one.bot && !one.answers ? POST : ANSWER;
    view.fresh.set(one.channel, Math.max(view.fresh.get(one.channel) ?? 0, worth));
    if (one.channel !== view.channel) {
      const unread = view.unread.get(one.channel) ?? { count: 0, pings: 0 };
      view.unread.set(one.channel, { count: unread.count + 1, pings: unread.pings + (rings ? 1 : 0) });
      drawUnread();
    }
  }
  if (one.channel === view.channel) show(one, isNew);
}

/** Show the channel in which most happens; what is shown is left time to be read. */
function followOn() {
  const worth = view.fresh;
  view.fresh = new Map();
  if (!view.follow || view.going) return;
  const near = (id) => (serverOf(id)?.id === view.server ? 0.5 : 0);
  const [target] = [...worth.keys()].filter((id) => channelOf(id) ?? direct(id)).sort((one, other) => worth.get(other) + near(other) - worth.get(one) - near(one));
  if (!target || worth.get(target) <= (worth.get(view.channel) ?? 0)) return;
  view.going = setTimeout(() => {
    view.going = 0;
    if (view.follow) go(target);
  }, READ_MS);
}

function begin(fresh) {
  byId("line").disabled = false;
  if (!known.told.length) byId("said").textContent = "The story begins: people tell T-Minus what they want to hear of …";
  const first = location.hash.slice(1);
  if (!fresh && view.channel && (channelOf(view.channel) ?? direct(view.channel))) return redraw();
  const busy = [...known.items].findLast(([, items]) => items.size)?.[0];
  const start = [first, busy, servers()[0]?.channels[0]?.id].find((id) => id && (channelOf(id) ?? direct(id)));
  return go(start);
}

function go(channel) {
  if (!channel) return;
  view.channel = channel;
  view.server = direct(channel) ? DIRECT : serverOf(channel).id;
  view.unread.delete(channel);
  history.replaceState(null, "", `#${channel}`);
  redraw();
}

/** A person chooses where to look. */
function visit(channel) {
  setFollow(false);
  drawer(false);
  go(channel);
}

/** On a phone, servers and channels lie in a drawer. */
function drawer(open) {
  document.body.classList.toggle("menu", open);
  byId("menu").setAttribute("aria-expanded", String(open));
}

function jump(channel, id) {
  setFollow(false);
  if (channel !== view.channel) go(channel);
  const found = entry(id);
  if (!found) return;
  found.scrollIntoView({ block: "center" });
  flash(found);
}

function setFollow(on) {
  view.follow = on;
  byId("follow").setAttribute("aria-pressed", String(on));
}

// --- drawing ---

function redraw() {
  drawPlaces();
  drawHere();
  drawMessages();
  composer.learn();
}

function drawHere() {
  const channel = channelOf(view.channel);
  const dm = direct(view.channel);
  if (!channel && !dm) return; // the channel was deleted: its name stays until somebody leaves
  byId("here").replaceChildren(dm ? `@ T-Minus and ${dm.name}` : sign(channel) + channel.name, el("small", { text: dm ? "direct messages" : server().name }));
  byId("line").placeholder = dm ? "Type / for a command" : `Type / for a command, or write in ${sign(channel)}${channel.name}`;
}

const sign = (channel) => ({ forum: "🗂 ", announcement: "📣 " })[channel.type] ?? (channel.thread ? "🧵 " : "# ");

function drawPlaces() {
  const held = byId("places").contains(document.activeElement) ? document.activeElement.dataset.ids : undefined;
  const rail = servers().map((one) => railButton(one.id, one.name, initials(one.name), one.channels));
  rail.push(railButton(DIRECT, "Direct messages", "✉", known.places.directs));
  byId("rail").replaceChildren(...rail);
  byId("server").textContent = view.server === DIRECT ? "Direct messages" : (server()?.name ?? "");
  const rows = view.server === DIRECT ? known.places.directs.map((one) => row(one.id, `@ ${one.name}`, "")) : tree(server()?.channels ?? []);
  byId("channels").replaceChildren(...rows);
  if (held) [...document.querySelectorAll("[data-ids]")].find((one) => one.dataset.ids === held)?.focus();
  drawEvents();
  drawSelf();
}

const initials = (text) => text.split(/\s+/).filter((word) => word.toLowerCase() !== "the").map((word) => word[0]).join("").slice(0, 3).toUpperCase();

function railButton(id, label, text, channels) {
  const ids = channels.map((one) => one.id);
  const button = el("button", { type: "button", title: label, "aria-label": label, "aria-current": view.server === id ? "true" : null, "data-ids": ids.join(" "), onclick: () => visit(ids.find((one) => view.unread.get(one)?.pings) ?? ids.find((one) => view.unread.has(one)) ?? last(ids)) }, text);
  count(button, ids);
  return button;
}

const last = (ids) => ids.filter((one) => known.items.get(one)?.size).at(-1) ?? ids[0];

function tree(channels) {
  const rows = [];
  for (const one of channels.filter((each) => !each.thread && each.type !== "category")) {
    rows.push(row(one.id, sign(one) + one.name, ""));
    for (const thread of channels.filter((each) => each.thread && each.parent === one.id)) rows.push(row(thread.id, thread.name, thread.closed ? "thread closed" : "thread"));
  }
  return rows;
}

function row(id, text, kind) {
  const button = el("button", { type: "button", class: kind, "aria-current": view.channel === id ? "page" : null, "data-ids": id, onclick: () => visit(id) }, el("span", { text }));
  count(button, [id]);
  return el("li", {}, button);
}

/** Mark a server or a channel as unread, with the pings in it. */
function count(button, ids) {
  const unread = ids.map((id) => view.unread.get(id)).filter(Boolean);
  const pings = unread.reduce((sum, one) => sum + one.pings, 0);
  button.classList.toggle("unread", unread.length > 0);
  button.querySelector(".badge")?.remove();
  if (pings) button.append(el("span", { class: "badge", title: `${pings} pings` }, String(pings), el("span", { class: "away", text: " pings" })));
}

function drawUnread() {
  for (const button of document.querySelectorAll("[data-ids]")) count(button, button.dataset.ids.split(" "));
}

function drawEvents() {
  const ahead = (server()?.events ?? []).filter((one) => one.status < 3);
  byId("events").replaceChildren(
    ...(ahead.length ? [el("h3", { text: "📅 Events" })] : []),
    ...ahead.map((one) => el("details", {}, el("summary", {}, el("b", { text: one.name }), el("small", { text: `${one.status === 2 ? "now · " : ""}${written(one.start, "short")} UTC` })), el("p", { text: one.about }), el("p", { text: `📍 ${one.where}` }))),
  );
}

function drawSelf() {
  const people = view.server === DIRECT ? [] : (server()?.people ?? []).filter((one) => !one.bot);
  const roles = (one) => one.roles.map(name).filter((role) => role !== "admin" && role !== "unknown");
  const rows = people.map((one) => [one.id, `${one.name}: ${[one.admin ? "admin" : "", ...roles(one).map((role) => `@${role}`)].filter(Boolean).join(", ") || "member"}`]);
  if (view.server === DIRECT) rows.push([me(), name(me())]);
  byId("me").replaceChildren(...rows.map(([value, text]) => el("option", { value, text, selected: value === me() })));
  const admin = people.find((one) => one.id === me())?.admin;
  byId("may").textContent = view.server === DIRECT ? "Here the bot writes to one person alone." : admin ? "Admins set up what is told: try /setup or /watch add." : "Members ask and are reminded: try /next or Remind me.";
}

function drawMessages() {
  const items = [...(known.items.get(view.channel)?.values() ?? [])];
  const forum = channelOf(view.channel)?.type === FORUM;
  const posts = forum ? server().channels.filter((one) => one.parent === view.channel) : [];
  const nothing = el("p", { class: "nothing" }, forum ? "Nothing is posted in this forum yet." : "Nothing is here yet. What the bot has to say comes when it is due.");
  byId("messages").replaceChildren(...(items.length ? items.map((one) => item(one, ctx)) : posts.length ? posts.map(post) : [nothing]));
  toEnd();
}

function toEnd() {
  byId("messages").scrollTop = byId("messages").scrollHeight;
  view.atEnd = true;
}

function post(one) {
  const tags = server().channels.find((each) => each.id === one.parent).tags.filter((tag) => one.tagged.includes(tag.id));
  return el("button", { type: "button", class: "post", onclick: () => visit(one.id) }, el("b", { text: one.name }), tags.map((tag) => el("span", { class: "tag", text: tag.name })), one.closed ? el("small", { text: "closed" }) : null);
}

const entry = (id) => byId("messages").querySelector(`[data-id="${CSS.escape(id)}"]`);

function show(one, isNew) {
  const box = byId("messages");
  const { atEnd } = view;
  const made = item(one, ctx);
  const old = entry(one.id);
  if (old) {
    const held = controls(old).indexOf(document.activeElement);
    old.replaceWith(made);
    controls(made)[held]?.focus({ preventScroll: true });
  } else {
    box.querySelector(".nothing, .post")?.remove();
    box.append(made);
  }
  if (isNew) made.classList.add("new");
  else flash(made);
  if (atEnd) toEnd();
}

const controls = (made) => [...made.querySelectorAll("a, button, input, select, summary")];

function flash(made) {
  made.classList.remove("flash");
  void made.offsetWidth; // the animation begins anew
  made.classList.add("flash");
}

// --- the story ---

function drawStory() {
  byId("told").replaceChildren();
  known.told.forEach(addTold);
}

function addTold(told) {
  const made = { caption, deed, act }[told.kind](told);
  const list = byId("told");
  list.append(el("li", { class: told.kind }, el("small", { text: written(told.at, "short") }), made));
  list.scrollTop = list.scrollHeight;
  narrate(told, made);
}

/** Say it above everything: what happened, and what the bot made of it. */
function narrate(told, made) {
  if (told.kind === "caption") view.caption = { at: told.at, text: caption(told) };
  if (told.kind === "act") view.caption = null;
  const cause = told.kind === "deed" && view.caption && told.at - view.caption.at < CAUSE_MS ? [view.caption.text, " → "] : [];
  byId("said").replaceChildren(...cause, told.kind === "deed" ? deed(told) : made.cloneNode(true));
}

const caption = (told) => el("span", { class: "caption", text: `🛰 ${told.text}` });

const act = (told) => el("span", {}, el("b", { text: told.user }), " ", place([told], (one) => one.text));

function deed({ posts, edits, pings }) {
  const parts = [];
  const channels = new Set(posts.map((one) => one.channel)).size;
  if (posts.length) parts.push("T-Minus says ", place(posts, (one) => `“${title(one, ctx)}”`), channels > 1 ? ` in ${channels} channels` : "", pings ? el("b", { class: "bell", title: `${pings} pings`, text: ` 🔔 ${pings}` }) : "");
  if (edits.length) parts.push(posts.length ? ", and keeps " : "T-Minus keeps ", place(edits, () => (edits.length > 1 ? `${edits.length} cards true` : "a card true")), " ✎");
  return el("span", {}, ...parts.filter(Boolean));
}

function place([{ channel, id }], text) {
  const found = known.items.get(channel)?.get(id);
  return el("a", { href: `#${channel}`, onclick: (event) => (event.preventDefault(), jump(channel, id)) }, found ? text(found) : "a message");
}

function marks() {
  const { start, end } = known.scenario;
  byId("progress").querySelectorAll(".mark").forEach((one) => one.remove());
  for (const at of known.beats) {
    const mark = el("i", { class: "mark" });
    mark.style.setProperty("--at", `${(100 * (at - start)) / (end - start)}%`);
    byId("progress").append(mark);
  }
}

function drawVerdict() {
  const { verdict } = known;
  byId("verdict").hidden = !verdict;
  for (const id of ["pause", "speed", "leap"]) byId(id).disabled = Boolean(verdict);
  if (!verdict) return;
  const owed = verdict.lost ? `${verdict.lost} were owed and not delivered. ` : "everything owed was delivered. ";
  byId("verdict").replaceChildren(
    el("span", {}, el("b", { text: "The story is over. " }), `${verdict.posted} messages, ${verdict.edited} edits, ${verdict.pings} pings; `, owed, "The bot still answers you."),
    el("button", { type: "button", class: "button primary", onclick: () => play(known.scenario.name) }, "▶ Play it again"),
  );
}

function play(scenario) {
  setFollow(true);
  ask({ do: "play", scenario });
}

// --- time ---

let ticked = 0;
function tick() {
  if (!known.clock || !known.scenario) return;
  const at = now();
  byId("clock").textContent = written(at, "clock");
  const { start, end } = known.scenario;
  const done = Math.max(0, Math.min(100, (100 * (at - start)) / (end - start)));
  byId("done").style.setProperty("width", `${done}%`);
  byId("progress").setAttribute("aria-valuenow", String(Math.round(done)));
}

function frame(at) {
  if (at - ticked > 200) {
    ticked = at;
    tick();
    refresh(now());
  }
  requestAnimationFrame(frame);
}

// --- knobs ---

byId("pause").addEventListener("click", () => ask({ do: "turn", playing: !known.clock?.playing }));
byId("speed").addEventListener("change", (event) => ask({ do: "turn", speed: event.target.value, playing: true }));
byId("leap").addEventListener("click", () => ask({ do: "turn", leap: true }));
byId("story-of").addEventListener("change", (event) => play(event.target.value));
byId("follow").addEventListener("click", () => setFollow(!view.follow));
byId("close").addEventListener("click", ctx.understood);
byId("menu").addEventListener("click", (event) => {
  event.stopPropagation();
  drawer(true);
});
document.addEventListener("click", (event) => event.target.closest("#places") ?? drawer(false));
document.addEventListener("keydown", (event) => event.key === "Escape" && drawer(false));
byId("me").addEventListener("change", (event) => {
  view.me[view.server] = event.target.value;
  sessionStorage.setItem("me", JSON.stringify(view.me));
  redraw();
});

byId("messages").addEventListener("scroll", ({ target }) => {
  view.atEnd = target.scrollHeight - target.scrollTop - target.clientHeight < NEAR_PX;
}, { passive: true });
new ResizeObserver(() => view.atEnd && toEnd()).observe(byId("messages"));

const composer = new Composer(ctx);
connect();
requestAnimationFrame(frame);
