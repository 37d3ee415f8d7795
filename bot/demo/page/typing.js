// The box to type in: commands with what they take, completed by the bot itself.
import { byId, el } from "./dom.js";

const TEXT = 3, WHOLE = 4, FLAG = 5, USER = 6, CHANNEL = 7, ROLE = 8, MENTIONABLE = 9, NUMBER = 10, FILE = 11;
const REST_MS = 120;
const KINDS = { [TEXT]: "text", [WHOLE]: "whole number", [FLAG]: "yes or no", [USER]: "person", [CHANNEL]: "channel", [ROLE]: "role", [MENTIONABLE]: "person or role", [NUMBER]: "number", [FILE]: "text file" };

/** A list under an input, walked by arrow keys. */
class Palette {
  constructor(box) {
    this.box = box;
    this.close();
  }

  get isOpen() {
    return !this.box.hidden;
  }

  /** Show rows {name, about, pick} for an input. */
  open(input, rows) {
    this.input?.setAttribute("aria-expanded", "false");
    this.input = input;
    this.rows = rows;
    this.box.replaceChildren(...rows.map((row, at) => this.option(row, at)));
    this.box.hidden = rows.length === 0;
    input.setAttribute("aria-expanded", String(rows.length > 0));
    this.mark(rows.length ? 0 : -1);
  }

  option(row, at) {
    return el(
      "div", { role: "option", id: `option-${at}`, onpointerdown: (event) => event.preventDefault(), onclick: () => row.pick() },
      el("b", { text: row.name }), row.about ? el("span", { text: row.about }) : null,
    );
  }

  mark(at) {
    this.at = at;
    [...this.box.children].forEach((one, number) => one.setAttribute("aria-selected", String(number === at)));
    const marked = this.box.children[at];
    marked?.scrollIntoView({ block: "nearest" });
    if (marked) this.input?.setAttribute("aria-activedescendant", marked.id);
    else this.input?.removeAttribute("aria-activedescendant");
  }

  close() {
    this.box.hidden = true;
    this.box.replaceChildren();
    this.rows = [];
    this.at = -1;
    this.input?.setAttribute("aria-expanded", "false");
    this.input?.removeAttribute("aria-activedescendant");
  }

  /** Whether a key was taken. */
  key(event) {
    if (!this.isOpen) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.mark((this.at + step + this.rows.length) % this.rows.length);
    else if (event.key === "Escape") this.close();
    else if ((event.key === "Enter" || event.key === "Tab") && this.at >= 0) this.rows[this.at].pick();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}

export class Composer {
  /** `ctx`: ask(wish) → answer, server(), name(id), me(), here(), tell(text, isTrouble), touched(), understood(). */
  constructor(ctx) {
    this.ctx = ctx;
    this.commands = [];
    this.command = null;
    this.fields = new Map();
    this.line = byId("line");
    this.filled = byId("filled");
    this.palette = new Palette(byId("palette"));
    this.asked = 0;
    this.line.addEventListener("input", () => this.typed());
    this.line.addEventListener("focus", () => (ctx.touched(), this.typed()));
    this.line.addEventListener("blur", () => this.palette.close());
    this.line.addEventListener("keydown", (event) => this.key(event));
    byId("composer").addEventListener("submit", (event) => (event.preventDefault(), this.send()));
    document.addEventListener("keydown", (event) => {
      if (event.key === "/" && !event.target.closest("input, textarea, select, dialog")) this.line.focus();
    });
  }

  /** Another person, or another place: other commands. */
  async learn() {
    const here = `${this.ctx.me()}@${this.ctx.here()}`;
    if (here === this.learnt) return;
    this.learnt = here;
    const { commands } = await this.ctx.ask({ do: "commands" });
    if (this.learnt !== here) return;
    this.commands = commands ?? [];
    if (!commands) this.learnt = "";
    if (document.activeElement === this.line) this.typed();
    if (this.command && !this.commands.some((one) => one.path === this.command.path)) this.leave();
  }

  // --- a line ---

