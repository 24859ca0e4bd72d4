// The care graph around a provider or a case, and the same as a table for who does not see it.
"use strict";

const COLOURS = { centre: "#D55E00", provider: "#0072B2", physician: "#7F7F7F" };

// Cytoscape would write a style element, which the content security policy refuses; app.css has its rules. One with this
// name makes it believe that it has.
const believed = document.head.appendChild(document.createElement("meta"));
believed.id = "__________cytoscape_stylesheet";

function drawGraph(place, graph) {
  const elements = [
    ...graph.nodes.map((node) => ({ data: node })),
    ...graph.edges.map((edge, number) => ({ data: { ...edge, id: `e${number}` } })),
  ];
  const heaviest = Math.max(1, ...graph.edges.map((edge) => edge.weight));
  const crowded = graph.nodes.length > 80;
  const view = cytoscape({
    container: place,
    elements,
    style: [
      {
        selector: "node",
        style: {
          label: (node) => (crowded && node.data("kind") === "physician" ? "" : node.data("label")),
          "font-size": 9,
          color: "#1b2733",
          "text-margin-y": -3,
          width: (node) => (node.data("kind") === "physician" ? 8 : node.data("kind") === "centre" ? 24 : 15),
          height: (node) => (node.data("kind") === "physician" ? 8 : node.data("kind") === "centre" ? 24 : 15),
          "background-color": (node) => COLOURS[node.data("kind")],
          shape: (node) => (node.data("kind") === "physician" ? "rectangle" : "ellipse"),
        },
      },
      {
        selector: "edge",
        style: {
          "curve-style": "haystack",
          "line-color": (edge) => (edge.data("kind") === "members" ? "#56B4E9" : "#c9d0d7"),
          width: (edge) => (edge.data("kind") === "members" ? 1 + (6 * edge.data("weight")) / heaviest : 1),
        },
      },
    ],
    layout: { name: "cose", animate: false, randomize: false, nodeRepulsion: () => 9000, idealEdgeLength: () => 60 },
    userZoomingEnabled: false,
    maxZoom: 2,
  });
  view.on("tap", "node", (event) => {
    if (event.target.data("kind") !== "physician") window.location = `/providers/${encodeURIComponent(event.target.id())}`;
  });
  place.dataset.drawn = "yes";
}

function cell(row, text, kind = "td") {
  const made = row.appendChild(document.createElement(kind));
  made.textContent = text;
  return made;
}

function tableOf(place, graph) {
  const shared = graph.edges.filter((edge) => edge.kind === "members").sort((a, b) => b.weight - a.weight);
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

for (const place of document.querySelectorAll("[data-graph]")) {
  fetch(place.dataset.graph, { headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.status))))
    .then((graph) => {
      if (graph.nodes.length < 2) {
        place.textContent = "Nothing is tied to it: it shares fewer than three members with any other provider.";
        place.className = "empty muted";
        place.removeAttribute("role");
        place.removeAttribute("aria-label");
        return;
      }
      drawGraph(place, graph);
      tableOf(place.parentElement.querySelector(".graph-table"), graph);
    })
    .catch(() => {
      place.textContent = "The graph could not be read. Open the page again.";
    });
}
