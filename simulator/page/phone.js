/** One phone: whose account it shows, who is holding it, and the thread between the two. */

import { mountComposer } from "./composer.js";
import { disclose, h } from "./dom.js";
import { countdown } from "./i18n.js";
import { threadKey } from "./state.js";
import { mountThread } from "./thread.js";

/** The phone of one account; it keeps itself up to date. */
export function mountPhone(app, account) {
  const { store, desk, t } = app;
  const name = h("h2", { class: "phone-name" });
  const kind = h("div", { class: "kind" });
  const people = h("div", { class: "people", role: "group", "aria-label": t("people.label") });
  const allowance = h("p", { class: "allowance", hidden: true });
  const thread = mountThread(app, account);
  const composer = mountComposer(app, account);
  const node = h(
    "article",
    {
      class: "phone",
      data: { account },
      "aria-label": t("phone.label", { name: app.say(store.account(account).title) }),
    },
    h(
      "header",
      { class: "phone-head" },
      h(
        "div",
        { class: "phone-title" },
        name,
        h("span", { class: "seal", title: t("phone.seal_title"), text: t("phone.seal") }),
      ),
      kind,
    ),
    people,
    thread.node,
    allowance,
    composer.node,
  );
  node.addEventListener("focusin", () => desk.active !== account && desk.activate(account));

  function drawName() {
    const typing = store.typing.has(threadKey(account, desk.peer(account)));
    name.textContent = typing ? t("phone.typing") : app.say(store.account(account).title);
    name.classList.toggle("typing", typing);
    thread.typing(typing);
  }
  function drawAllowance() {
    const left = allowanceText(store.allowances.get(threadKey(account, desk.peer(account))), t);
    allowance.hidden = left === null;
    if (left && allowance.textContent !== left.text) allowance.textContent = left.text;
    allowance.classList.toggle("spent", left?.spent ?? false);
    allowance.title = left?.title ?? "";
  }
  let shownPeer = null;
  function draw() {
    node.hidden = !desk.shown().includes(account);
    drawName();
    drawPeople(app, account, people);
    drawAllowance();
    composer.draw();
    if (shownPeer === desk.peer(account)) return;
    shownPeer = desk.peer(account);
    thread.show(shownPeer);
    composer.show(shownPeer);
  }
  store.on("desk", draw);
  store.on("unread", () => drawPeople(app, account, people));
  store.on("typing", drawName);
  store.on("allowance", drawAllowance);
  store.on("account", () => kind.replaceChildren(...kindChip(app, account)));
  kind.replaceChildren(...kindChip(app, account));
  draw();
  return { node, tick: drawAllowance, focus: composer.focus };
}

/** What a send allowance says: its text, and whether nothing can be sent any more; null where there is none. */
export function allowanceText(allowance, t) {
  // No window was ever opened (`of` is 0), or the channel counts nothing (`left` is null).
  if (!allowance?.of || allowance.left === null) return null;
  const time = countdown(allowance.until_ms, t);
  if (time === null) return { text: t("allowance.over"), spent: true, title: t("allowance.title") };
  return {
    text: t("allowance.left", { left: allowance.left, of: allowance.of, time }),
    spent: allowance.left === 0,
    title: t("allowance.title"),
  };
}

function kindChip(app, account) {
  const { store, t } = app;
  const { kind, kinds, agents } = store.account(account);
  const label = t(`kind.${kind}`);
  if (kinds.length < 2) return [h("span", { class: "chip still", text: label })];
  const button = h(
    "button",
    { type: "button", class: "chip", "aria-haspopup": "true", title: t("kind.change") },
    label,
    h("span", { class: "caret", "aria-hidden": "true", text: "▾" }),
  );
  const menu = h(
    "div",
    { class: "pop kinds" },
    h("p", { class: "pop-note", text: t("kind.change") }),
    kinds.map((one) =>
      h("button", {
        type: "button",
        class: "pop-choice",
        "aria-pressed": String(one === kind),
        text: t(`kind.${one}`),
        onclick: () =>
          app.attempt(async () =>
            store.take("account", await app.api.post(`/sim/accounts/${account}`, { kind: one })),
          ),
      }),
    ),
    h("button", {
      type: "button",
      class: "pop-choice",
      "aria-pressed": String(Boolean(agents)),
      text: t("kind.agents"),
      onclick: () =>
        app.attempt(async () =>
          store.take("account", await app.api.post(`/sim/accounts/${account}`, { agents: agents ? 0 : 1 })),
        ),
    }),
  );
  disclose(button, menu);
  return [button, menu];
}

function drawPeople(app, account, box) {
  const { store, desk } = app;
  const chosen = desk.peer(account);
  const here = new Map(
    [...box.children].filter((one) => one.dataset.peer).map((one) => [one.dataset.peer, one]),
  );
  for (const person of store.peopleOf(account)) {
    const old = here.get(person.id);
    const fresh = personButton(app, person, person.id === chosen);
    if (!old) box.insertBefore(fresh, box.querySelector(".new-person"));
    else if (!old.isEqualNode(fresh)) {
      const focused = old === document.activeElement;
      old.replaceWith(fresh);
      if (focused) fresh.focus();
    }
    here.delete(person.id);
  }
  for (const gone of here.values()) gone.remove();
  if (!box.querySelector(".new-person")) box.append(newPerson(app, account));
}

function personButton(app, person, chosen) {
  const { desk, t } = app;
  const unread = desk.unread.get(threadKey(person.account, person.id)) ?? 0;
  const role = t(`role.${person.role}`);
  const label = [person.name, role, unread ? t("people.unread", { n: unread }) : ""]
    .filter(Boolean)
    .join("，");
  return h(
    "button",
    {
      type: "button",
      class: "person",
      "aria-pressed": String(chosen),
      "aria-label": label,
      data: { peer: person.id },
      onclick: () => desk.select(person.account, person.id),
    },
    h("span", {
      class: `avatar tint-${tint(person.id)}`,
      "aria-hidden": "true",
      text: [...person.name][0] ?? "?",
    }),
    h("span", { class: "person-name" }, h("b", { text: person.name }), h("small", { text: role })),
    unread
      ? h("span", { class: "unread", "aria-hidden": "true", text: unread > 99 ? "99+" : String(unread) })
      : null,
  );
}

const tint = (id) => [...id].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 6;

function newPerson(app, account) {
  const { desk, store, t } = app;
  const name = h("input", {
    type: "text",
    maxlength: 12,
    autocomplete: "off",
    "aria-label": t("people.name"),
    placeholder: t("people.name"),
  });
  const form = h(
    "form",
    { class: "pop new-form" },
    h("p", { class: "pop-note", text: t("people.new_note") }),
    name,
    h("button", { type: "submit", class: "primary", text: t("people.add") }),
  );
  const button = h(
    "button",
    { type: "button", class: "person add", "aria-label": t("people.new"), title: t("people.new") },
    h("span", { class: "avatar", "aria-hidden": "true", text: "+" }),
  );
  const shut = disclose(button, form, { closeOnChoice: false });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!name.value.trim()) return;
    app.attempt(async () => {
      const person = await app.api.post("/sim/people", { account, name: name.value.trim() });
      store.take("person", person);
      name.value = "";
      shut.close(false);
      desk.select(account, person.id);
    });
  });
  return h("div", { class: "new-person" }, button, form);
}