  typed() {
    const text = this.line.value;
    if (!text.startsWith("/")) return this.palette.close();
    const wanted = text.slice(1).toLowerCase();
    const rank = (one) => (one.path.startsWith(wanted) ? 0 : one.path.includes(wanted) ? 1 : one.description.toLowerCase().includes(wanted) ? 2 : 3);
    const ranked = this.commands.map((one) => [rank(one), one]).filter(([worth]) => worth < 3);
    ranked.sort(([one], [other]) => one - other);
    this.palette.open(this.line, ranked.map(([, one]) => ({ name: `/${one.path}`, about: one.description, pick: () => this.choose(one) })));
  }

  key(event) {
    if (event.key === "Enter" && !event.isComposing && this.meant()) {
      event.preventDefault();
      return this.send();
    }
    return this.palette.key(event);
  }

  /** The command that is written out in full, with what stands behind it. */
  meant() {
    const text = this.line.value.trim();
    if (!text.startsWith("/")) return null;
    const found = this.commands.filter((one) => `${text} `.startsWith(`/${one.path} `)).sort((one, other) => other.path.length - one.path.length)[0];
    return found ? { command: found, rest: text.slice(found.path.length + 1).trim() } : null;
  }

  // --- a command ---

  choose(command, given = {}) {
    this.palette.close();
    this.command = command;
    this.fields = new Map();
    this.line.hidden = true;
    this.line.value = "";
    this.more = el("div", { class: "more" });
    const close = el("button", { type: "button", class: "x", "aria-label": "Leave this command", onclick: () => this.leave(true) }, "✕");
    this.filled.replaceChildren(el("div", { class: "command" }, el("b", { text: `/${command.path}` }), el("span", { text: command.description }), close), el("div", { class: "fields" }), this.more);
    this.filled.hidden = false;
    for (const option of command.options) {
      if (option.required || option.name in given) this.add(option, given[option.name]);
    }
    this.offerMore();
    const first = [...this.fields.values()].find((one) => one.read() === null) ?? null;
    (first?.input ?? byId("send")).focus();
    this.filled.onkeydown = (event) => {
      if (event.key === "Escape" && !this.palette.isOpen) this.leave(true);
    };
  }

  leave(back = false) {
    this.palette.close();
    this.command = null;
    this.filled.hidden = true;
    this.filled.replaceChildren();
    this.line.hidden = false;
    if (back) this.line.focus();
  }

  offerMore() {
    const left = this.command.options.filter((one) => !this.fields.has(one.name));
    this.more.replaceChildren(...left.map((one) => el("button", { type: "button", title: one.description, onclick: () => this.extend(one) }, `+ ${one.name}`)));
  }

  extend(option) {
    this.add(option).input.focus();
    this.offerMore();
  }

  add(option, given) {
    const made = this.field(option, given);
    const hint = `${option.description}${option.required ? "" : " (optional)"}`;
    const shown = el("label", { class: `option${option.required ? " required" : ""}` }, el("span", { class: "name" }, option.name, option.required ? el("i", { title: "required", text: " *" }) : null, el("small", { text: ` ${KINDS[option.type] ?? ""}` })), made.input, el("small", { class: "hint", text: hint }));
    this.filled.querySelector(".fields").append(shown);
    this.fields.set(option.name, made);
    return made;
  }

  /** {input, read}: read gives the value as it travels, null when there is none. */
  field(option, given) {
    const { ctx } = this;
    const server = ctx.server();
    const pick = (rows) => {
      const input = el("select", { required: option.required === true }, el("option", { value: "", text: "Choose" }), rows.map(([value, text]) => el("option", { value, text, selected: given !== undefined && (String(value) === given || text === given) })));
      return { input, read: () => input.value || null };
    };
    const people = () => (server?.people ?? []).map((one) => [one.id, `@${one.name}`]);
    const roles = () => (server?.roles ?? []).map((one) => [one.id, `@${one.name}`]);
    if (option.choices?.length) {
      const made = pick(option.choices.map((one) => [String(one.value), one.name]));
      return { ...made, read: () => option.choices.find((one) => String(one.value) === made.input.value)?.value ?? null };
    }
    switch (option.type) {
      case FLAG: {
        const made = pick([["true", "yes"], ["false", "no"]]);
        return { ...made, read: () => (made.input.value ? made.input.value === "true" : null) };
      }
      case USER: return pick(people());
      case ROLE: return pick(roles());
      case MENTIONABLE: return pick([...people(), ...roles()]);
      case CHANNEL: return pick((server?.channels ?? []).filter((one) => !option.channel_types?.length || option.channel_types.includes(one.kind)).map((one) => [one.id, `#${one.name}`]));
      case FILE: {
        const input = el("input", { type: "file", required: option.required === true });
        let held = null;
        input.addEventListener("change", async () => (held = input.files[0] ? { name: input.files[0].name.slice(0, 100), text: await input.files[0].text() } : null));
        return { input, read: () => held };
      }
      case WHOLE:
      case NUMBER: {
        const input = el("input", { type: "number", min: option.min_value, max: option.max_value, step: option.type === WHOLE ? 1 : "any", value: given, required: option.required === true });
        return { input, read: () => (input.value === "" ? null : Number(input.value)) };
      }
      default: return this.text(option, given);
    }
  }

