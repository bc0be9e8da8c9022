// The pages of the explorer: notes on words, rows that are searched and filtered, an article's layers.
(() => {
  "use strict";
  const { find, all, element, onState, go, filter, keys } = detente;
  const rows = all(".row");

  // Notes: what a word with data-note means, on hover and focus, until Escape; the pointer may move onto the note.
  const note = element("div", { id: "note", role: "tooltip", hidden: true });
  document.body.append(note);
  let noted = null;
  function showNote(word) {
    if (noted === word) return;
    hideNote();
    noted = word;
    note.textContent = word.dataset.note;
    note.hidden = false;
    word.setAttribute("aria-describedby", "note");
    placeNote();
  }
  function placeNote() {
    const at = noted.getBoundingClientRect(), size = note.getBoundingClientRect();
    const below = at.bottom + size.height + 4 < innerHeight;
    note.style.left = `${Math.max(8, Math.min(at.left, document.documentElement.clientWidth - size.width - 8))}px`;
    note.style.top = `${Math.max(0, below ? at.bottom + 2 : at.top - size.height - 2)}px`;
  }
  function hideNote() {
    noted?.removeAttribute("aria-describedby");
    noted = null;
    note.hidden = true;
  }
  const notedAt = (target) => target.closest?.("[data-note]");
  addEventListener("mouseover", ({ target }) => {
    if (notedAt(target)) showNote(notedAt(target));
    else if (noted && !note.contains(target) && noted !== document.activeElement) hideNote();
  });
  addEventListener("focusin", ({ target }) => { if (notedAt(target)) showNote(notedAt(target)); else hideNote(); });
  addEventListener("focusout", hideNote);
  addEventListener("scroll", () => { if (noted) placeNote(); }, { capture: true, passive: true });
  addEventListener("keydown", ({ key }) => { if (key === "Escape") hideNote(); });

  // Layers of an article: which are on stands in the address; each has a track of lines below the words.
  const buttons = all("[data-layer][aria-pressed]");
  const text = find(".marked");
  const usual = ["boilerplate", "claims", "stance", "attribution"];
  const step = 4; // px from one track to the next
  const on = new Set();
  function shownLayers(filters) {
    const given = filters.get("layers");
    on.clear();
    for (const button of buttons) {
      const { layer } = button.dataset;
      if (given === null ? usual.includes(layer) || buttons.length < 3 : given.split(".").includes(layer)) on.add(layer);
      button.setAttribute("aria-pressed", on.has(layer));
    }
    for (const part of all(".legend [data-of]")) part.hidden = !on.has(part.dataset.of);
    if (!text) return;
    text.classList.toggle("ground-on", on.has("boilerplate"));
    const tracks = buttons.map((button) => button.dataset.layer).filter((layer) => layer !== "boilerplate");
    let depth = 0;
    tracks.forEach((layer, track) => {
      text.classList.toggle(`on${track % 8}`, on.has(layer));
      if (on.has(layer)) depth += step;
    });
    text.style.setProperty("--below", `${depth}px`);
    let y = depth - 3;
    tracks.forEach((layer, track) => {
      if (!on.has(layer)) return;
      text.style.setProperty(`--y${track % 8}`, `${y}px`);
      y -= step;
    });
  }
  function toggle(layer) {
    const next = buttons.map((button) => button.dataset.layer).filter((each) => (each === layer) !== on.has(each));
    filter("layers", next.join(".") || "none");
  }
  for (const [place, button] of buttons.entries()) {
    button.addEventListener("click", () => toggle(button.dataset.layer));
    if (place < 9) keys[place + 1] = () => toggle(button.dataset.layer);
  }
  for (const [key, way] of [["n", "next"], ["p", "prev"]]) keys[key] = () => { find(`[rel=${way}]`)?.click(); };

  // Rows: those that fit the filters are shown; a group without any is hidden.
  const words = new Map();
  const wordsOf = (row) => {
    if (!words.has(row)) words.set(row, `${row.dataset.id ?? ""} ${row.textContent}`.toLowerCase());
    return words.get(row);
  };
  function fits(row, filters) {
    const { layer, articles, side, kind } = row.dataset;
    const only = filters.get("only");
    return (
      (!layer || on.has(layer)) &&
      (!only || only in row.dataset) &&
      (articles === undefined || Number(articles) >= Number(filters.get("articles") ?? 0)) &&
      (articles === undefined || !filters.get("contested") || "contested" in row.dataset) &&
      (!side || !filters.get("side") || side === filters.get("side")) &&
      (!kind || !filters.get(`no-${kind}`)) &&
      (!filters.get("q") || wordsOf(row).includes(filters.get("q").toLowerCase()))
    );
  }
  function filterRows(filters) {
    let shown = 0;
    for (const row of rows) {
      row.hidden = !fits(row, filters);
      if (!row.hidden) shown += 1;
    }
    for (const group of all(".group").reverse()) group.hidden = ![...group.querySelectorAll(".row")].some((row) => !row.hidden);
    const count = find("#count");
    if (count) count.textContent = shown === rows.length ? `${shown} shown` : `${shown} of ${rows.length} shown`;
  }

  // On a narrow screen the rows are a sheet over the text, folded until the reader asks for them.
  const fold = find("#fold");
  function folded(away) {
    fold?.setAttribute("aria-expanded", String(!away));
    fold?.closest(".rows").classList.toggle("folded", away);
  }
  fold?.addEventListener("click", () => folded(fold.getAttribute("aria-expanded") === "true"));
  if (fold?.checkVisibility()) folded(true);
  for (const key of ["j", "k"]) {
    const go = keys[key];
    keys[key] = () => { folded(false); return go(); };
  }

  // What is not drawn yet has a height that is guessed, and moves what stands below it as it is drawn, some frames later.
  function bring(row, block, frames) {
    if (row !== chosen) return;
    row.scrollIntoView({ block });
    if (frames) requestAnimationFrame(() => bring(row, block, frames - 1));
  }

  // The chosen row: the last word of the path is its id, in an article after its layer.
  let chosen = null;
  function choose(row, { scroll = true } = {}) {
    for (const mark of all("mark.chosen")) mark.classList.remove("chosen");
    chosen?.classList.remove("chosen-row");
    chosen = row;
    if (!row) return;
    folded(false);
    if (row.matches("details")) row.open = true; else row.classList.add("chosen-row");
    const marks = row.dataset.row ? all("mark").filter((mark) => mark.dataset.marks?.split(" ").includes(row.dataset.row)) : [];
    for (const mark of marks) mark.classList.add("chosen");
    if (!scroll) return;
    const panel = row.closest(".rows"); // scrolls by itself
    if (panel) panel.scrollTop += row.getBoundingClientRect().top - find(".filters", panel).getBoundingClientRect().bottom;
    else bring(row, row.matches("details") ? "start" : "center", marks.length ? 0 : 20);
    marks[0]?.scrollIntoView({ block: "center" });
  }
  const pathOf = (row) => (row.dataset.layer ? [row.dataset.layer, row.dataset.id] : [row.dataset.id]);
  onState(({ path, filters }, cause) => {
    // The start page leads on: #detente-002/claims/… is what the article's own page has at #claims/…
    const page = !rows.length && all("a").find((link) => link.getAttribute("href") === `${path[0]}.html`);
    if (page) { location.replace(page.href + detente.address(path.slice(1), filters)); return; }
    shownLayers(filters);
    filterRows(filters);
    if (cause === "filter") return;
    const row = rows.find((each) => each.dataset.id && each.dataset.id === path.at(-1) && (!each.dataset.layer || each.dataset.layer === path[0]));
    if (row?.hidden && row.dataset.layer && !on.has(row.dataset.layer)) { toggle(row.dataset.layer); }
    choose(row ?? null, { scroll: cause !== "path" || Boolean(text) }); // a node of the graph stays in sight
  });

  // A mark leads to its rows, one after the other with each click; the layer that covers everything comes last.
  text?.addEventListener("click", ({ target }) => {
    const mark = target.closest("mark");
    if (!mark || !getSelection().isCollapsed) return;
    const own = mark.dataset.marks.split(" ").map((place) => rows[place]).filter((row) => !row.hidden);
    own.sort((one, other) => (one.dataset.layer === "boilerplate") - (other.dataset.layer === "boilerplate"));
    if (own.length) go(pathOf(own[(own.indexOf(chosen) + 1) % own.length]));
  });
  // A row that the reader opens, or comes to by key, is the chosen one; the address follows.
  addEventListener("focusin", ({ target }) => {
    const row = target.matches("[data-stop]") && target.closest(".row");
    if (!row || !row.dataset.id || row === chosen) return;
    const open = row.open;
    choose(row, { scroll: false });
    if (row.matches("details")) row.open = open;
    const mark = find("mark.chosen");
    mark?.scrollIntoView({ block: "nearest" });
    go(pathOf(row), { quiet: true });
  });
})();
