// Discord's markdown as elements. What it does not know stays what it is: text.
import { el, link, stamp } from "./dom.js";

const LINES = [
  [/^(#{1,3}) (.*)$/, (m, ctx) => el("div", { class: `h h${m[1].length}`, role: "heading", "aria-level": m[1].length + 2 }, inline(m[2], ctx))],
  [/^-# (.*)$/, (m, ctx) => el("div", { class: "small" }, inline(m[1], ctx))],
  [/^>\s?(.*)$/, (m, ctx) => el("blockquote", {}, inline(m[1], ctx))],
  [/^(\s*)[-*] (.*)$/, (m, ctx) => el("div", { class: "item" }, "• ", ...inline(m[2], ctx))],
];

const SPANS = [
  [/\\([\\*_~`|[\]<>#().!:@-])/y, (m) => m[1]],
  [/```(?:\w+\n)?([\s\S]+?)```/y, (m) => el("pre", {}, el("code", { text: m[1] }))],
  [/`([^`]+)`/y, (m) => el("code", { text: m[1] })],
  [/\*\*((?:\\.|[^\\])+?)\*\*(?!\*)/y, (m, ctx) => el("strong", {}, inline(m[1], ctx))],
  [/__((?:\\.|[^\\])+?)__/y, (m, ctx) => el("u", {}, inline(m[1], ctx))],
  [/\*((?:\\.|[^\\*])+?)\*/y, (m, ctx) => el("em", {}, inline(m[1], ctx))],
  [/_((?:\\.|[^\\_])+?)_(?!\w)/y, (m, ctx) => el("em", {}, inline(m[1], ctx))],
  [/~~((?:\\.|[^\\])+?)~~/y, (m, ctx) => el("s", {}, inline(m[1], ctx))],
  [/\|\|((?:\\.|[^\\])+?)\|\|/y, (m, ctx) => el("span", { class: "spoiler", tabindex: 0 }, inline(m[1], ctx))],
  [/\[((?:\\.|[^[\]\\])+)\]\(<?(https?:\/\/[^\s)>]+)>?\)/y, (m, ctx) => link(m[2], inline(m[1], ctx))],
  [/<t:(-?\d{1,17})(?::([a-zA-Z]))?>/y, (m, ctx) => stamp(Number(m[1]) * 1000, m[2] ?? "f", ctx.now())],
  [/<#(\d+)>/y, (m, ctx) => mention(`#${ctx.name(m[1])}`, "")],
  [/<@&(\d+)>/y, (m, ctx) => mention(`@${ctx.name(m[1])}`, ctx.isMine(m[1]) ? "mine" : "role")],
  [/<@!?(\d+)>/y, (m, ctx) => mention(`@${ctx.name(m[1])}`, ctx.isMine(m[1]) ? "mine" : "")],
  [/<\/([^:<>]{1,64}):\d+>/y, (m) => mention(`/${m[1]}`, "")],
  [/<a?:(\w+):\d+>/y, (m) => `:${m[1]}:`],
  [/@(everyone|here)\b/y, (m) => mention(`@${m[1]}`, "role")],
  [/<(https?:\/\/[^\s>]+)>/y, (m) => link(m[1], m[1])],
  [/https?:\/\/[^\s<>]*[^\s<>.,:;!?'")\]]/y, (m) => link(m[0], m[0])],
];

function mention(text, kind) {
  return el("span", { class: `mention ${kind}` }, text);
}

/** One line's pieces: strings and elements. */
export function inline(text, ctx) {
  const parts = [];
  let plain = "";
  let at = 0;
  // Only these begin anything: all else is copied in one go.
  const begins = /[\\`*_~|[<@h]/g;
  while (at < text.length) {
    begins.lastIndex = at;
    const next = begins.exec(text)?.index ?? text.length;
    plain += text.slice(at, next);
    at = next;
    if (at >= text.length) break;
    let made = null;
    for (const [pattern, make] of SPANS) {
      pattern.lastIndex = at;
      const met = pattern.exec(text);
      if (met) {
        at += met[0].length;
        made = make(met, ctx);
        break;
      }
    }
    if (made === null) plain += text[at++];
    else if (typeof made === "string") plain += made;
    else {
      if (plain) parts.push(plain);
      plain = "";
      parts.push(made);
    }
  }
  if (plain) parts.push(plain);
  return parts;
}

/** A text's lines. */
export function markdown(text, ctx) {
  if (text.includes("```")) return el("div", { class: "md" }, inline(text, ctx));
  const lines = text.split("\n").map((line) => {
    for (const [pattern, make] of LINES) {
      const met = pattern.exec(line);
      if (met) return make(met, ctx);
    }
    return el("div", { class: line ? "" : "gap" }, inline(line, ctx));
  });
  return el("div", { class: "md" }, lines);
}

/** A text without its marks, for a line elsewhere. */
export function plain(text, ctx) {
  return markdown(text, ctx).textContent;
}
