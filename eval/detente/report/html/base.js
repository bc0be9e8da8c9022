// What every page can do: data, elements, texts with marks, state in the address, filters, long lists, keys, themes.
// The address is #path?filters, as #detente-002/3?only=errors: a link to it leads there again.
const detente = (() => {
  "use strict";
  const find = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  /** What the page was given under a name, read once. */
  const read = new Map();
  function data(name) {
    if (!read.has(name)) read.set(name, JSON.parse(find(`#data-${name}`).textContent));
    return read.get(name);
  }

  /** An element with attributes (null and false are left out, true is empty) and children; strings become text. */
  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return made;
  }

  /** Pieces of a text (`pieces.pieces`) as a fragment; `mark` gives the attributes of a piece from its marks' places. */
  function text(pieces, mark) {
    const made = document.createDocumentFragment();
    for (const [shown, marks] of pieces) {
      const attributes = marks.length ? mark(marks) : null;
      made.append(attributes ? element("mark", { "data-marks": marks.join(" "), ...attributes }, shown) : shown);
    }
    return made;
  }

  // The state: what the address says after #.
  const listeners = [];
  let state = parse();
  function parse() {
    const hash = location.hash.slice(1);
    const cut = hash.indexOf("?");
    const path = cut < 0 ? hash : hash.slice(0, cut);
    return { path: path ? path.split("/").map(decoded) : [], filters: new URLSearchParams(cut < 0 ? "" : hash.slice(cut + 1)) };
  }
  function decoded(part) {
    try { return decodeURIComponent(part); } catch { return part; }
  }
  /** The address of a path (a list of words) under some filters; by default those of now. */
  function address(path, filters = state.filters) {
    const query = new URLSearchParams([...filters].filter(([, value]) => value !== "")).toString();
    return `#${path.map(encodeURIComponent).join("/")}${query ? `?${query}` : ""}`;
  }
  function tell(cause) {
    for (const form of all("form[data-filters]")) fill(form);
    for (const listener of listeners) listener(state, cause);
  }
  /** Calls back with the state now and after each change; the cause is `start`, `address`, `filter` or `path`. */
  function onState(listener) {
    listeners.push(listener);
    for (const form of all("form[data-filters]")) fill(form); // pages may have made options meanwhile
    listener(state, "start");
  }
  /** Goes to a path; with `quiet` only the address changes, and going back does not return here. */
  function go(path, { quiet = false } = {}) {
    const to = address(path);
    if (to === (location.hash || "#")) { if (!quiet) tell("path"); return; }
    history[quiet ? "replaceState" : "pushState"](null, "", to);
    state = parse();
    if (!quiet) tell("path");
  }
  /** Sets a filter, or takes it away ("", null). */
  function filter(name, value) {
    if (value) state.filters.set(name, value); else state.filters.delete(name);
    history.replaceState(null, "", address(state.path));
    tell("filter");
  }
  addEventListener("hashchange", () => {
    const now = parse();
    if (address(now.path, now.filters) === address(state.path)) return;
    state = now;
    tell("address");
  });

  // Filters: the controls of <form data-filters>, by their names; a box has the value "1" or none.
  function fill(form) {
    for (const control of all("[name]", form)) {
      const value = state.filters.get(control.name) || "";
      if (control.type === "checkbox") control.checked = value !== "";
      else if (control !== document.activeElement || control.tagName === "SELECT") control.value = value;
    }
  }
  for (const form of all("form[data-filters]")) {
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", ({ target }) => {
      if (target.name) filter(target.name, target.type === "checkbox" ? (target.checked ? "1" : "") : target.value);
    });
    fill(form);
  }

  /** A list that draws its items a few at a time, as the reader comes near its end; `root` is what scrolls. */
  function list(into, draw, { size = 40, root = null } = {}) {
    let items = [], drawn = 0;
    const watch = new IntersectionObserver((seen) => { if (seen.some((each) => each.isIntersecting)) more(); }, { root, rootMargin: "1000px" });
    function more() {
      watch.disconnect();
      const next = items.slice(drawn, drawn + size).map((item, place) => draw(item, drawn + place));
      into.append(...next);
      drawn += next.length;
      if (drawn < items.length) watch.observe(into.lastElementChild);
    }
    return {
      /** Shows other items. */
      show(these) { items = these; drawn = 0; into.replaceChildren(); more(); },
      /** The element of the item at a place, drawn if need be; undefined beyond the end. */
      reach(place) { while (drawn <= place && drawn < items.length) more(); return into.children[place]; },
    };
  }

  // Themes: as the system has it, until the reader says otherwise. From a file there may be no storage.
  function stored(value) {
    try {
      if (value !== undefined) localStorage.setItem("detente-theme", value);
      return localStorage.getItem("detente-theme");
    } catch { return null; }
  }
  function theme(value) {
    if (value === "light" || value === "dark") document.documentElement.dataset.theme = value;
  }
  function otherTheme() {
    const dark = document.documentElement.dataset.theme
      ? document.documentElement.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    const next = dark ? "light" : "dark";
    theme(next);
    stored(next);
  }
  theme(stored());
  find("#theme").addEventListener("click", otherTheme);

  // Keys: pages add their own to `keys`; a function that returns false leaves the key to the browser.
  const help = find("#help");
  const keys = {
    "?": () => help.showModal(),
    "/": () => {
      const search = find("[type=search]");
      search?.focus();
      return search !== null;
    },
    t: otherTheme,
    j: () => step(1),
    k: () => step(-1),
  };
  /** Moves the focus to the next of the elements with `data-stop` that are shown, or to the one before. */
  function step(by) {
    const stops = all("[data-stop]").filter((stop) => stop.checkVisibility());
    const now = stops.findIndex((stop) => stop.contains(document.activeElement));
    const next = stops[now < 0 ? (by > 0 ? 0 : stops.length - 1) : now + by];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }
  find("#keys").addEventListener("click", () => help.showModal());
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    const writing = event.target.matches?.("input:not([type=checkbox],[type=radio]), textarea, select");
    if (event.key === "Escape" && writing) event.target.blur();
    else if (!writing && keys[event.key] && keys[event.key]() !== false) event.preventDefault();
  });
  find(".skip").addEventListener("click", (event) => { event.preventDefault(); find("#main").focus(); });

  return { find, all, data, element, text, address, onState, go, filter, list, keys, step, get state() { return state; } };
})();
