/** The drawer of one row: decrypted, raw, answer, why; copy it, send it again, send it changed. */

import { CallFailed } from "./api.js";
import { h, iconButton } from "./dom.js";
import { toast } from "./frame.js";

const TABS = ["decrypted", "raw", "response", "why"];
const TOKEN = /(<!\[CDATA\[|\]\]>|<\/?[\w?][^>]*>)|("(?:[^"\\]|\\.)*"(?=\s*:))/g;
const BEGINS = /^<(?:\w|\/xml>)/;

/** The drawer; `open(rowId)` shows a row's inside. */
export function mountDrawer(app, box) {
  const { t, store, api } = app;
  const state = { id: null, bodies: null, tab: "decrypted" };
  const title = h("h2", { id: "drawer-title" });
  const facts = h("p", { class: "drawer-facts" });
  const panel = h("div", { class: "drawer-panel", role: "tabpanel", id: "drawer-panel", tabindex: "0" });
  const verdict = h("p", { class: "drawer-verdict", role: "status", hidden: true });
  const tabs = TABS.map((name) =>
    h("button", {
      type: "button",
      role: "tab",
      class: "drawer-tab",
      id: `drawer-${name}`,
      "aria-controls": "drawer-panel",
      data: { name },
      text: t(`drawer.${name}`),
      onclick: () => show(name),
    }),
  );
  const list = h("div", { class: "drawer-tabs", role: "tablist", "aria-label": t("drawer.tabs") }, tabs);
  const copy = h("button", { type: "button", class: "quiet", text: t("drawer.copy"), onclick: copyShown });
  const again = h("button", {
    type: "button",
    class: "quiet",
    text: t("drawer.resend"),
    onclick: () => repeat("resend"),
  });
  const tamper = h("button", {
    type: "button",
    class: "quiet",
    text: t("drawer.tamper"),
    onclick: () => repeat("tamper"),
  });
  const dialog = h(
    "dialog",
    { class: "drawer", "aria-labelledby": "drawer-title" },
    h(
      "header",
      { class: "drawer-head" },
      h("div", {}, title, facts),
      iconButton("close", t("close"), () => dialog.close()),
    ),
    list,
    panel,
    verdict,
    h("footer", { class: "drawer-foot" }, copy, again, tamper),
  );
  box.append(dialog);

  async function open(id) {
    const row = store.rows.get(id);
    if (!row) return;
    Object.assign(state, { id, bodies: null });
    title.textContent = app.say(row.what);
    facts.textContent = [
      t(`direction.${row.direction}`),
      row.errcode || row.status || "",
      row.errcode ? app.say(row.meaning) : "",
    ]
      .filter(Boolean)
      .join(" · ");
    verdict.hidden = true;
    again.hidden = tamper.hidden = row.direction !== "callback";
    panel.replaceChildren(h("p", { class: "drawer-note", text: t("drawer.loading") }));
    if (!dialog.open) dialog.showModal();
    await app.attempt(async () => {
      const bodies = await api.get(`/sim/rows/${encodeURIComponent(id)}`);
      if (state.id !== id) return;
      state.bodies = bodies;
      show(state.tab);
    });
  }
  function show(name) {
    state.tab = name;
    for (const tab of tabs) {
      tab.setAttribute("aria-selected", String(tab.dataset.name === name));
      tab.tabIndex = tab.dataset.name === name ? 0 : -1;
    }
    panel.setAttribute("aria-labelledby", `drawer-${name}`);
    copy.hidden = !state.bodies;
    if (!state.bodies) return;
    panel.replaceChildren(name === "why" ? why(state.bodies.why) : body(state.bodies[name], name));
    panel.scrollTop = 0;
  }
  function body(text, name) {
    if (!text)
      return h("p", {
        class: "drawer-note",
        text: t(name === "decrypted" ? "drawer.not_encrypted" : "drawer.nothing"),
      });
    return h("pre", {}, ...tinted(text));
  }
  function why(reason) {
    const known = reason.section && reason.section !== "—";
    return h(
      "div",
      { class: "why-text" },
      h("p", { text: app.say(reason) }),
      known ? h("p", { class: "section", text: t("drawer.section", { section: reason.section }) }) : null,
    );
  }
  async function copyShown() {
    try {
      await navigator.clipboard.writeText(panel.textContent);
      toast(t("drawer.copied"));
    } catch {
      toast(t("drawer.not_copied"));
    }
  }
  async function repeat(how) {
    again.disabled = tamper.disabled = true;
    try {
      tell(how, await api.post(`/sim/rows/${encodeURIComponent(state.id)}/${how}`));
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      say(false, app.say(error.reason) || t("error.refused", { status: error.status }));
    }
    again.disabled = tamper.disabled = false;
  }
  function tell(how, answer) {
    if (how === "resend") return say(true, t("drawer.resent"));
    const refused = answer.status === 403;
    return say(refused, t(refused ? "drawer.tamper_ok" : "drawer.tamper_bad", { status: answer.status }));
  }
  function say(good, text) {
    verdict.hidden = false;
    verdict.classList.toggle("bad", !good);
    verdict.textContent = `${good ? "✓" : "✗"} ${text}`;
  }
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(TABS.indexOf(state.tab) + step + TABS.length) % TABS.length];
    show(next.dataset.name);
    next.focus();
  });
  trap(dialog);
  dialog.addEventListener("close", () =>
    document.querySelector(`[data-row="${CSS.escape(state.id)}"] .row`)?.focus(),
  );
  show(state.tab);
  return { open, isOpen: () => dialog.open };
}

/** Keeps Tab inside *dialog*, and closes it on a click beside it. */
export function trap(dialog) {
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") return;
    const stops = [...dialog.querySelectorAll("button, input, select, a[href], [tabindex='0']")].filter(
      (one) => !one.disabled && one.tabIndex >= 0 && one.getClientRects().length > 0,
    );
    const [first, last] = [stops[0], stops.at(-1)];
    const edge = event.shiftKey ? first : last;
    if (document.activeElement !== edge) return;
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  });
  dialog.addEventListener("pointerdown", (event) => {
    if (event.target !== dialog) return;
    const { left, right, top, bottom } = dialog.getBoundingClientRect();
    const inside =
      event.clientX >= left && event.clientX <= right && event.clientY >= top && event.clientY <= bottom;
    if (!inside) dialog.close();
  });
}

/** The text with its tags and keys set apart, so that the eye finds them. */
function tinted(text) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(TOKEN)) {
    // A break for the eye only: textContent, and so what is copied, stays as it was.
    if (BEGINS.test(found[0]) && text[found.index - 1] === ">") nodes.push(h("br"));
    nodes.push(
      text.slice(from, found.index),
      h("span", { class: found[1] ? "tag" : "key-name", text: found[0] }),
    );
    from = found.index + found[0].length;
  }
  nodes.push(text.slice(from));
  return nodes;
}
