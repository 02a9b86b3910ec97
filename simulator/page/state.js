/** What the simulator has told us so far, and who wants to hear when it changes. */

export const ROWS_KEPT = 2000;
const BUBBLES_KEPT = 2000;

export const threadKey = (account, peer) => `${account}\n${peer}`;

/** An empty store. Listeners get (value, isNew) of their topic: row, group, bubble, …; `all` after a reload. */
export function createStore() {
  let listeners = new Map();
  const store = {
    accounts: [],
    people: [],
    cards: [],
    health: null,
    faults: null,
    omitted: false,
    bubbles: new Map(),
    groups: new Map(),
    rows: new Map(),
    allowances: new Map(),
    typing: new Set(),

    on(topic, listener) {
      if (!listeners.has(topic)) listeners.set(topic, []);
      listeners.get(topic).push(listener);
    },
    /** Forgets every listener: the page is about to be drawn anew. */
    silence() {
      listeners = new Map();
    },
    tell(topic, value, isNew = false) {
      for (const listener of listeners.get(topic) ?? []) listener(value, isNew);
    },
    account: (name) => store.accounts.find((account) => account.name === name),
    person: (account, id) => store.people.find((person) => person.account === account && person.id === id),
    peopleOf: (account) => store.people.filter((person) => person.account === account),
    thread: (account, peer) =>
      [...store.bubbles.values()].filter((b) => b.account === account && b.peer === peer),
    rowsOfBubble(id) {
      const bubble = store.bubbles.get(id);
      const named = new Set(bubble?.rows ?? []);
      return [...store.rows.values()].filter((row) => row.bubble === id || named.has(row.id));
    },
    bubblesOfRow(id) {
      const row = store.rows.get(id);
      return [...store.bubbles.values()].filter(
        (bubble) => bubble.id === row?.bubble || bubble.rows?.includes(id),
      );
    },
    /** Takes a whole snapshot in place of everything known. */
    load(snapshot) {
      Object.assign(store, {
        accounts: snapshot.accounts,
        people: snapshot.people,
        cards: snapshot.cards,
        health: snapshot.health,
        faults: snapshot.faults,
        omitted: snapshot.rows.length >= ROWS_KEPT,
        bubbles: byId(snapshot.bubbles),
        groups: byId(snapshot.groups),
        rows: byId(snapshot.rows),
        allowances: new Map(snapshot.allowances.map((a) => [threadKey(a.account, a.peer), a])),
        typing: new Set(
          snapshot.typing.filter((one) => one.on).map((one) => threadKey(one.account, one.peer)),
        ),
      });
      store.tell("all");
    },
    /** Takes one event of the stream. */
    take: (kind, value) => takers[kind](store, value),
  };
  return store;
}

const byId = (values) => new Map(values.map((value) => [value.id, value]));

function upsert(map, topic) {
  return (store, value) => {
    const isNew = !store[map].has(value.id);
    store[map].set(value.id, isNew ? value : { ...store[map].get(value.id), ...value });
    store.tell(topic, store[map].get(value.id), isNew);
  };
}

function replace(list, topic, same) {
  return (store, value) => {
    const at = store[list].findIndex((one) => same(one, value));
    if (at < 0) store[list].push(value);
    else store[list][at] = { ...store[list][at], ...value };
    store.tell(topic, at < 0 ? value : store[list][at], at < 0);
  };
}

function takeRow(store, row) {
  upsert("rows", "row")(store, row);
  while (store.rows.size > ROWS_KEPT) {
    const [id, oldest] = store.rows.entries().next().value;
    store.rows.delete(id);
    store.omitted = true;
    store.tell("row_gone", oldest);
  }
}

function takeBubble(store, bubble) {
  upsert("bubbles", "bubble")(store, bubble);
  while (store.bubbles.size > BUBBLES_KEPT) store.bubbles.delete(store.bubbles.keys().next().value);
}

const takers = {
  row: takeRow,
  row_update: takeRow,
  group: upsert("groups", "group"),
  bubble: takeBubble,
  bubble_update: takeBubble,
  person: replace("people", "person", (a, b) => a.account === b.account && a.id === b.id),
  account: replace("accounts", "account", (a, b) => a.name === b.name),
  card: replace("cards", "card", (a, b) => a.id === b.id),
  typing(store, value) {
    store.typing[value.on ? "add" : "delete"](threadKey(value.account, value.peer));
    store.tell("typing", value);
  },
  allowance(store, value) {
    store.allowances.set(threadKey(value.account, value.peer), value);
    store.tell("allowance", value);
  },
  health(store, value) {
    store.health = { ...store.health, ...value };
    store.tell("health", store.health);
  },
  faults(store, value) {
    store.faults = { ...store.faults, ...value };
    store.tell("faults", store.faults);
  },
  cleared(store) {
    store.rows.clear();
    store.groups.clear();
    store.omitted = false;
    store.tell("cleared");
  },
};
