// Times stand in UTC and spans as they were when the page was made; a browser that runs this adds the reader's own, and counts.
"use strict";
const page = document.documentElement.lang;
const language = navigator.languages.find((own) => own.split("-")[0] === page) ?? page;
const clock = { weekday: "short", hour: "2-digit", minute: "2-digit" };
const short = new Intl.DateTimeFormat(language, { ...clock, timeZoneName: "short" });
const long = new Intl.DateTimeFormat(language, { ...clock, weekday: "long", day: "numeric", month: "long" });

for (const time of document.querySelectorAll("time[data-short], time[data-long]")) {
  const at = new Date(time.dateTime);
  if (at.getTimezoneOffset() === 0) continue;
  const own = document.createElement("span");
  own.className = "own";
  own.textContent = "long" in time.dataset ? document.body.dataset.own.replace("{time}", long.format(at)) : short.format(at);
  time.after(" ", own);
}

const two = (number) => String(number).padStart(2, "0");

function counted(left, fine) {
  const s = Math.floor(left / 1000), d = Math.floor(s / 86400), h = Math.floor(s / 3600) % 24;
  const days = d ? d + " d " : "";
  if (fine === "h") return "T−" + days + (h || !d ? h + " h" : "");
  return "T−" + days + two(h) + ":" + two(Math.floor(s / 60) % 60) + ":" + two(s % 60);
}

const counts = document.querySelectorAll("[data-t0][data-fine]");
function tick() {
  for (const count of counts) {
    const left = new Date(count.dataset.t0) - Date.now();
    count.textContent = left > 0 ? counted(left, count.dataset.fine) : document.body.dataset.t0;
  }
}
if (counts.length) {
  tick();
  setInterval(tick, 1000);
}
