// The error report: a list of items under filters, and beside it the chosen one with its page.
// The path is the name of the chosen item; the filters are those of the form.
(() => {
  "use strict";
  const { find, all, data, element, text, onState, go, filter, list, keys } = detente;
  const report = data("report");
  const word = (number) => report.values[number];
  const several = report.systems.length > 1;
  const into = find("#items"), shown = find("#shown");
  const numbers = new Map(report.items.map((item, number) => [item.name, number]));
  const wrongest = (item) => Math.max(...item.wrong);
  const differs = (item) => item.said.some((said) => said !== item.said[0])
    || item.wrong.some((wrong) => wrong !== item.wrong[0]) || item.detail.some((detail) => detail !== item.detail[0]);
  const apart = (item) => Math.max(...item.wrong) - Math.min(...item.wrong);

  // What may be chosen.
  function offer(control, values, labels = values) {
    if (!control) return;
    control.append(...values.map((value, place) => element("option", { value }, labels[place])));
  }
  const distinct = (values) => [...new Set(values)].filter((value) => value !== "").sort();
  offer(find("[data-pages]"), report.pages.map((page) => page.name));
  offer(find("[data-golds]"), distinct(report.items.map((item) => word(item.gold))));
  offer(find("[data-saids]"), distinct(report.items.flatMap((item) => item.said.map(word))));
  for (const control of all("[data-key]")) offer(control, distinct(report.items.map((item) => word(item.keys[control.dataset.key]))));
  const kinds = distinct(report.items.flatMap((item) => item.kinds));
  offer(find("[data-kinds]"), kinds, kinds.map((kind) => `${kind}: ${report.meanings[kind]}`));
  find("#kinds-filter").hidden = kinds.length === 0;

  // The list.
  function chosenBy(filters) {
    const said = (name) => filters.get(name) || "";
    const words = said("find").toLowerCase().split(/\s+/).filter(Boolean);
    const tests = [
      words.length && ((item) => {
        const where = [item.name, word(item.gold), ...[...item.said, ...item.detail].map(word)].join(" ").toLowerCase();
        return words.every((each) => where.includes(each));
      }),
      said("show") === "" && ((item) => wrongest(item) > 0),
      said("show") === "differ" && differs,
      said("page") && ((item) => report.pages[item.page].name === said("page")),
      said("gold") && ((item) => word(item.gold).split(" · ").includes(said("gold"))),
      said("said") && ((item) => item.said.some((each) => word(each).split(" · ").includes(said("said")))),
      said("mark") && ((item) => item.kinds.includes(said("mark"))),
      ...report.filters.map((key, place) => said(`by.${key}`) && ((item) => word(item.keys[place]) === said(`by.${key}`))),
    ].filter(Boolean);
    const found = report.items.filter((item) => tests.every((test) => test(item)));
    return said("show") === "differ" ? found.sort((one, other) => apart(other) - apart(one)) : found;
  }
  const says = (item, system) => {
    const said = word(item.said[system]), detail = word(item.detail[system]);
    const right = item.wrong[system] > 0 ? "" : " (right)";
    return said ? `${said}${right}` : detail || "right";
  };
  function what(item) {
    if (!several) return word(item.detail[0]) || "right";
    const gold = word(item.gold) ? [`gold: ${word(item.gold)}`, element("br")] : [];
    return [...gold, ...report.systems.flatMap((name, system) => [`${name}: ${says(item, system)}`, element("br")])];
  }
  let current = null, listed = [];
  const row = (item) => element("li", {}, element("a", {
    href: detente.address([item.name]), "aria-current": item === current ? "true" : null, onclick: choose(item),
  }, element("span", { class: "name" }, item.name), element("span", { class: wrongest(item) > 0 ? "what" : "what right" }, what(item))));
  const choose = (item) => (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go([item.name]);
    reveal();
  };
  const rows = list(into, row, { root: into });
  const narrow = () => matchMedia("(max-width: 56rem)").matches;
  function reveal() { if (narrow()) shown.scrollIntoView(); }

  // The chosen item, with its page.
  const marksOf = new Map(); // item -> elements on the page
  function sheet(of, item, title) {
    const quiet = report.on_choice, number = numbers.get(item.name), apartOnly = detente.state.filters.get("show") === "differ";
    const alone = of.marks.every(([, mine]) => mine < 0 || mine === number); // nothing to stand out from
    const body = element("div", { class: "text", tabindex: "0", role: "region", "aria-label": title });
    body.append(text(of.pieces, (marks) => {
      const seen = marks.map((place) => of.marks[place]).filter(([kind, mine]) =>
        mine === number || !(quiet.includes(kind) || (apartOnly && mine >= 0 && !differs(report.items[mine]))));
      if (!seen.length) return null;
      const whose = seen.map(([, mine]) => mine);
      const [other] = whose.filter((mine) => mine >= 0 && mine !== number);
      return {
        class: ["mark", ...new Set(seen.map(([kind]) => kind.replace(" ", "-"))), whose.includes(number) ? (alone ? "own" : "chosen") : ""].join(" ").trim(),
        title: [...new Set(seen.map(([kind, , words]) => words || report.meanings[kind]))].join("\n"),
        "data-item": other ?? (whose.includes(number) ? number : null),
      };
    }));
    body.addEventListener("click", ({ target }) => {
      const mark = target.closest("[data-item]");
      if (mark && getSelection().isCollapsed) go([report.items[mark.dataset.item].name]);
    });
    return element("section", { class: "sheet" }, element("h4", {}, title), body);
  }
  /** The texts of all systems with their titles, the same text of each system side by side. */
  function beside(sheets) {
    const most = Math.max(0, ...sheets.map((own) => own.length));
    return Array.from({ length: most }, (_, place) => sheets.flatMap((own, system) =>
      own[place] ? [[own[place], sheets.length > 1 ? `${report.systems[system]}: ${own[place].name}` : own[place].name]] : [])).flat();
  }
  function legend(sheets) {
    const used = new Set(sheets.flat().flatMap((each) => each.marks.map(([kind]) => kind)));
    const shownKinds = Object.keys(report.meanings).filter((kind) => used.has(kind));
    return shownKinds.length ? element("ul", { class: "legend", "aria-label": "Marks" }, shownKinds.map((kind) =>
      element("li", {}, element("span", { class: `mark ${kind.replace(" ", "-")}` }, kind), ` ${report.meanings[kind]}`))) : null;
  }
  const anyTexts = report.pages.some((page) => page.sheets);
  /** What a system says of an item: its answer if it has one, and what is wrong with it. */
  function verdict(item, system) {
    const said = word(item.said[system]), detail = word(item.detail[system]);
    const who = several ? `${report.systems[system]}: ` : said ? "predicted: " : "";
    if (!said) return [who, detail || "right"];
    const told = item.wrong[system] > 0 ? (detail === `${word(item.gold)}, predicted ${said}` ? "wrong" : detail) : "right";
    return [who, element("strong", {}, said), ` (${told})`];
  }
  let drawn = "";
  function show(item) {
    const now = `${item?.name} ${detente.state.filters.get("show")}`;
    if (now === drawn) return;
    drawn = now;
    if (!item) { shown.replaceChildren(element("p", { class: "quiet" }, "Nothing fits these filters.")); return; }
    const page = report.pages[item.page], sheets = page.sheets || [];
    const facts = [["page", page.name], ...report.filters.map((key, place) => [key.replaceAll("_", " "), word(item.keys[place])]),
      ...item.facts.map(([name, value]) => [word(name), word(value)])].filter(([, value]) => value !== "");
    const open = find("details", shown)?.open ?? false;
    shown.replaceChildren(
      element("h3", { id: "chosen", tabindex: "-1" }, item.name),
      element("ul", { class: "said" },
        word(item.gold) ? element("li", {}, "gold: ", element("strong", {}, word(item.gold))) : null,
        report.systems.map((name, system) => element("li", {}, ...verdict(item, system)))),
      element("nav", { "aria-label": "Errors" },
        element("button", { type: "button", onclick: () => step(-1) }, "← before"),
        element("button", { type: "button", onclick: () => step(1) }, "next →"),
        element("button", { type: "button", class: "back", onclick: () => find("#errors").scrollIntoView() }, "list")),
      element("details", { open }, element("summary", {}, "About this item"),
        element("dl", { class: "facts" }, facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]))),
      legend(sheets) ?? "",
      element("div", { class: "sheets" }, beside(sheets).map(([each, title]) => sheet(each, item, title))),
    );
    if (!sheets.length) shown.append(element("p", { class: "quiet" }, anyTexts ? "The text of this page is not in the report." : "There are no texts: this gold has labels alone."));
    const bodies = all(".text", shown);
    for (const body of bodies) {
      const mark = find(".chosen, .own", body);
      if (mark) body.scrollTop += mark.getBoundingClientRect().top - body.getBoundingClientRect().top - body.clientHeight / 3;
    }
    for (const body of bodies) { // the same text where the item has no mark
      const other = bodies.find((each) => find(".chosen, .own", each) && each.textContent === body.textContent);
      if (other && !find(".chosen, .own", body)) body.scrollTop = other.scrollTop;
    }
    find(".chosen, .own", shown)?.classList.add("now");
  }
  function step(by) {
    const place = listed.indexOf(current);
    const next = listed[place < 0 ? 0 : place + by];
    if (!next) return;
    go([next.name]);
    if (narrow()) reveal(); else rows.reach(listed.indexOf(next))?.firstChild.focus();
  }
  keys.j = () => step(1);
  keys.k = () => step(-1);
  keys.e = () => filter("show", detente.state.filters.get("show") ? "" : "all");
  const toMark = (by) => () => {
    const marks = all(".mark", find(".sheets", shown) ?? shown).filter((mark) => !mark.matches(".wanted:not(.missed)"));
    const now = marks.findIndex((mark) => mark.matches(".now"));
    const next = marks[now < 0 ? 0 : now + by];
    if (!next) return;
    for (const mark of marks) mark.classList.remove("now");
    next.classList.add("now");
    next.scrollIntoView({ block: "center" });
  };
  keys.n = toMark(1);
  keys.p = toMark(-1);

  // Everything follows the address.
  for (const link of all(".bar nav a")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const to = find(link.getAttribute("href"));
      to.focus({ preventScroll: true });
      to.scrollIntoView();
    });
  }
  for (const link of all("#top ~ section a, .confusion a, #worst a")) link.addEventListener("click", () => find("#errors").scrollIntoView());
  onState(({ path, filters }, cause) => {
    const asked = report.items[numbers.get(path.join("/"))];
    if (cause !== "path") {
      listed = chosenBy(filters);
      rows.show(listed);
      into.scrollTop = 0;
      find("#count").textContent = `${listed.length.toLocaleString("en")} of ${report.items.length.toLocaleString("en")} items`;
      find("#reset").hidden = ![...filters].length;
    }
    current = asked ?? (listed.includes(current) ? current : listed[0]) ?? null;
    show(current);
    const place = listed.indexOf(current);
    const row = place < 0 ? null : rows.reach(place);
    for (const link of all("[aria-current]", into)) link.removeAttribute("aria-current");
    row?.firstChild.setAttribute("aria-current", "true");
    if (row && asked && (row.offsetTop < into.scrollTop || row.offsetTop + row.offsetHeight > into.scrollTop + into.clientHeight)) {
      into.scrollTop = row.offsetTop - into.offsetTop - into.clientHeight / 3;
    }
    if (cause === "start" && asked) find("#errors").scrollIntoView();
  });
  find("#reset").addEventListener("click", () => {
    history.replaceState(null, "", "#");
    dispatchEvent(new HashChangeEvent("hashchange"));
    find("[type=search]").value = "";
  });

  // The worst, where labels do not already say it.
  const degrees = new Set(report.items.map(wrongest).filter((wrong) => wrong > 0));
  const worst = report.labelled && degrees.size < 2 ? [] : report.items.slice(0, 3).filter((item) => wrongest(item) > 0);
  find("#worst-part").hidden = worst.length === 0;
  find("#worst").append(...worst.map((item) => {
    const system = item.wrong.indexOf(wrongest(item));
    return element("li", {}, element("a", { href: detente.address([item.name]), onclick: () => find("#errors").scrollIntoView() }, item.name),
      `: ${several ? `${report.systems[system]}: ` : ""}${word(item.detail[system])}`);
  }));
})();
