// Definitions in a dialog, and the keys of the queue: / searches, j and k move, Enter opens.
"use strict";

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "definition-body") document.getElementById("definition").showModal();
});

document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 403) window.location.reload();
});

function rowLinks() {
  return [...document.querySelectorAll("table.queue a.open")];
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog[open]")) return;
  if (event.key === "/") {
    const search = document.getElementById("text");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  } else if (event.key === "j" || event.key === "k") {
    const links = rowLinks();
    const now = links.indexOf(document.activeElement.closest("tr")?.querySelector("a.open"));
    const next = links[event.key === "j" ? Math.min(now + 1, links.length - 1) : Math.max(now - 1, 0)];
    if (next) next.focus();
  }
});
