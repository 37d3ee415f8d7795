// Makes elements and writes instants. Whatever comes from the sandbox becomes text, never markup.

/** An element: `on…` are listeners, `class` and `text` what they say, everything else attributes; false and null are left out. */
export function el(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") made.textContent = value;
    else if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

export const byId = (id) => document.getElementById(id);

/** A link that may be followed, or null: only the web. */
export function address(text) {
  try {
    const url = new URL(text);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

export function link(url, text, kind = "") {
  const href = address(url);
  if (href === null) return el("span", { class: kind }, text);
  return el("a", { class: kind, href, target: "_blank", rel: "noopener noreferrer nofollow" }, text);
}

const WAYS = {
  t: { hour: "2-digit", minute: "2-digit" },
  T: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
  d: { day: "2-digit", month: "2-digit", year: "numeric" },
  D: { day: "numeric", month: "long", year: "numeric" },
  f: { day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" },
  F: { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" },
  clock: { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" },
  short: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
};
const WRITERS = Object.fromEntries(
  Object.entries(WAYS).map(([way, shown]) => [way, new Intl.DateTimeFormat("en-GB", { ...shown, hourCycle: "h23", timeZone: "UTC" })]),
);
const SPANS = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
const NEAR = new Intl.RelativeTimeFormat("en", { numeric: "always" });

/** An instant in UTC; days alone say no zone. */
export function written(at, way) {
  if (!(Math.abs(at) <= 8.64e15)) return "at no time";
  const text = (WRITERS[way] ?? WRITERS.f).format(at);
  return way === "d" || way === "D" || way === "short" ? text : `${text} UTC`;
}

export function relative(at, now) {
  const seconds = (at - now) / 1000;
  const [unit, size] = SPANS.find(([, each]) => Math.abs(seconds) >= each) ?? SPANS.at(-1);
  return NEAR.format(Math.round(seconds / size), unit);
}

/** A time that is kept true: relative ones follow the mission's clock. */
export function stamp(at, way, now) {
  const made = el("time", { class: way === "R" ? "live" : "", datetime: Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : null });
  made.title = written(at, "F");
  made.textContent = way === "R" ? relative(at, now) : written(at, way);
  return made;
}

export function refresh(now) {
  for (const one of document.querySelectorAll("time.live")) {
    const text = relative(Date.parse(one.dateTime), now);
    if (one.textContent !== text) one.textContent = text;
  }
}
