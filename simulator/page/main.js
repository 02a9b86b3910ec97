/** Puts the page together: loads the texts and the snapshot, mounts every part, follows the events. */

import { CallFailed, createAPI, followEvents } from "./api.js";
import { mountBanners, mountTabs, mountTopbar, toast, trackKeyboard } from "./frame.js";
import { createDesk } from "./desk.js";
import { mountDrawer } from "./drawer.js";
import { h } from "./dom.js";
import { loadTexts } from "./i18n.js";
import { installKeys, mountHelp } from "./keys.js";
import { installLighting } from "./lighting.js";
import { mountModelDialog } from "./model.js";
import { mountPhones, mountSide } from "./panes.js";
import { createStore } from "./state.js";

const slot = (id) => document.getElementById(id);

/** What every part is given: the texts, the calls, the store, the desk, and a few deeds they share. */
function createApp(texts, api, store, desk) {
  const app = {
    texts,
    api,
    store,
    desk,
    t: texts.t,
    say: texts.say,
    parts: {},
    /** Does something that may be refused, and says so if it is. True when it went well. */
    async attempt(deed) {
      try {
        await deed();
        return true;
      } catch (error) {
        if (!(error instanceof CallFailed)) throw error;
        toast(
          app.say(error.reason) ||
            app.t(error.status ? "error.refused" : "error.unreachable", { status: error.status }),
        );
        return false;
      }
    },
    say_as: (account, peer, what) => app.attempt(() => api.post("/sim/say", { account, peer, ...what })),
    /** Jumps from a bubble to what stands for it on the wire. */
    why(bubble) {
      desk.showTab("wire");
      const rows = store.rowsOfBubble(bubble.id).map((row) => row.id);
      if (!app.parts.wire.jump(rows, bubble.group || undefined)) toast(app.t("thread.no_rows"));
    },
    redraw() {
      store.silence();
      desk.listen();
      mount(app);
      desk.settle();
    },
  };
  return app;
}

function mount(app) {
  slot("dialogs").replaceChildren();
  app.parts.drawer = mountDrawer(app, slot("dialogs"));
  app.parts.model = mountModelDialog(app, slot("dialogs"));
  app.parts.help = mountHelp(app, slot("dialogs"));
  mountTopbar(app, slot("topbar"));
  app.parts.banners = mountBanners(app, slot("banners"));
  app.parts.phones = mountPhones(app, slot("phones"));
  app.parts.wire = mountSide(app, slot("side"));
  mountTabs(app, slot("tabs"));
  app.store.on("all", app.redraw);
}

async function start() {
  const texts = await loadTexts();
  const api = createAPI(new URL(location.href).searchParams.get("k") ?? "");
  const snapshot = await firstSnapshot(texts, api);
  if (!snapshot) return;
  const store = createStore();
  const desk = createDesk(store);
  const app = createApp(texts, api, store, desk);
  store.load(snapshot);
  app.redraw();
  desk.adopt();
  installKeys(app);
  installLighting(app);
  trackKeyboard();
  setInterval(() => app.parts.phones.forEach((phone) => phone.tick()), 1000);
  followEvents(api, snapshot.last_event, {
    event: store.take,
    back: () => app.parts.banners.lost(false),
    async lost(tries) {
      app.parts.banners.lost(true);
      // A new start of the simulator has a new key: waiting would help nothing.
      if (tries >= 3)
        await api.get("/sim/state").catch((error) => error.status === 403 && app.parts.banners.stale());
    },
    async reload() {
      const fresh = await api.get("/sim/state");
      store.load(fresh);
      return fresh.last_event;
    },
  });
}

async function firstSnapshot(texts, api) {
  try {
    return await api.get("/sim/state");
  } catch (error) {
    const key = error.status === 403 ? "error.key" : "error.unreachable";
    slot("desk").replaceChildren(h("p", { class: "fatal", role: "alert", text: texts.t(key) }));
    return null;
  }
}

start();
