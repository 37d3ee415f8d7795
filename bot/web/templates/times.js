// Times stand in UTC; a browser that runs this adds the reader's own.
"use strict";
const own = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
for (const time of document.querySelectorAll("time[datetime]")) {
  time.append(" (" + own.format(new Date(time.dateTime)) + " here)");
}
