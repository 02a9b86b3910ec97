/** The keyboard: what each key does, and the dialog that lists it. */

import { composing } from "./composer.js";
import { h, iconButton } from "./dom.js";
import { trap } from "./drawer.js";

const LISTED = [
  ["Enter", "send"],
  ["Shift + Enter", "newline"],
  ["Alt + 1 … 4", "phone"],
  ["/", "search"],
  ["j  k", "rows"],
  ["Enter", "open"],
  ["Esc", "close"],
  ["?", "help"],
];
const SYMBOLS = [
  ["▶", "callback"],
  ["◀", "api"],
  ["◆", "model"],
  ["○ ✓ ⟳ ✗", "states"],
];

/** One listener for the whole page; while someone writes, only Alt + digit is ours. */
export function installKeys(app) {
  document.addEventListener("keydown", (event) => {
    if (composing(event) || event.ctrlKey || event.metaKey) return;
    if (event.altKey) {
      toPhone(app, event);
      return;
    }
    if (event.target.closest?.("input, textarea, select")) {
      if (event.key === "Escape" && !event.target.closest("dialog")) event.target.blur();
      return;
    }
    const deed = deeds[event.key];
    const dialog = document.querySelector("dialog[open]");
    if (!deed || (dialog && !(deed.inDrawer && app.parts.drawer.isOpen()))) return;
    event.preventDefault();
    deed(app);
  });
}

function toPhone(app, event) {
  const account = app.store.accounts[["Digit1", "Digit2", "Digit3", "Digit4"].indexOf(event.code)];
  if (!account || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  app.desk.activate(account.name);
  if (app.desk.narrow()) app.desk.showTab("phone");
  app.parts.phones.get(account.name).focus();
}

const move = (by) => {
  const deed = (app) => {
    const open = app.parts.drawer.isOpen();
    if (!open) app.desk.showTab("wire");
    const id = app.parts.wire.step(by);
    if (open && id) app.parts.drawer.open(id);
  };
  deed.inDrawer = true;
  return deed;
};

const deeds = {
  j: move(1),
  k: move(-1),
  "/": (app) => {
    app.desk.showTab("wire");
    app.parts.wire.search.focus();
  },
  "?": (app) => app.parts.help.open(),
};

/** The help: keys and signs. */
export function mountHelp(app, box) {
  const { t } = app;
  const table = (pairs, prefix, tag) =>
    h(
      "dl",
      { class: "help-list" },
      pairs.map(([sign, name]) =>
        h("div", {}, h("dt", {}, h(tag, { text: sign })), h("dd", { text: t(`${prefix}.${name}`) })),
      ),
    );
  const dialog = h(
    "dialog",
    { class: "dialog", "aria-labelledby": "help-title" },
    h(
      "header",
      { class: "dialog-head" },
      h("h2", { id: "help-title", text: t("help.title") }),
      iconButton("close", t("close"), () => dialog.close()),
    ),
    h("p", { class: "dialog-note", text: t("help.what") }),
    h("h3", { text: t("help.keys") }),
    table(LISTED, "key", "kbd"),
    h("h3", { text: t("help.signs") }),
    table(SYMBOLS, "sign", "b"),
  );
  box.append(dialog);
  trap(dialog);
  return { open: () => dialog.showModal() };
}
