/** The two halves of the desk: the phones with their switcher, and the side with the wire and the experiments. */

import { mountCards } from "./cards.js";
import { h, icon } from "./dom.js";
import { mountPhone } from "./phone.js";
import { threadKey } from "./state.js";
import { mountWire } from "./wire.js";

/** All phones; a switcher appears when there are more of them than fit. */
export function mountPhones(app, box) {
  const { desk, store, t } = app;
  const phones = new Map(store.accounts.map(({ name }) => [name, mountPhone(app, name)]));
  const switcher = h("div", { class: "switcher", role: "group", "aria-label": t("phone.switch") });
  box.setAttribute("aria-label", t("tab.phone"));
  box.replaceChildren(
    switcher,
    h(
      "div",
      { class: "phone-row" },
      [...phones.values()].map((phone) => phone.node),
    ),
  );
  function draw() {
    const focused = switcher.contains(document.activeElement) ? document.activeElement.dataset.account : null;
    switcher.hidden = store.accounts.length <= desk.slots();
    switcher.replaceChildren(...store.accounts.map((account) => switchButton(app, account)));
    if (focused) switcher.querySelector(`[data-account="${focused}"]`)?.focus();
  }
  store.on("desk", draw);
  store.on("unread", draw);
  store.on("account", draw);
  draw();
  return phones;
}

function switchButton(app, account) {
  const { desk, store, t } = app;
  const unread = store
    .peopleOf(account.name)
    .reduce((sum, person) => sum + (desk.unread.get(threadKey(account.name, person.id)) ?? 0), 0);
  return h(
    "button",
    {
      type: "button",
      class: "switch",
      data: { account: account.name },
      "aria-pressed": String(desk.shown().includes(account.name)),
      onclick: () => desk.activate(account.name),
    },
    app.say(account.title),
    unread
      ? h("span", {
          class: "unread",
          "aria-label": t("people.unread", { n: unread }),
          text: unread > 99 ? "99+" : String(unread),
        })
      : null,
  );
}

/** The side: the wire or the experiments. Gives the wire's handle. */
export function mountSide(app, box) {
  const { desk, store, t } = app;
  const wire = mountWire(app, (id) => app.parts.drawer.open(id));
  const cards = mountCards(app);
  const badge = h("span", { class: "unread", hidden: true });
  const choose = (pane) =>
    h(
      "button",
      {
        type: "button",
        class: "side-tab",
        role: "tab",
        id: `tab-${pane}`,
        "aria-controls": `pane-${pane}`,
        data: { pane },
        onclick: () => desk.showTab(pane),
      },
      icon(pane),
      t(`tab.${pane}`),
    );
  const tabs = { wire: choose("wire"), try: choose("try") };
  tabs.try.append(badge);
  const list = h(
    "div",
    { class: "side-tabs", role: "tablist", "aria-label": t("side.label") },
    Object.values(tabs),
  );
  list.addEventListener("keydown", (event) => {
    if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    const next = desk.pane === "wire" ? "try" : "wire";
    desk.showTab(next);
    tabs[next].focus();
  });
  const panes = { wire: wire.node, try: cards.node };
  for (const [pane, node] of Object.entries(panes)) {
    node.setAttribute("role", "tabpanel");
    node.setAttribute("aria-labelledby", `tab-${pane}`);
  }
  box.setAttribute("aria-label", t("side.label"));
  box.replaceChildren(list, wire.node, cards.node);
  store.on("desk", () => {
    for (const [pane, tab] of Object.entries(tabs)) {
      tab.setAttribute("aria-selected", String(pane === desk.pane));
      tab.tabIndex = pane === desk.pane ? 0 : -1;
      panes[pane].hidden = pane !== desk.pane;
    }
  });
  store.on("unread", () => {
    badge.hidden = desk.badges.try === 0;
    badge.textContent = String(desk.badges.try);
  });
  return wire;
}
