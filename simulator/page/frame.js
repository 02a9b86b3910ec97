/** The frame around everything: top bar, banners, bottom tabs, short notes, and room for a touch keyboard. */

import { h, icon } from "./dom.js";

const TABS = ["phone", "wire", "try"];
const NOTE_MS = 4500;

/** 应答 · 模拟微信 | how everything is | language | help */
export function mountTopbar(app, box) {
  const { t, texts, store } = app;
  const other = texts.lang === "zh" ? "en" : "zh";
  const dots = h("ul", { class: "dots", "aria-label": t("health.label") });
  const language = h(
    "button",
    {
      type: "button",
      class: "plain language",
      lang: other === "zh" ? "zh-CN" : "en",
      "aria-label": t("topbar.language"),
      onclick: () => {
        texts.choose(other);
        app.redraw();
        document.querySelector(".language").focus();
      },
    },
    h("span", { class: texts.lang === "zh" ? "on" : "", text: "中文" }),
    h("span", { class: "slash", text: "/" }),
    h("span", { class: texts.lang === "en" ? "on" : "", text: "EN" }),
  );
  const help = h("button", {
    type: "button",
    class: "plain round",
    "aria-label": t("topbar.help"),
    title: t("topbar.help"),
    text: "?",
    onclick: () => app.parts.help.open(),
  });
  const draw = () => dots.replaceChildren(...healthDots(app, store.health));
  store.on("health", draw);
  draw();
  box.replaceChildren(
    h(
      "h1",
      { class: "brand" },
      h("span", { class: "brand-mark" }, icon("mark")),
      h("span", { class: "brand-name", text: t("brand") }),
      h("span", { class: "tagline" }, h("span", { class: "dot-between", text: " · " }), t("tagline")),
    ),
    dots,
    h("div", { class: "topbar-tools" }, language, help),
  );
}

function healthDots(app, health) {
  const { t } = app;
  const dot = (up, label, class_name = "") =>
    h(
      "li",
      { class: `dot ${up ? "up" : "down"} ${class_name}` },
      h("span", { class: "lamp", "aria-hidden": "true", text: up ? "" : "✕" }),
      h("span", { text: label }),
      h("span", { class: "unseen", text: t(up ? "health.up" : "health.down") }),
    );
  const { model } = health;
  const name = model.standin ? t("model.standin") : model.name;
  const button = h(
    "button",
    {
      type: "button",
      class: `model-button ${model.state}`,
      title: t("model.open"),
      onclick: () => app.parts.model.open(),
    },
    h("span", {
      class: model.standin ? "lamp hollow" : "lamp",
      "aria-hidden": "true",
      text: model.state === "up" ? "" : "✕",
    }),
    h("span", { class: "unseen", text: `${t("health.model")}：` }),
    h("span", { class: "model-name", text: name }),
    h("span", { class: "caret", "aria-hidden": "true", text: "▾" }),
    h("span", { class: "unseen", text: t(model.state === "up" ? "health.up" : "health.down") }),
  );
  return [
    dot(health.web === "up", t("health.web")),
    dot(health.workers > 0, t("health.workers", { n: health.workers })),
    dot(health.store === "up", t("health.store")),
    h("li", { class: `dot ${model.state}` }, button),
  ];
}

/** The sticky lines under the top bar: what is wrong, and what to do about it. */
export function mountBanners(app, box) {
  const { store, t } = app;
  const line = (kind) =>
    h("p", { class: `banner ${kind}`, role: kind === "wait" ? "status" : "alert", hidden: true });
  const stream = line("wait");
  const web = line("bad");
  const data = line("bad");
  const hint = line("wait");
  const set = (node, text) => {
    node.hidden = !text;
    if (text && node.textContent !== text) node.textContent = text;
  };
  function draw() {
    const { health } = store;
    const webDown = health.web === "down";
    const storeDown = !webDown && health.store === "down";
    set(web, webDown && (app.say(health.bot_hint) || t("banner.web_down")));
    set(data, storeDown && t("banner.store_down"));
    set(hint, !webDown && !storeDown && app.say(health.bot_hint));
  }
  store.on("health", draw);
  box.replaceChildren(stream, web, data, hint);
  draw();
  return { lost: (on) => set(stream, on && t("banner.lost")), stale: () => set(stream, t("error.key")) };
}

/** Phone, wire, experiments: the bottom tabs of a narrow screen, with what is unread behind each. */
export function mountTabs(app, box) {
  const { desk, store, t } = app;
  const badges = {};
  const buttons = Object.fromEntries(
    TABS.map((tab) => {
      badges[tab] = h("span", { class: "unread", hidden: true });
      return [
        tab,
        h(
          "button",
          { type: "button", class: "tab", data: { tab }, onclick: () => desk.showTab(tab) },
          h("span", { class: "tab-icon" }, icon(tab)),
          h("span", { text: t(`tab.${tab}`) }),
          badges[tab],
        ),
      ];
    }),
  );
  box.setAttribute("aria-label", t("tab.label"));
  box.replaceChildren(...Object.values(buttons));
  store.on("desk", () => {
    document.body.dataset.tab = desk.tab;
    for (const tab of TABS) {
      if (tab === desk.tab) buttons[tab].setAttribute("aria-current", "page");
      else buttons[tab].removeAttribute("aria-current");
    }
  });
  store.on("unread", () => {
    for (const tab of TABS) {
      const n = desk.badges[tab];
      badges[tab].hidden = n === 0;
      badges[tab].textContent = n > 99 ? "99+" : String(n);
      badges[tab].setAttribute("aria-label", t("people.unread", { n }));
    }
  });
}

/** A short note at the foot of the page; it goes away by itself. */
export function toast(text) {
  const node = h("p", { class: "toast", text });
  document.getElementById("toasts").append(node);
  setTimeout(() => node.remove(), NOTE_MS);
}

/** Keeps the input above a touch keyboard, which covers the page instead of shrinking it on some systems. */
export function trackKeyboard() {
  const view = window.visualViewport;
  if (!view) return;
  const fit = () => {
    const covered = view.scale === 1 && window.innerHeight - view.height > 120;
    document.body.classList.toggle("keyboard", covered);
    if (covered) document.body.style.setProperty("--seen", `${view.height}px`);
    else document.body.style.removeProperty("--seen");
    if (covered) window.scrollTo(0, 0);
  };
  view.addEventListener("resize", fit);
  view.addEventListener("scroll", fit);
}
