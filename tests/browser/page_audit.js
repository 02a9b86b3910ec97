// An accessibility check that runs inside the page: names, roles, language, contrast, sizes of targets.
() => {
  const problems = [];
  const label = (node) => `${node.tagName.toLowerCase()}.${String(node.className.baseVal ?? node.className).replace(/ /g, ".")} "${node.textContent.trim().slice(0, 24)}"`;
  const scope = document.querySelector("dialog[open]") ?? document.body;
  const shown = (node) => node.checkVisibility({visibilityProperty: true, opacityProperty: true}) && node.getClientRects().length > 0;
  const all = [...scope.querySelectorAll("*")].filter(shown);

  if (!/^(zh-CN|en)$/.test(document.documentElement.lang)) problems.push("html has no lang");
  if (document.querySelectorAll("main").length !== 1 || document.querySelectorAll("h1").length !== 1) problems.push("one main and one h1 are needed");
  for (const name of ["thread", "wire-log"]) {
    for (const node of document.querySelectorAll(`.${name}`)) {
      if (node.getAttribute("role") !== "log" || node.ariaLive !== "polite" || !node.ariaLabel) problems.push(`${name} is no polite log with a name`);
    }
  }
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) problems.push(`id twice: ${id}`);
  for (const node of document.querySelectorAll("[aria-controls], [aria-labelledby]")) {
    for (const name of ["aria-controls", "aria-labelledby"]) {
      const id = node.getAttribute(name);
      if (id && !document.getElementById(id)) problems.push(`${name} leads nowhere: ${id}`);
    }
  }
  for (const node of document.querySelectorAll("[role=tab]")) {
    if (!node.closest("[role=tablist]") || node.ariaSelected === null) problems.push(`tab outside a list: ${label(node)}`);
  }
  for (const node of document.querySelectorAll("dialog")) if (!node.getAttribute("aria-labelledby")) problems.push("dialog without a name");

  // Every control has a name and is at least 44 px both ways; links inside a sentence are text, not targets.
  for (const node of all.filter((one) => one.matches("button, a[href], input, select, textarea, [role=tab]"))) {
    const name = node.ariaLabel || node.labels?.[0]?.textContent || (node.matches("input, select, textarea") ? "" : node.textContent);
    if (!name?.trim()) problems.push(`no name: ${label(node)}`);
    if (node.matches(".inline-link")) continue;
    const {width, height} = node.getBoundingClientRect();
    if (width < 43.9 || height < 43.9) problems.push(`too small, ${Math.round(width)} × ${Math.round(height)}: ${label(node)}`);
  }

  // Contrast: text against everything painted under it, as the styles say.
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3]));
  const under = (node) => {
    const layers = [];
    for (let one = node; one; one = one.parentElement) {
      const color = rgba(getComputedStyle(one).backgroundColor);
      if (color[3] > 0) layers.push(color);
      if (color[3] === 1) break;
    }
    return layers.reverse().reduce((below, color) => over(color, below), [255, 255, 255]);
  };
  const light = (color) => {
    const [r, g, b] = color.map((part) => (part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const node of all) {
    const text = [...node.childNodes].some((one) => one.nodeType === 3 && one.textContent.trim());
    if (!text || node.closest("svg, select, option, .unseen, :disabled, [aria-hidden=true].caret")) continue;
    const back = under(node);
    const [a, b] = [light(over(rgba(getComputedStyle(node).color), back)), light(back)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) problems.push(`contrast ${ratio.toFixed(2)}: ${label(node)}`);
  }
  return [...new Set(problems)];
}
