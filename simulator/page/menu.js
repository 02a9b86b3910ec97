/** The custom menu at the foot of a phone: up to three buttons, each does something or opens a short list. */

import { disclose, h } from "./dom.js";

/** The menu of one account; it follows what the bot puts up. `tap(event, key)` hears CLICK and VIEW. */
export function mountMenu(app, account, tap) {
  const { store, t } = app;
  const node = h("div", { class: "menu-bar", hidden: true, role: "group", "aria-label": t("composer.menu") });

  function draw() {
    const buttons = store.account(account).menu?.button ?? [];
    node.classList.toggle("empty", !buttons.length);
    node.replaceChildren(...(buttons.length ? buttons.map((one) => top(one, tap)) : [t("menu.none")]));
  }
  store.on("account", (changed) => changed.name === account && draw());
  draw();
  return node;
}

function top(button, tap) {
  if (!button.sub_button?.length) return doing(button, tap, "menu-top");
  const opener = h(
    "button",
    { type: "button", class: "menu-top", "aria-haspopup": "true" },
    h("span", { class: "menu-mark", "aria-hidden": "true", text: "≡" }),
    button.name,
  );
  const list = h(
    "div",
    { class: "pop menu-list" },
    button.sub_button.map((one) => doing(one, tap, "pop-choice")),
  );
  disclose(opener, list);
  return h("div", { class: "menu-column" }, opener, list);
}

/** A page opens beside this one, as it would on the phone; everything else is a tap. */
function doing({ type, name, key, url }, tap, style) {
  if (type === "view" && /^https?:\/\//i.test(url)) {
    const onclick = () => tap("VIEW", url);
    return h("a", { class: style, href: url, target: "_blank", rel: "noopener noreferrer", text: name, onclick });
  }
  const onclick = () => tap("CLICK", key ?? "");
  return h("button", { type: "button", class: style, text: name, disabled: type !== "click", onclick });
}
