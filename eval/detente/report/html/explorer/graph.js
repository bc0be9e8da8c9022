// The graph of sources, drawn by Cytoscape.js in the places that it was given; the table below has the same edges.
(() => {
  "use strict";
  const { find, all, data, element, onState, go } = detente;
  const into = find("#graph");
  // Cytoscape adds a style element unless one has this id, and the policy of the page allows none but its own.
  document.querySelector("style").id = "__________cytoscape_stylesheet";
  const graph = data("graph");
  const wide = 260, high = 56;
  const hues = { copy: "blue-line", quote: "green-line", via: "grey-line", said: "orange-line", speaks_for: "purple-line", cites: "edge", reuse: "red-line" };
  const shapes = { article: "rectangle", event: "round-tag", outlet: "round-rectangle", agency: "round-rectangle", text: "cut-rectangle", state: "hexagon", bloc: "hexagon" };

  const probe = document.createElement("span");
  into.after(probe);
  probe.hidden = true;
  /** A token of the style sheet as a colour that a canvas takes, in the theme of now. */
  function colour(name) {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  }
  function style() {
    return [
      { selector: "node", style: {
        label: "data(name)", "text-wrap": "wrap", "text-max-width": 150, "font-size": 13, "text-valign": "center", "text-halign": "center",
        color: colour("ink"), "background-color": colour("raised"), "border-width": 1, "border-color": colour("edge"),
        width: 168, height: 40, shape: (node) => shapes[node.data("kind")] ?? "ellipse",
      } },
      { selector: "edge", style: {
        width: 2, "curve-style": "bezier", "target-arrow-shape": "triangle", "arrow-scale": 1.1,
        "line-color": (edge) => colour(hues[edge.data("kind")]), "target-arrow-color": (edge) => colour(hues[edge.data("kind")]),
      } },
      { selector: "edge[?translated]", style: { "line-style": "dashed" } },
      { selector: "edge[kind = 'cites'], edge[kind = 'via']", style: { width: 1, "line-style": "dotted" } },
      { selector: "edge[bend]", style: {
        "curve-style": "unbundled-bezier", "edge-distances": "endpoints", "source-endpoint": "270deg", "target-endpoint": "270deg",
        "control-point-weights": 0.5, "control-point-distances": (edge) => edge.data("bend"),
      } },
      { selector: "edge[kind = 'reuse']", style: { "target-arrow-shape": "none", width: 3 } },
      { selector: ".far", style: { opacity: 0.15 } },
      { selector: "node.near", style: { "border-width": 3, "border-color": colour("focus") } },
    ];
  }
  // An edge within a column bends to the left of it.
  const places = new Map(graph.nodes.map(({ id, x, y }) => [id, { x, y }]));
  function bend({ start, end }) {
    const [from, to] = [places.get(start), places.get(end)];
    return from.x === to.x ? { bend: from.y < to.y ? 60 : -60 } : {};
  }
  const drawn = cytoscape({
    container: into,
    elements: [
      ...graph.nodes.map((node) => ({ data: node, position: { x: node.x * wide, y: node.y * high }, grabbable: true })),
      ...graph.edges.map((edge) => ({ data: { ...edge, ...bend(edge), source: edge.start, target: edge.end } })),
    ],
    style: style(),
    layout: { name: "preset", fit: true, padding: 12 },
    minZoom: 0.15,
    maxZoom: 3,
  });
  // On a narrow screen the whole is too small to be read: it begins at the pages, and the rest is drawn into sight.
  if (into.clientWidth < 600) drawn.zoom(0.6).pan({ x: 70, y: into.clientHeight / 2 });
  const again = () => drawn.style(style());
  new MutationObserver(again).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  find("#fit").addEventListener("click", () => drawn.animate({ fit: { padding: 12 } }, { duration: 0 }));
  drawn.on("tap", "node", ({ target }) => go([target.id()]));
  drawn.on("tap", ({ target }) => { if (target === drawn) go([]); });

  onState(({ path, filters }) => {
    drawn.edges().forEach((edge) => { edge.style("display", filters.get(`no-${edge.data("kind")}`) ? "none" : "element"); });
    const node = path.length ? drawn.getElementById(path[0]) : drawn.collection();
    drawn.elements().removeClass("far near");
    if (node.nonempty()) {
      const near = node.closedNeighborhood();
      drawn.elements().difference(near).addClass("far");
      node.addClass("near");
    }
    const edges = node.connectedEdges();
    find("#chosen").replaceChildren(...(node.nonempty()
      ? [element("a", { href: `#${encodeURIComponent(node.id())}` }, node.data("name")), `, ${node.data("kind").replaceAll("_", " ")}: ${edges.length} ${edges.length === 1 ? "edge" : "edges"}, marked in the table`]
      : []));
    for (const row of all("#edges .row")) row.classList.toggle("chosen-row", node.nonempty() && row.dataset.ends.split(" ").includes(path[0]));
  });
  into.dataset.drawn = drawn.nodes().length;
})();
