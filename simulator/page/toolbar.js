/** The tools above the wire: filters, search, pause, clear, export. */

import { h, icon, iconButton } from "./dom.js";

const FILTERS = ["all", "callback", "api", "model", "bad"];

/** The tools for *self*, whose filter and query they change; `changed` is called after each change. */
export function toolbar(app, self, changed) {
  const { t } = app;
  const search = h("input", {
    type: "search",
    "aria-label": t("wire.search"),
    placeholder: t("wire.search"),
    autocomplete: "off",
  });
  const filters = FILTERS.map((name) =>
    h("button", {
      type: "button",
      class: "filter",
      text: t(`filter.${name}`),
      data: { filter: name },
      onclick: () => {
        self.filter = name;
        draw();
        changed();
      },
    }),
  );
  const pause = iconButton("pause", t("wire.pause"), null);
  const held = h("p", { class: "held", role: "status", hidden: true });
  const clear = iconButton("clear", t("wire.clear"), () => app.attempt(() => app.api.post("/sim/clear")));
  const save = h(
    "a",
    {
      class: "icon-button",
      href: app.api.address("/sim/export"),
      download: "yingda-wire.json",
      "aria-label": t("wire.export"),
      title: t("wire.export"),
    },
    icon("export"),
  );
  function draw() {
    for (const one of filters) one.setAttribute("aria-pressed", String(one.dataset.filter === self.filter));
    if (search.value.trim().toLowerCase() !== self.query) search.value = self.query;
    pause.replaceChildren(icon(self.paused ? "play" : "pause"));
    pause.setAttribute("aria-pressed", String(self.paused));
    pause.setAttribute("aria-label", t(self.paused ? "wire.resume" : "wire.pause"));
    pause.title = t(self.paused ? "wire.resume" : "wire.pause");
    held.hidden = !self.paused;
    held.textContent = t("wire.held", { n: self.waiting.length });
  }
  search.addEventListener("input", () => {
    self.query = search.value.trim().toLowerCase();
    changed();
  });
  draw();
  return {
    node: h(
      "div",
      { class: "wire-bar" },
      h("div", { class: "filters", role: "group", "aria-label": t("wire.filters") }, filters),
      h("label", { class: "search" }, icon("search"), search),
      h("div", { class: "wire-tools" }, pause, clear, save),
      held,
    ),
    pause,
    search,
    draw,
    waiting(n) {
      if (self.paused) held.textContent = t("wire.held", { n });
    },
  };
}
