// The care graph around a provider or a case, and the same as a table for who does not see it.
"use strict";

const COLOURS = { centre: "#D55E00", provider: "#0072B2", physician: "#7F7F7F" };

// Cytoscape would write a style element, which the content security policy refuses; app.css has its rules. One with this
// name makes it believe that it has.
const believed = document.head.appendChild(document.createElement("meta"));
believed.id = "__________cytoscape_stylesheet";

// Where each node lies: ties pull, nodes push each other away, and the centre stays in the middle.
function placed(graph) {
  const nodes = graph.nodes.map((data) => ({ data }));
  const centres = nodes.filter((node) => node.data.kind === "centre");
  if (centres.length === 1) Object.assign(centres[0], { fx: 0, fy: 0 });
  const links = graph.edges.map((edge) => ({ source: edge.source, target: edge.target }));
  d3.forceSimulation(nodes)
    .force("ties", d3.forceLink(links).id((node) => node.data.id).distance(50))
    .force("apart", d3.forceManyBody().strength(-160).distanceMax(1200))
    .force("middle", d3.forceX().strength(0.04))
    .force("centre", d3.forceY().strength(0.06))
    .force("room", d3.forceCollide(14))
    .stop()
    .tick(nodes.length > 500 ? 150 : 300);
  return nodes;
}

function drawGraph(place, graph) {
  const elements = [
    ...placed(graph).map(({ x, y, data }) => ({ data, position: { x, y } })),
    ...graph.edges.map((edge, number) => ({ data: { ...edge, id: `e${number}` } })),
  ];
  const heaviest = Math.max(1, ...graph.edges.map((edge) => edge.weight));
  const crowded = graph.nodes.length > 80;
  const named = (node) => node.data("kind") === "centre" || !crowded || (node.data("kind") === "provider" && graph.nodes.length <= 300);
  const size = (node) => ({ physician: 8, provider: 15, centre: 24 })[node.data("kind")];
  const view = cytoscape({
    container: place,
    elements,
    style: [
      {
        selector: "node",
        style: {
          label: (node) => (named(node) ? node.data("label") : ""),
          "font-size": crowded ? 14 : 9,
          color: "#1b2733",
          "text-margin-y": -3,
          width: size,
          height: size,
          "background-color": (node) => COLOURS[node.data("kind")],
          shape: (node) => (node.data("kind") === "physician" ? "rectangle" : "ellipse"),
        },
      },
      {
        selector: "edge",
        style: {
          "curve-style": "haystack",
          "line-color": (edge) => (edge.data("kind") === "members" ? "#56B4E9" : "#c9d0d7"),
          width: (edge) => (edge.data("kind") === "members" ? 1 + ((crowded ? 2 : 6) * edge.data("weight")) / heaviest : 1),
          "line-opacity": crowded ? 0.4 : 1,
        },
      },
      // Named when pointed at, so that two thousand names do not lie over each other.
      { selector: "node.named", style: { label: "data(label)", "font-size": 16, "z-index": 9 } },
    ],
    layout: { name: "preset" },
    userZoomingEnabled: false,
    minZoom: 0.02,
    maxZoom: 2,
    textureOnViewport: crowded,
    hideEdgesOnViewport: graph.edges.length > 2000,
  });
  view.on("tap", "node", (event) => {
    if (event.target.data("kind") !== "physician") window.location = `/providers/${encodeURIComponent(event.target.id())}`;
  });
  view.on("mouseover", "node", (event) => event.target.addClass("named"));
  view.on("mouseout", "node", (event) => event.target.removeClass("named"));
  return view;
}

function cell(row, text, kind = "td") {
  const made = row.appendChild(document.createElement(kind));
  made.textContent = text;
  return made;
}

function tableOf(place, graph) {
  const centre = new Set(graph.nodes.filter((node) => node.kind === "centre").map((node) => node.id));
  const own = (edge) => Number(centre.has(edge.source) || centre.has(edge.target));
  const shared = graph.edges.filter((edge) => edge.kind === "members").sort((a, b) => own(b) - own(a) || b.weight - a.weight);
  if (!shared.length) return;
  const ranks = new Map(graph.nodes.map((node) => [node.id, node.rank]));
  const table = place.appendChild(document.createElement("table"));
  const caption = table.appendChild(document.createElement("caption"));
  caption.className = "hidden";
  caption.textContent = "Providers that share members";
  const head = table.appendChild(document.createElement("thead")).insertRow();
  for (const name of ["Provider", "Shares members with", "Members shared", "Rank of the latter"]) {
    const made = cell(head, name, "th");
    made.scope = "col";
    if (name.startsWith("Members") || name.startsWith("Rank")) made.className = "n";
  }
  const body = table.appendChild(document.createElement("tbody"));
  for (const edge of shared.slice(0, 60)) {
    const row = body.insertRow();
    cell(row, edge.source, "th").scope = "row";
    const link = cell(row, "").appendChild(document.createElement("a"));
    link.href = `/providers/${encodeURIComponent(edge.target)}`;
    link.textContent = edge.target;
    cell(row, String(edge.weight)).className = "n";
    cell(row, String(ranks.get(edge.target) ?? "–")).className = "n";
  }
}

function read(place, wide) {
  return fetch(`${place.dataset.graph}${wide ? "?wide=true" : ""}`, { headers: { Accept: "application/json" } }).then((answer) =>
    answer.ok ? answer.json() : Promise.reject(new Error(answer.status)),
  );
}

function words(graph) {
  const providers = graph.nodes.filter((node) => node.kind !== "physician").length;
  const left = graph.left_out ? `; ${graph.left_out} more providers share members and are not drawn` : "";
  const count = (number, what) => `${number.toLocaleString("en-US")} ${what}${number === 1 ? "" : "s"}`;
  return `${count(providers, "provider")}, ${count(graph.nodes.length - providers, "physician")}${left}`;
}

for (const place of document.querySelectorAll("[data-graph]")) {
  const bar = place.parentElement.querySelector(".graph-bar");
  const table = place.parentElement.querySelector(".graph-table");
  const said = bar.querySelector("[role=status]");
  let view = null;
  const show = (wide) =>
    read(place, wide)
      .then((graph) => {
        if (graph.nodes.length < 2) {
          place.textContent = "Nothing is tied to it: it shares fewer than three members with any other provider.";
          place.className = "empty muted";
          place.removeAttribute("role");
          place.removeAttribute("aria-label");
          table.remove();
          return;
        }
        if (view) view.destroy();
        place.classList.toggle("wide", wide);
        view = drawGraph(place, graph);
        place.dataset.drawn = wide ? "wide" : "yes";
        table.replaceChildren();
        tableOf(table, graph);
        said.textContent = words(graph);
        bar.hidden = false;
      })
      .catch(() => {
        said.textContent = "";
        place.textContent = "The graph could not be read. Open the page again.";
      });
  bar.querySelector("[data-wide]").addEventListener("click", (event) => {
    const wide = event.target.getAttribute("aria-pressed") !== "true";
    event.target.setAttribute("aria-pressed", String(wide));
    said.textContent = "Drawing…";
    // A frame of its own first: thousands of nodes keep the page busy for seconds, and it should say so.
    requestAnimationFrame(() => setTimeout(() => show(wide)));
  });
  for (const button of bar.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => {
      const factor = Number(button.dataset.zoom);
      if (!factor) view.fit(undefined, 20);
      else view.zoom({ level: view.zoom() * factor, renderedPosition: { x: view.width() / 2, y: view.height() / 2 } });
    });
  }
  show(false);
}
