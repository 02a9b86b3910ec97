/** The wire: everything said between WeChat, Yingda and the model, grouped by the message that caused it. */

import { calm, followEnd, h, icon } from "./dom.js";
import { failed, groupNode, rowNode } from "./rows.js";
import { toolbar } from "./toolbar.js";

const OPEN_AT_ONCE = 6;

/** The wire's pane. `opened(rowId)` is called when a row is chosen. */
export function mountWire(app, opened) {
  const { store, t } = app;
  const groups = new Map();
  const nodes = new Map();
  const self = { filter: "all", query: "", paused: false, waiting: [], current: null, fresh: [] };
  const list = h("div", { class: "groups" });
  const omitted = h("p", { class: "omitted", hidden: true, text: t("wire.omitted") });
  const empty = h("div", { class: "wire-empty" }, icon("wire"), h("p", { text: t("empty.wire") }));
  const none = h("p", { class: "omitted", hidden: true, text: t("wire.none") });
  const log = h(
    "div",
    { class: "wire-log", role: "log", "aria-live": "polite", "aria-label": t("wire.label"), tabindex: "0" },
    omitted,
    empty,
    list,
    none,
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
  const end = followEnd(log, (away) => {
    down.hidden = !away;
  });
  const bar = toolbar(app, self, () => refilter());

  function matches(row) {
    if (self.filter === "bad" ? !failed(row) : self.filter !== "all" && row.direction !== self.filter)
      return false;
    if (!self.query) return true;
    const group = store.groups.get(row.group);
    const words = [
      app.say(row.what),
      app.say(row.meaning),
      row.status,
      row.errcode,
      row.id,
      app.say(group?.title),
      app.say(group?.person),
    ];
    return words.join(" ").toLowerCase().includes(self.query);
  }
  function groupOf(id) {
    if (!groups.has(id)) {
      const view = groupNode(
        app,
        store.groups.get(id) ?? { id, title: "", person: "", replies: 0, total_ms: null, ok: true },
        toggle,
      );
      groups.set(id, view);
      view.fold(id === "background");
      if (id === "background") list.prepend(view.node);
      else foldOldest(id);
      if (id !== "background") list.append(view.node);
    }
    return groups.get(id);
  }
  function foldOldest(id) {
    self.fresh.push(id);
    if (self.fresh.length > OPEN_AT_ONCE) groups.get(self.fresh.shift())?.fold(true);
  }
  function toggle(id) {
    self.fresh = self.fresh.filter((one) => one !== id);
    groups.get(id).fold(!groups.get(id).closed());
    end.rest();
  }
  function put(row) {
    const view = groupOf(row.group);
    const old = nodes.get(row.id);
    const node = rowNode(app, row, opened);
    node.hidden = !matches(row);
    if (row.id === self.current) node.firstElementChild.tabIndex = 0;
    nodes.set(row.id, node);
    if (old) replaceRow(old, node);
    else view.rows.append(node);
    tidy(view);
  }
  function tidy(view) {
    view.node.hidden = ![...view.rows.children].some((one) => !one.hidden);
    empty.hidden = nodes.size > 0;
    omitted.hidden = !store.omitted;
  }
  function refilter() {
    for (const [id, node] of nodes) node.hidden = !matches(store.rows.get(id));
    for (const view of groups.values()) {
      tidy(view);
      if ((self.query || self.filter === "bad") && !view.node.hidden) view.fold(false);
    }
    none.hidden = nodes.size === 0 || [...nodes.values()].some((node) => !node.hidden);
  }
  function drawAll() {
    groups.clear();
    nodes.clear();
    self.fresh = [];
    list.replaceChildren();
    empty.hidden = store.rows.size > 0;
    omitted.hidden = !store.omitted;
    for (const row of store.rows.values()) put(row);
    end.follow(true);
  }
  function rest(deed) {
    if (self.paused) self.waiting.push(deed);
    else deed();
    bar.waiting(self.waiting.length);
  }
  bar.pause.addEventListener("click", () => {
    self.paused = !self.paused;
    if (!self.paused) for (const deed of self.waiting.splice(0)) deed();
    bar.draw();
    end.follow();
  });
  store.on("row", (row) =>
    rest(() => {
      if (!store.rows.has(row.id)) return;
      put(store.rows.get(row.id));
      end.follow();
    }),
  );
  store.on("group", (group) =>
    rest(() => {
      groups.get(group.id)?.draw(group);
      end.follow();
    }),
  );
  store.on("row_gone", (row) => {
    nodes.get(row.id)?.remove();
    nodes.delete(row.id);
    omitted.hidden = false;
    const view = groups.get(row.group);
    if (view?.rows.children.length === 0) {
      view.node.remove();
      groups.delete(row.group);
    }
  });
  store.on("cleared", drawAll);
  drawAll();

  const visible = () => [
    ...list.querySelectorAll(".group:not([hidden]):not(.closed) .row-item:not([hidden]) .row"),
  ];
  function current(button) {
    if (self.current) nodes.get(self.current)?.firstElementChild.setAttribute("tabindex", "-1");
    self.current = button.parentElement.dataset.row;
    button.tabIndex = 0;
  }
  list.addEventListener(
    "focusin",
    (event) => event.target.classList.contains("row") && current(event.target),
  );
  return {
    node: h("div", { class: "wire", id: "pane-wire" }, bar.node, h("div", { class: "log-box" }, log, down)),
    search: bar.search,
    /** Moves to the next (1) or previous (-1) row that can be seen; gives its id. */
    step(by) {
      const rows = visible();
      const at = rows.indexOf(nodes.get(self.current)?.firstElementChild);
      const next =
        rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1)];
      next?.focus();
      if (next) end.rest();
      return next?.parentElement.dataset.row ?? null;
    },
    /** Shows these rows, whatever is filtered or folded, and puts the focus on the first. */
    jump(ids, group) {
      Object.assign(self, { filter: "all", query: "" });
      bar.draw();
      refilter();
      const found = ids.map((id) => nodes.get(id)).filter(Boolean);
      const view = groups.get(group ?? store.rows.get(ids[0])?.group);
      view?.fold(false);
      end.rest();
      const first = found[0]?.firstElementChild ?? view?.node.querySelector(".group-head");
      first?.scrollIntoView({ block: "center", behavior: calm() ? "auto" : "smooth" });
      first?.focus({ preventScroll: true });
      for (const node of found) flash(node);
      return Boolean(first);
    },
  };
}

function replaceRow(old, node) {
  const focused = old.contains(document.activeElement);
  old.replaceWith(node);
  if (focused) node.firstElementChild.focus();
}

function flash(node) {
  node.classList.remove("flash");
  requestAnimationFrame(() => node.classList.add("flash"));
}
