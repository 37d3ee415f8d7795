// The form that a button opened: its fields as Discord shows them, sent back to the bot.
import { byId, el } from "./dom.js";
import { chooser, taken } from "./message.js";

const ROW = 1, INPUT = 4, LABEL = 18, RADIO = 21, BOXES = 22, BOX = 23;
const LONG = 2;

/** Open it; `send` takes the fields and gives what hinders it, or nothing. */
export function openModal(modal, ctx, send) {
  const dialog = byId("modal");
  const readers = new Map();
  const rows = modal.components.map((row) => {
    if (row.type === ROW) return row.components.map((part) => field(part, part.label, "", ctx, readers));
    if (row.type === LABEL) return field(row.component, row.label, row.description ?? "", ctx, readers);
    return el("p", { text: row.content ?? "" });
  });
  const trouble = el("p", { class: "trouble", role: "alert" });
  const form = el(
    "form", { method: "dialog" }, el("h2", { id: "asked", text: modal.title }), rows, trouble,
    el("div", { class: "row" }, el("button", { type: "submit", class: "button primary", text: "Submit" }), el("button", { type: "button", class: "button secondary", onclick: () => dialog.close() }, "Cancel")),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const fields = Object.fromEntries([...readers].map(([name, read]) => [name, read()]));
    const refused = await send(fields);
    if (refused) trouble.textContent = `⚠ ${refused}`;
    else dialog.close();
  });
  dialog.replaceChildren(form);
  dialog.showModal();
}

function field(part, label, about, ctx, readers) {
  const name = part.custom_id;
  let made;
  if (part.type === INPUT) {
    const shared = { maxlength: part.max_length, minlength: part.min_length, placeholder: part.placeholder, required: part.required !== false };
    made = part.style === LONG ? el("textarea", { ...shared, rows: 4 }) : el("input", { type: "text", ...shared });
    made.value = part.value ?? "";
    readers.set(name, () => made.value);
  } else if (part.type === BOX) {
    made = el("input", { type: "checkbox", checked: part.default === true });
    readers.set(name, () => made.checked);
  } else if (part.type === RADIO || part.type === BOXES) {
    const several = part.type === BOXES;
    made = chooser({ ...part, type: 3, max_values: several ? 25 : 1 }, ctx);
    readers.set(name, () => (several ? taken(made) : (taken(made)[0] ?? null)));
  } else {
    made = chooser(part, ctx);
    readers.set(name, () => taken(made));
  }
  return el("label", { class: "field" }, el("b", { text: label ?? "" }), about ? el("small", { text: about }) : null, made);
}
