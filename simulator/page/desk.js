/** What this browser is looking at: which phone, which person, which pane, what is half typed, what is unread. */

import { threadKey } from "./state.js";

const WIDE = matchMedia("(min-width: 1180px)");
const NARROW = matchMedia("(max-width: 719.98px)");

/** A desk over *store*. Tells `desk` when the view changes and `unread` when a count does. */
export function createDesk(store) {
  const desk = {
    active: null,
    pane: "wire",
    tab: "phone",
    person: new Map(),
    drafts: new Map(),
    unread: new Map(),
    badges: { phone: 0, wire: 0, try: 0 },

    slots: () => (WIDE.matches ? 2 : 1),
    narrow: () => NARROW.matches,
    peer: (account) => desk.person.get(account),
    /** The accounts whose phones are on the screen, at most as many as there is room for. */
    shown() {
      const names = store.accounts.map((account) => account.name);
      const at = Math.max(0, names.indexOf(desk.active));
      const from = Math.min(Math.max(0, at - desk.slots() + 1), Math.max(0, names.length - desk.slots()));
      return names.slice(from, from + desk.slots());
    },
    /** True when the reader can see this thread right now. */
    seen: (account, peer) =>
      desk.peer(account) === peer &&
      desk.shown().includes(account) &&
      (!desk.narrow() || desk.tab === "phone"),
    activate(account) {
      desk.active = account;
      desk.settle();
    },
    select(account, peer) {
      desk.person.set(account, peer);
      desk.activate(account);
    },
    showTab(tab) {
      desk.tab = tab;
      if (tab !== "phone") desk.pane = tab;
      desk.settle();
    },
    /** Fills in what is not chosen yet, drops the counts of what can be seen now, and says so. */
    settle() {
      if (!store.account(desk.active)) desk.active = store.accounts[0]?.name ?? null;
      for (const { name } of store.accounts) {
        if (!store.person(name, desk.peer(name))) desk.person.set(name, store.peopleOf(name)[0]?.id);
        if (desk.seen(name, desk.peer(name))) desk.unread.delete(threadKey(name, desk.peer(name)));
      }
      const visible = desk.narrow() ? [desk.tab] : ["phone", desk.pane];
      for (const tab of visible) desk.badges[tab] = 0;
      store.tell("desk");
      store.tell("unread");
    },
    count(tab) {
      if (desk.narrow() ? desk.tab === tab : tab === "phone" || desk.pane === tab) return;
      desk.badges[tab] += 1;
      store.tell("unread");
    },
    listen() {
      store.on("bubble", (bubble, isNew) => {
        if (!isNew || bubble.who === "person") return;
        const key = threadKey(bubble.account, bubble.peer);
        if (desk.seen(bubble.account, bubble.peer)) return;
        desk.unread.set(key, (desk.unread.get(key) ?? 0) + 1);
        if (desk.narrow()) desk.count("phone");
        store.tell("unread");
      });
      store.on("row", (row, isNew) => isNew && desk.count("wire"));
      store.on("card", (card) => ["passed", "failed"].includes(card.state) && desk.count("try"));
      store.on("person", () => desk.settle());
      store.on("account", () => desk.settle());
    },
    /** Counts the snapshot brought along; from here on this browser counts for itself. */
    adopt() {
      for (const person of store.people) {
        if (person.unread) desk.unread.set(threadKey(person.account, person.id), person.unread);
      }
      desk.settle();
    },
  };
  WIDE.addEventListener("change", desk.settle);
  NARROW.addEventListener("change", desk.settle);
  return desk;
}
