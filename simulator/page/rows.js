/** How one row of the wire, and one group of rows, is drawn. */

import { h, icon } from "./dom.js";
import { clock, duration, size } from "./i18n.js";

const ARROW = { callback: "▶", api: "◀", model: "◆" };
const PHASES = ["ack", "queue", "first_token", "other", "send"];

/** A row: one button that opens the drawer. */
export function rowNode(app, row, onopen) {
  const { t } = app;
  const arrow = h("span", { class: "arrow", "aria-hidden": "true", text: ARROW[row.direction] });
  return h(
    "li",
    {
      class: `row-item ${row.direction}${failed(row) ? " bad" : ""}${row.open ? " open" : ""}`,
      data: { row: row.id },
    },
    h(
      "button",
      {
        type: "button",
        class: "row",
        tabindex: "-1",
        "aria-haspopup": "dialog",
        onclick: () => onopen(row.id),
      },
      h("span", { class: "direction" }, arrow, " ", t(`direction.${row.direction}`)),
      h("span", { class: "what", text: app.say(row.what) }),
      h("span", { class: "outcome" }, outcome(app, row)),
      h("time", { class: "at", datetime: new Date(row.t_ms).toISOString(), text: clock(row.t_ms) }),
      h("span", { class: "took", text: row.open || !row.status ? "" : duration(row.ms) }),
      h("span", {
        class: `bytes${row.limit && row.bytes > row.limit ? " over" : ""}`,
        text: row.bytes ? size(row.bytes, row.limit) : "",
      }),
    ),
  );
}

/** True for what the filter 只看出错 keeps. */
export const failed = (row) => !row.open && (!row.ok || Boolean(row.errcode));

function outcome(app, row) {
  if (row.open) return [h("span", { class: "pulse", "aria-hidden": "true" }), app.t("row.open")];
  // A real model's row has no status: nothing of it passed here.
  if (row.ok && !row.status && !row.errcode) return [h("b", { text: "—" })];
  const code = String(row.errcode || row.status || "");
  const mark = h("span", { class: "mark", "aria-hidden": "true", text: failed(row) ? "✗" : "✓" });
  const meaning = row.errcode ? app.say(row.meaning) : "";
  return [
    mark,
    h("b", { text: code || app.t("row.no_answer") }),
    meaning ? h("span", { class: "meaning", text: meaning }) : null,
  ];
}

/** A group: a heading that folds it, its waterfall, its rows. */
export function groupNode(app, group, ontoggle) {
  const rows = h("ol", { class: "rows", id: `rows-${group.id}` });
  const title = h("span", { class: "group-title" });
  const facts = h("span", { class: "group-facts" });
  const head = h(
    "button",
    { type: "button", class: "group-head", "aria-controls": rows.id, onclick: () => ontoggle(group.id) },
    h("span", { class: "fold" }, icon("caret")),
    title,
    facts,
  );
  const fall = h("div", { class: "waterfall" });
  const node = h("section", { class: "group", data: { group: group.id } }, head, fall, rows);
  const view = {
    node,
    rows,
    draw(now) {
      title.textContent =
        now.id === "background"
          ? app.t("group.background")
          : app.t("group.title", { text: titleText(app, now) });
      facts.replaceChildren(...groupFacts(app, now));
      node.classList.toggle("bad", now.ok === false);
      fall.replaceChildren(...waterfall(app, now));
    },
    fold(closed) {
      node.classList.toggle("closed", closed);
      rows.hidden = closed;
      head.setAttribute("aria-expanded", String(!closed));
    },
    closed: () => rows.hidden,
  };
  view.draw(group);
  return view;
}

/** What was said; of what is no text, its kind in the reader's language: [image] becomes [图片]. */
function titleText(app, group) {
  return app.say(group.title).replace(/^\[([a-z]+)\]/, (whole, kind) => {
    const name = app.t(`sent.${kind}`);
    return name.startsWith("sent.") ? whole : `[${name}]`;
  });
}

function groupFacts(app, group) {
  if (group.id === "background") return [h("span", { text: app.t("group.background_note") })];
  const running = group.total_ms === null || group.total_ms === undefined;
  const mark = running ? "○" : group.ok ? "✓" : "✗";
  const state = running
    ? app.t("group.running")
    : app.t(group.replies === 1 ? "group.reply" : "group.replies", { n: group.replies });
  return [
    h("span", { class: "group-who", text: app.say(group.person) }),
    h(
      "span",
      { class: `group-state ${running ? "running" : group.ok ? "ok" : "bad"}` },
      h("span", { "aria-hidden": "true", text: `${mark} ` }),
      state,
    ),
    running ? null : h("span", { class: "group-total", text: duration(group.total_ms) }),
  ].filter(Boolean);
}

function waterfall(app, group) {
  const phases = group.phases ?? {};
  const known = PHASES.filter((name) => phases[name] !== undefined && phases[name] !== null);
  if (known.length === 0 || group.id === "background") return [];
  const sum = known.reduce((all, name) => all + phases[name], 0);
  const rest = (group.total_ms ?? 0) - sum;
  const parts = PHASES.map((name) => [
    name,
    name === "other" && rest > 0.05 * group.total_ms ? rest : phases[name],
  ]).filter(([, ms]) => ms !== undefined && ms !== null);
  const bar = h(
    "div",
    { class: "bar", "aria-hidden": "true" },
    parts.map(([name, ms]) => {
      const part = h("i", { class: `part p-${name}` });
      part.style.flexGrow = String(Math.max(ms, 1));
      return part;
    }),
  );
  const legend = h(
    "p",
    { class: "legend" },
    parts.map(([name, ms]) =>
      h(
        "span",
        {},
        h("i", { class: `key p-${name}`, "aria-hidden": "true" }),
        `${app.t(`phase.${name}`)} ${duration(ms)}`,
      ),
    ),
  );
  return [bar, legend];
}