  text(option, given) {
    const input = el("input", { type: "text", maxlength: Math.min(option.max_length ?? 4000, 4000), minlength: option.min_length, value: given, required: option.required === true, spellcheck: "false", "aria-label": option.name });
    let chosen = null;
    const made = { input, read: () => (input.value === "" ? null : chosen?.name === input.value ? chosen.value : input.value) };
    if (!option.autocomplete) return made;
    for (const [name, value] of Object.entries({ role: "combobox", "aria-controls": "palette", "aria-autocomplete": "list", "aria-expanded": "false" })) input.setAttribute(name, value);
    let waiting = 0;
    const complete = async () => {
      const turn = ++this.asked;
      const { choices } = await this.ctx.ask({ do: "complete", path: this.command.path, option: option.name, typed: input.value, options: this.values(option.name) });
      if (turn !== this.asked || document.activeElement !== input) return;
      this.palette.open(input, (choices ?? []).map((one) => ({ name: one.name, pick: () => ((chosen = one), (input.value = one.name), this.palette.close()) })));
    };
    const soon = () => (clearTimeout(waiting), (waiting = setTimeout(complete, REST_MS)));
    input.addEventListener("input", soon);
    input.addEventListener("focus", soon);
    input.addEventListener("blur", () => (clearTimeout(waiting), this.asked++, this.palette.close()));
    input.addEventListener("keydown", (event) => this.palette.key(event));
    return made;
  }

  values(but = "") {
    return Object.fromEntries([...this.fields].filter(([name]) => name !== but).map(([name, one]) => [name, one.read()]).filter(([, value]) => value !== null));
  }

  // --- off it goes ---

  send() {
    if (this.command) return this.run();
    const meant = this.meant();
    if (meant) {
      this.choose(meant.command, spread(meant.rest, meant.command.options));
      return this.complete ? this.run() : undefined;
    }
    const text = this.line.value.trim();
    if (text.startsWith("/")) return this.ctx.tell(`There is no command ${text.split(" ")[0]} for ${this.ctx.name(this.ctx.me())} here.`, true);
    if (!text) return undefined;
    this.line.value = "";
    return this.go({ do: "say", text }, "");
  }

  /** Whether all that is required is there. */
  get complete() {
    return [...this.fields.values()].every((one) => one.read() !== null || !one.input.required) && byId("composer").checkValidity();
  }

  run() {
    if (!this.complete) return byId("composer").reportValidity();
    const wish = { do: "slash", path: this.command.path, options: this.values() };
    this.leave(true);
    return this.go(wish, `T-Minus is thinking about /${wish.path} …`);
  }

  async go(wish, meanwhile) {
    this.ctx.understood();
    this.ctx.tell(meanwhile, false);
    const { refused } = await this.ctx.ask(wish);
    this.ctx.tell(refused ?? "", Boolean(refused));
  }
}

/** Options that were typed in a row: `count: 3 filter: Soyuz`. */
export function spread(text, options) {
  const names = options.map((one) => one.name);
  const marks = [...text.matchAll(/(?:^|\s)([\p{L}\p{N}_-]+):\s*/gu)].filter((one) => names.includes(one[1]));
  const found = {};
  marks.forEach((mark, at) => {
    found[mark[1]] = text.slice(mark.index + mark[0].length, marks[at + 1]?.index ?? text.length).trim();
  });
  if (!marks.length && text && options[0]?.type === TEXT) found[options[0].name] = text;
  return found;
}
