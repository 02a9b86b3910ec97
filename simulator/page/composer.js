/** The foot of a phone: the growing text area, the sheet behind +, and the custom menu. */

import { h, icon, iconButton } from "./dom.js";
import { mountMenu } from "./menu.js";
import { threadKey } from "./state.js";

const SHEETS = {
  official: ["image", "voice", "location", "link", "sticker", "follow", "scan"],
  wecom: ["image", "voice", "video", "location", "link", "sticker", "enter"],
};
const SCENE = "123";

/** The composer of one account's phone; `show(peer)` says for whom it writes. */
export function mountComposer(app, account) {
  const { store, desk, t } = app;
  let peer = null;
  const key = () => threadKey(account, peer);
  const text = h("textarea", {
    rows: 1,
    "aria-label": t("composer.label"),
    placeholder: t("composer.label"),
    enterkeyhint: "send",
  });
  const send = h(
    "button",
    {
      type: "submit",
      class: "send",
      "aria-label": t("composer.send"),
      title: t("composer.send"),
      disabled: true,
    },
    icon("send"),
  );
  const menuBar = mountMenu(app, account, (name, tapped) => event(name, tapped));
  const toggle = iconButton("menu", t("composer.menu"), () => showMenu(menuBar.hidden));
  const sheet = h("div", { class: "sheet", hidden: true });
  const more = iconButton("plus", t("composer.more"), () => showSheet(sheet.hidden), {
    "aria-expanded": "false",
  });
  const form = h("form", { class: "composer" }, toggle, text, menuBar, send, more);
  const unfollowed = h(
    "div",
    { class: "unfollowed", hidden: true },
    h("span", { text: t("composer.unfollowed") }),
    h("button", {
      type: "button",
      class: "primary",
      text: t("sheet.follow"),
      onclick: () => event("subscribe"),
    }),
  );
  const node = h("footer", { class: "phone-foot" }, form, unfollowed, sheet);

  function showMenu(on) {
    menuBar.hidden = !on;
    text.hidden = on;
    send.hidden = on;
    const label = t(on ? "composer.keyboard" : "composer.menu");
    toggle.replaceChildren(icon(on ? "keyboard" : "menu"));
    toggle.setAttribute("aria-label", label);
    toggle.title = label;
    if (!on) text.focus();
  }
  function showSheet(on) {
    if (on) sheet.replaceChildren(...tiles());
    sheet.hidden = !on;
    more.setAttribute("aria-expanded", String(on));
    more.classList.toggle("turned", on);
  }
  function tiles() {
    const following = store.person(account, peer)?.following;
    const names = SHEETS[store.account(account).channel] ?? SHEETS.wecom;
    return [
      ...names.map((name) => tile(name === "follow" && following ? "unfollow" : name)),
      h("p", { class: "sheet-note", text: t("sheet.note") }),
    ];
  }
  function tile(name) {
    return h(
      "button",
      {
        type: "button",
        class: "tile",
        data: { sheet: name },
        onclick: () => {
          showSheet(false);
          (deeds[name] ?? attach)(name);
        },
      },
      h("span", { class: "tile-icon" }, icon(name)),
      h("span", { text: t(`sheet.${name}`) }),
    );
  }
  const event = (name, about = "") =>
    app.attempt(() => app.api.post("/sim/event", { account, peer, event: name, key: about }));
  const deeds = {
    follow: () => event("subscribe"),
    unfollow: () => event("unsubscribe"),
    scan: () => event("SCAN", SCENE),
    enter: () => event("enter_agent"),
  };
  /** What is written in the text area goes along, as what was spoken, the place's name or the link's title. */
  function attach(kind) {
    const words = text.value.trim() || t(`sample.${kind}`);
    write("");
    app.say_as(account, peer, { kind, text: words });
  }
  function write(words) {
    text.value = words;
    desk.drafts.set(key(), words);
    grow();
  }
  function grow() {
    send.disabled = !text.value.trim();
    text.style.height = "auto";
    const { lineHeight, paddingTop, paddingBottom } = getComputedStyle(text);
    const most = 5 * parseFloat(lineHeight) + parseFloat(paddingTop) + parseFloat(paddingBottom);
    const border = text.offsetHeight - text.clientHeight;
    text.style.height = `${Math.min(text.scrollHeight, most) + border}px`;
    text.style.overflowY = text.scrollHeight > most + 1 ? "auto" : "hidden";
  }
  async function submit() {
    const words = text.value;
    if (!words.trim()) return;
    write("");
    const sent = await app.say_as(account, peer, { kind: "text", text: words });
    if (!sent && !text.value) write(words);
  }
  form.addEventListener("submit", (submitted) => {
    submitted.preventDefault();
    submit();
  });
  text.addEventListener("input", () => write(text.value));
  text.addEventListener("keydown", (pressed) => {
    if (pressed.key !== "Enter" || pressed.shiftKey || composing(pressed)) return;
    pressed.preventDefault();
    submit();
  });
  return {
    node,
    focus: () => text.focus(),
    show(chosen) {
      peer = chosen;
      text.value = desk.drafts.get(key()) ?? "";
      showSheet(false);
      requestAnimationFrame(grow);
    },
    /** Someone who left cannot write before following again. */
    draw() {
      const gone =
        store.account(account).channel === "official" &&
        store.person(account, peer ?? desk.peer(account))?.following === false;
      form.hidden = gone;
      unfollowed.hidden = !gone;
      if (gone) showSheet(false);
    },
  };
}

/** True while an input method is still putting a character together: its Enter chooses, it does not send. */
export function composing(event) {
  // 229 is what Safari and older browsers give for the Enter that ends a composition.
  return event.isComposing || event.keyCode === 229;
}
