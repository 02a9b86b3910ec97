/** Lights up what belongs together: a bubble's rows on the wire, and a row's bubbles on the phones. */

/** Listens once for the whole page; parts may come and go. */
export function installLighting(app) {
  const { store } = app;
  let lit = [];

  function partners(target) {
    const bubble = target.closest?.("[data-bubble]");
    if (bubble) return [bubble, ...rowsOf(bubble.dataset.bubble)];
    const row = target.closest?.("[data-row]");
    if (!row) return [];
    const bubbles = store
      .bubblesOfRow(row.dataset.row)
      .map(({ id }) => document.querySelector(`[data-bubble="${CSS.escape(id)}"]`));
    return [row, ...bubbles];
  }
  function rowsOf(id) {
    return store.rowsOfBubble(id).map((row) => {
      const node = document.querySelector(`[data-row="${CSS.escape(row.id)}"]`);
      return node?.closest(".group.closed")?.querySelector(".group-head") ?? node;
    });
  }
  function light(target) {
    const next = partners(target).filter(Boolean);
    const on = next.length > 1 ? next : [];
    for (const node of lit) if (!on.includes(node)) node.classList.remove("lit");
    for (const node of on) node.classList.add("lit");
    lit = on;
  }
  document.addEventListener("pointerover", (event) => light(event.target));
  document.addEventListener("focusin", (event) => light(event.target));
  document.documentElement.addEventListener("pointerleave", () =>
    light(document.activeElement ?? document.body),
  );
}
