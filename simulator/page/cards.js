/** 「试一试」: experiments that break something on purpose, each with what should happen and what did. */

import { h } from "./dom.js";
import { mountFaults } from "./faults.js";

const MARK = { idle: "", running: "", passed: "✓", failed: "✗", not_yet: "" };

/** The pane of the experiments. */
export function mountCards(app) {
  const { store, t } = app;
  const list = h("ul", { class: "cards" });
  const nodes = new Map();
  function draw(card) {
    const old = nodes.get(card.id);
    const fresh = cardNode(app, card);
    const focused = old?.contains(document.activeElement);
    nodes.set(card.id, fresh);
    if (old) old.replaceWith(fresh);
    else list.append(fresh);
    if (focused) fresh.querySelector("button")?.focus();
  }
  store.cards.forEach(draw);
  store.on("card", draw);
  const node = h(
    "div",
    { class: "try", id: "pane-try" },
    h("p", { class: "try-intro", text: t("try.intro") }),
    list,
    h(
      "section",
      { class: "try-more" },
      h("h2", { text: t("save.title") }),
      h("p", { text: t("save.note") }),
      saveLinks(app),
    ),
    h(
      "section",
      { class: "try-more" },
      h("h2", { text: t("faults.title") }),
      h("p", { text: t("faults.note") }),
      mountFaults(app),
    ),
  );
  return { node };
}

function cardNode(app, card) {
  const { t } = app;
  const busy = card.state === "running";
  const start = h("button", {
    type: "button",
    class: "start",
    "aria-disabled": busy ? "true" : null,
    disabled: card.state === "not_yet",
    "aria-label": `${t(`card.do.${card.state}`)}：${app.say(card.title)}`,
    text: t(`card.do.${card.state}`),
    onclick: () =>
      !busy && app.attempt(async () => app.store.take("card", await app.api.post(`/sim/cards/${card.id}`))),
  });
  return h(
    "li",
    { class: `card ${card.state}`, data: { card: card.id } },
    h(
      "div",
      { class: "card-words" },
      h("h3", { text: app.say(card.title) }),
      h("p", { class: "does", text: app.say(card.does) }),
      h("p", { class: "expect" }, h("b", { text: t("card.expect") }), ` ${app.say(card.expect)}`),
    ),
    start,
    h("p", { class: "verdict", role: "status" }, verdict(app, card)),
  );
}

function verdict(app, card) {
  if (card.state === "running")
    return [h("span", { class: "pulse", "aria-hidden": "true" }), app.t("card.running")];
  if (!card.verdict) return [];
  return [
    h("span", { class: "mark", "aria-hidden": "true", text: MARK[card.state] }),
    h("span", { class: "unseen", text: app.t(`card.state.${card.state}`) }),
    app.say(card.verdict),
  ];
}

function saveLinks(app) {
  const { store, desk, t, api } = app;
  const box = h("div", { class: "saves" });
  const draw = () =>
    box.replaceChildren(
      ...store.accounts.map(({ name, title }) => {
        const person = store.person(name, desk.peer(name));
        const whose = `${app.say(title)} · ${person?.name ?? ""}`;
        return h("a", {
          class: "quiet",
          download: "dialogue.py",
          href: api.address("/sim/dialogue", { account: name, peer: person?.id ?? "" }),
          text: t("save.do", { whose }),
        });
      }),
    );
  store.on("desk", draw);
  draw();
  return box;
}
