/** Builds DOM nodes from plain text; nothing here ever parses HTML. */

const SVG = "http://www.w3.org/2000/svg";

/** An element. `on…` props are listeners, `data` fills the dataset; false, null and undefined are left out. */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** One of the drawings kept as symbols in index.html; decoration only, so hidden from screen readers. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** A square button that shows a drawing and says its name to everyone else. */
export function iconButton(name, label, onclick, props = {}) {
  return h(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title: label, onclick, ...props },
    icon(name),
  );
}

/** Lets a button open a small panel; Esc, a click outside and a choice inside close it again. */
export function disclose(button, panel, { closeOnChoice = true } = {}) {
  const close = (refocus) => {
    if (panel.hidden) return;
    panel.hidden = true;
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    if (refocus) button.focus();
  };
  const outside = (event) => {
    if (!panel.contains(event.target) && !button.contains(event.target)) close(false);
  };
  panel.hidden = true;
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => {
    if (!panel.hidden) return close(false);
    panel.hidden = false;
    button.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", outside, true);
    return panel.querySelector("input, button, a")?.focus();
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close(true);
  });
  if (closeOnChoice)
    panel.addEventListener("click", (event) => event.target.closest("button") && close(true));
  return { close };
}

/** A scrolling log that follows its end until the reader scrolls away from it. */
export function followEnd(box, onAway) {
  let following = true;
  let asked = false;
  let height = 0;
  box.addEventListener(
    "scroll",
    () => {
      const away = box.scrollHeight - box.scrollTop - box.clientHeight >= 48;
      // The browser also scrolls by itself when something above grows or folds; that is not the reader leaving.
      const moved = box.scrollHeight === height;
      height = box.scrollHeight;
      if (moved) following = !away;
      else follow();
      onAway(away && !following);
    },
    { passive: true },
  );
  function follow(anyway = false) {
    if (anyway) following = true;
    if (!following || asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      if (!following) return;
      height = box.scrollHeight;
      box.scrollTop = height;
    });
  }
  new ResizeObserver(() => follow()).observe(box);
  return {
    follow,
    rest: () => {
      following = false;
    },
  };
}

/** True where the reader asked the system for less movement. */
export function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
