/** The dialog that connects a real model. The key goes out once and stays nowhere in the browser. */

import { CallFailed } from "./api.js";
import { h, iconButton } from "./dom.js";
import { trap } from "./drawer.js";
import { toast } from "./frame.js";

const PRESETS = [
  ["OpenAI", "https://api.openai.com/v1", "gpt-4o-mini"],
  ["DeepSeek", "https://api.deepseek.com/v1", "deepseek-chat"],
  ["Qwen", "https://dashscope.aliyuncs.com/compatible-mode/v1", "qwen-plus"],
  ["Zhipu", "https://open.bigmodel.cn/api/paas/v4", "glm-4-flash"],
  ["Moonshot", "https://api.moonshot.cn/v1", "moonshot-v1-8k"],
  ["Ollama", "http://127.0.0.1:11434/v1", "qwen2.5:7b"],
];

/** The model dialog; `open()` shows it. */
export function mountModelDialog(app, box) {
  const { t, api } = app;
  const input = (type, extra = {}) =>
    h("input", { type, autocomplete: "off", spellcheck: "false", autocapitalize: "off", ...extra });
  const base = input("url", { required: true, placeholder: "https://…/v1" });
  // A password field that no password store offers to keep.
  const key = input("password", { autocomplete: "new-password", placeholder: "sk-…", "data-1p-ignore": "" });
  const model = input("text", { required: true, placeholder: "gpt-4o-mini" });
  const refusal = h("p", { class: "refusal", role: "alert", hidden: true });
  const connect = h("button", { type: "submit", class: "primary", text: t("model.connect") });
  const standin = h("button", {
    type: "button",
    class: "quiet",
    text: t("model.back"),
    onclick: () => send({ standin: true }),
  });
  const presets = h(
    "div",
    { class: "presets", role: "group", "aria-label": t("model.presets") },
    PRESETS.map(([name, url, usual]) =>
      h("button", {
        type: "button",
        class: "preset",
        text: name,
        onclick: () => {
          base.value = url;
          model.value = usual;
          (name === "Ollama" ? connect : key).focus();
        },
      }),
    ),
  );
  const field = (label, control) => h("label", { class: "field" }, h("span", { text: label }), control);
  const form = h(
    "form",
    {},
    presets,
    field(t("model.base_url"), base),
    field(t("model.key"), key),
    field(t("model.name"), model),
    h("p", { class: "dialog-note", text: t("model.key_note") }),
    refusal,
    h("div", { class: "dialog-foot" }, standin, connect),
  );
  const dialog = h(
    "dialog",
    { class: "dialog", "aria-labelledby": "model-title" },
    h(
      "header",
      { class: "dialog-head" },
      h("h2", { id: "model-title", text: t("model.title") }),
      iconButton("close", t("close"), () => dialog.close()),
    ),
    h("p", { class: "dialog-note", text: t("model.note") }),
    form,
  );
  box.append(dialog);

  async function send(choice) {
    connect.disabled = standin.disabled = true;
    refusal.hidden = true;
    try {
      await api.post("/sim/model", choice);
      dialog.close();
      toast(t(choice.standin ? "model.now_standin" : "model.now_real"));
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      refusal.textContent = app.say(error.reason) || t("error.refused", { status: error.status });
      refusal.hidden = false;
    }
    connect.disabled = standin.disabled = false;
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send({ base_url: base.value.trim(), api_key: key.value.trim(), model: model.value.trim() });
  });
  dialog.addEventListener("close", () => {
    key.value = "";
  });
  trap(dialog);
  return {
    open() {
      refusal.hidden = true;
      standin.hidden = app.store.health.model.standin;
      dialog.showModal();
    },
  };
}
