/** The knobs behind the experiments: how the stand-in model and the platform misbehave, set by hand. */

import { h } from "./dom.js";

const MODES = ["ok", "slow", "cut", "429", "500", "hang"];
const NUMBERS = [
  ["model", "first_byte_s", 0.1],
  ["model", "chunks_per_s", 1],
  ["platform", "delay_ms", 100],
  ["platform", "errcode", 1],
];

/** The form of the knobs; each change is sent at once. */
export function mountFaults(app) {
  const { store, t, api } = app;
  const send = (part, name, value) =>
    app.attempt(async () =>
      store.take("faults", await api.post("/sim/faults", { [part]: { [name]: value } })),
    );
  const mode = h(
    "select",
    { onchange: () => send("model", "mode", mode.value) },
    MODES.map((one) => h("option", { value: one, text: t(`mode.${one}`) })),
  );
  const inputs = NUMBERS.map(([part, name, step]) => {
    const input = h("input", {
      type: "number",
      step,
      min: name === "errcode" ? -1 : 0,
      inputmode: "decimal",
      onchange: () => Number.isFinite(input.valueAsNumber) && send(part, name, input.valueAsNumber),
    });
    return { part, name, input };
  });
  function draw() {
    mode.value = store.faults.model.mode;
    for (const { part, name, input } of inputs)
      if (input !== document.activeElement) input.value = store.faults[part][name];
  }
  store.on("faults", draw);
  draw();
  const field = (label, input) => h("label", { class: "field" }, h("span", { text: label }), input);
  return h(
    "div",
    { class: "knobs" },
    field(t("faults.mode"), mode),
    inputs.map(({ name, input }) => field(t(`faults.${name}`), input)),
  );
}
