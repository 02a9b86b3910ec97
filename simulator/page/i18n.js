/** The page's texts in Chinese and English, and how times, sizes and durations are written. */

const KEPT_AS = "yingda.lang";
const LANGUAGES = ["zh", "en"];

/** Loads both tables and picks a language: `?lang=`, then the stored choice, then the browser's. */
export async function loadTexts() {
  const tables = {};
  await Promise.all(
    LANGUAGES.map(async (lang) => {
      tables[lang] = await (await fetch(`/page/texts.${lang}.json`)).json();
    }),
  );
  return createTexts(tables, preferred());
}

function preferred() {
  const asked = new URL(location.href).searchParams.get("lang");
  const browser = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
  return [asked, stored(), browser].find((lang) => LANGUAGES.includes(lang));
}

function stored() {
  try {
    return localStorage.getItem(KEPT_AS);
  } catch {
    return null;
  }
}

function createTexts(tables, first) {
  const texts = {
    lang: first,
    /** The text of *key* with its {braces} filled in. */
    t(key, values = {}) {
      const text = tables[texts.lang][key] ?? key;
      return text.replace(/\{(\w+)\}/g, (brace, name) => values[name] ?? brace);
    },
    /** A server text: either plain, or one per language. */
    say(value) {
      if (value === null || value === undefined) return "";
      return typeof value === "object" ? (value[texts.lang] ?? value.zh ?? "") : String(value);
    },
    choose(lang) {
      texts.lang = lang;
      try {
        localStorage.setItem(KEPT_AS, lang);
      } catch {
        // A browser that keeps nothing still gets the language for this visit.
      }
      const here = new URL(location.href);
      if (here.searchParams.has("lang")) {
        here.searchParams.set("lang", lang);
        history.replaceState(null, "", here);
      }
      texts.mark();
    },
    mark() {
      document.documentElement.lang = texts.lang === "zh" ? "zh-CN" : "en";
      document.title = `${texts.t("brand")} · ${texts.t("tagline")}`;
    },
  };
  texts.mark();
  return texts;
}

const two = (number) => String(number).padStart(2, "0");

/** 10:24:31.482 */
export function clock(t_ms) {
  const at = new Date(t_ms);
  const second = `${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, "0")}`;
  return `${two(at.getHours())}:${two(at.getMinutes())}:${second}`;
}

/** 10:24, with the date in front unless it is today. */
export function dayAndTime(t_ms, lang) {
  const at = new Date(t_ms);
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  if (at.toDateString() === new Date().toDateString()) return time;
  const day = new Intl.DateTimeFormat(lang === "zh" ? "zh-CN" : "en", {
    month: "short",
    day: "numeric",
  }).format(at);
  return `${day} ${time}`;
}

/** 8 ms, 640 ms, 1.24 s */
export function duration(ms) {
  if (ms < 10) return `${Math.round(ms * 10) / 10} ms`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

/** 1 842/2 048 B, with a narrow space between thousands. */
export function size(bytes, limit) {
  const spaced = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  return limit ? `${spaced(bytes)}/${spaced(limit)} B` : `${spaced(bytes)} B`;
}

/** What is left of a window: 47:59 (hours), 12 min or 42 s below an hour; null once it is over. */
export function countdown(until_ms, t) {
  const left_s = Math.floor((until_ms - Date.now()) / 1000);
  if (left_s < 0) return null;
  if (left_s >= 3600) return `${Math.floor(left_s / 3600)}:${two(Math.floor((left_s % 3600) / 60))}`;
  return left_s >= 60
    ? t("allowance.minutes", { n: Math.floor(left_s / 60), s: two(left_s % 60) })
    : t("allowance.seconds", { n: left_s });
}
