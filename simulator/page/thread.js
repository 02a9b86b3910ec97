/** The thread on a phone: time dividers, bubbles with their state, grey lines, the platform's fault notice. */

import { followEnd, h, icon } from "./dom.js";
import { dayAndTime, duration } from "./i18n.js";
import { richText } from "./richtext.js";

const DIVIDER_AFTER_MS = 5 * 60 * 1000;
const STATE_MARK = { sending: "○", acked: "✓", retry: "⟳", failed: "✗" };

/** The thread of one account's phone; `show(peer)` chooses whose. */
export function mountThread(app, account) {
  const { store, t } = app;
  const list = h("ol", { class: "turns" });
  const log = h(
    "div",
    { class: "thread", role: "log", "aria-live": "polite", "aria-label": t("thread.label"), tabindex: "0" },
    list,
  );
  const down = h(
    "button",
    {
      type: "button",
      class: "to-end",
      hidden: true,
      "aria-label": t("thread.to_end"),
      onclick: () => end.follow(true),
    },
    icon("down"),
  );
  const dots = h(
    "div",
    { class: "typing-dots", hidden: true, "aria-hidden": "true" },
    h("i"),
    h("i"),
    h("i"),
  );
  log.append(dots);
  const end = followEnd(log, (away) => {
    down.hidden = !away;
  });
  let peer = null;
  let nodes = new Map();
  let last_ms = 0;

  function add(bubble) {
    if (list.querySelector(".starters")) list.replaceChildren();
    if (bubble.t_ms - last_ms > DIVIDER_AFTER_MS) {
      list.append(
        h(
          "li",
          { class: "divider" },
          h("time", {
            datetime: new Date(bubble.t_ms).toISOString(),
            text: dayAndTime(bubble.t_ms, app.texts.lang),
          }),
        ),
      );
    }
    last_ms = bubble.t_ms;
    const node = turn(app, bubble);
    nodes.set(bubble.id, node);
    list.append(node);
  }
  function show(chosen) {
    peer = chosen;
    nodes = new Map();
    last_ms = 0;
    list.replaceChildren();
    for (const bubble of store.thread(account, peer)) add(bubble);
    if (nodes.size === 0) list.append(starters(app, account, () => peer));
    oneStop(list);
    end.follow(true);
  }
  store.on("bubble", (bubble) => {
    if (bubble.account !== account || bubble.peer !== peer) return;
    const old = nodes.get(bubble.id);
    if (!old) add(bubble);
    else swap(old, turn(app, bubble), nodes, bubble.id);
    oneStop(list);
    end.follow(bubble.who === "person" && !old);
  });
  list.addEventListener("keydown", (event) => walk(event));
  return {
    node: h("div", { class: "thread-box" }, log, down),
    show,
    typing(on) {
      dots.hidden = !on;
      if (on) end.follow();
    },
  };
}

function swap(old, fresh, nodes, id) {
  const focused = old.contains(document.activeElement);
  fresh.classList.add("settled");
  old.replaceWith(fresh);
  nodes.set(id, fresh);
  if (focused) (fresh.querySelector("[data-bubble]") ?? fresh).focus();
}

/** A long thread is one stop of the Tab key, at its newest bubble; arrows go on from there. */
function oneStop(list) {
  const all = [...list.querySelectorAll("[data-bubble]")];
  for (const bubble of all) bubble.tabIndex = bubble === all.at(-1) ? 0 : -1;
}

/** Arrow keys walk from bubble to bubble, as in any list. */
function walk(event) {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const here = event.target.closest("[data-bubble]");
  if (!step || !here) return;
  event.preventDefault();
  const all = [...event.currentTarget.querySelectorAll("[data-bubble]")];
  all[all.indexOf(here) + step]?.focus();
}

function starters(app, account, peer) {
  const { t } = app;
  const { channel } = app.store.account(account);
  return h(
    "li",
    { class: "starters" },
    h("p", { class: "starters-title", text: t("empty.thread") }),
    ["a", "b", "c"].map((one) =>
      h("button", {
        type: "button",
        class: "starter",
        text: t(`starter.${channel}.${one}`),
        onclick: () => app.say_as(account, peer(), { kind: "text", text: t(`starter.${channel}.${one}`) }),
      }),
    ),
  );
}

function turn(app, bubble) {
  if (bubble.kind === "notice") return notice(app, bubble);
  if (bubble.who === "system" || bubble.kind === "event") {
    return h(
      "li",
      { class: "system" },
      h("span", { class: "grey-line", text: bubble.text, ...linked(app, bubble) }),
    );
  }
  const own = bubble.who === "person";
  const who = own
    ? (app.store.person(bubble.account, bubble.peer)?.name ?? "")
    : app.say(app.store.account(bubble.account).title);
  return h(
    "li",
    { class: `turn ${own ? "own" : "theirs"}` },
    h(
      "div",
      {
        class: `bubble ${bubble.kind}`,
        role: "group",
        "aria-label": app.t("thread.by", { who }),
        ...linked(app, bubble),
      },
      content(app, bubble),
    ),
    under(app, bubble, own),
  );
}

const linked = (app, bubble) => ({
  data: { bubble: bubble.id },
  tabindex: "-1",
  onkeydown(event) {
    if (event.key !== "Enter" || event.target !== event.currentTarget) return;
    // The focus moves to a row: the same key must not press that one too.
    event.preventDefault();
    app.why(bubble);
  },
});

function notice(app, bubble) {
  return h(
    "li",
    { class: "system notice" },
    h("span", { class: "grey-line", text: bubble.text, ...linked(app, bubble) }),
    h("button", { type: "button", class: "why", text: app.t("thread.why"), onclick: () => app.why(bubble) }),
  );
}

function content(app, bubble) {
  if (bubble.kind === "text") return textNodes(app, bubble);
  const name = h("span", { class: "attachment-kind", text: app.t(`sent.${bubble.kind}`) });
  const about = bubble.text ? h("span", { class: "attachment-text" }, textNodes(app, bubble)) : null;
  return h(
    "span",
    { class: "attachment" },
    h("span", { class: "attachment-icon" }, icon(bubble.kind)),
    h("span", { class: "attachment-words" }, name, about),
  );
}

function textNodes(app, bubble) {
  return richText(bubble.text ?? "", {
    miniProgram: app.t("thread.mini"),
    tapMenu: (content, id) =>
      app.say_as(bubble.account, bubble.peer, { kind: "text", text: content, menu_id: id }),
  });
}

function under(app, bubble, own) {
  if (!own) return bubble.ai ? h("small", { class: "under", text: app.t("thread.ai") }) : null;
  if (!STATE_MARK[bubble.state]) return null;
  return h(
    "small",
    { class: `under state ${bubble.state}` },
    h("span", { "aria-hidden": "true", class: "mark", text: STATE_MARK[bubble.state] }),
    ` ${stateText(app, bubble)}`,
  );
}

function stateText(app, bubble) {
  const time = bubble.ms === null || bubble.ms === undefined ? "" : duration(bubble.ms);
  return app.t(`state.${bubble.state}`, { n: bubble.attempt ?? 1, of: bubble.attempts ?? 3, time }).trim();
}
