/** Shows a message the way WeChat does: its links work, every other tag is shown as it was typed. */

import { h } from "./dom.js";

const LINK = /<a\s+([^>]*)>([\s\S]*?)<\/a>|(https?:\/\/[^\s<>"'，。；！？、）】」]+)/gi;
const ATTRIBUTE = /([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/** Nodes for *text*. `tapMenu(content, id)` hears taps on weixin://bizmsgmenu links. */
export function richText(text, { tapMenu, miniProgram }) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(LINK)) {
    if (found.index > from) nodes.push(text.slice(from, found.index));
    nodes.push(linkNode(found, tapMenu, miniProgram) ?? found[0]);
    from = found.index + found[0].length;
  }
  if (from < text.length) nodes.push(text.slice(from));
  return nodes;
}

function linkNode([, attributes, label, bare], tapMenu, miniProgram) {
  if (bare) return outside(bare, bare);
  const given = attributesOf(attributes);
  const href = (given.href ?? "").replaceAll("&amp;", "&");
  if (/^weixin:\/\/bizmsgmenu\?/i.test(href)) return menuLink(href, label, tapMenu);
  if (!/^https?:\/\//i.test(href)) return null;
  const node = outside(href, label);
  if (given["data-miniprogram-appid"]) node.prepend(h("span", { class: "mini", text: `${miniProgram} ` }));
  return node;
}

function attributesOf(source) {
  const given = {};
  for (const [, name, double, single] of source.matchAll(ATTRIBUTE))
    given[name.toLowerCase()] = double ?? single;
  return given;
}

function outside(href, label) {
  return h("a", { class: "inline-link", href, target: "_blank", rel: "noopener noreferrer", text: label });
}

function menuLink(href, label, tapMenu) {
  const asked = new URLSearchParams(href.slice(href.indexOf("?") + 1));
  const content = asked.get("msgmenucontent") || label;
  const id = asked.get("msgmenuid") ?? undefined;
  return h("button", {
    type: "button",
    class: "inline-link",
    text: label,
    data: { menu: id ?? "" },
    onclick: () => tapMenu(content, id),
  });
}
