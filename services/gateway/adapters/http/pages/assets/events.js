// Narrows the page of events while one types. Without it the form asks the server.
const search = document.getElementById("q");
const events = [...document.querySelectorAll("article[data-words]")];

function narrow() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = new Set();
  for (const event of events) {
    event.hidden = !words.every((word) => event.dataset.words.includes(word));
    if (!event.hidden) shown.add(event.dataset.event);
  }
  for (const link of document.querySelectorAll("li[data-event]")) link.hidden = !shown.has(link.dataset.event);
  for (const group of document.querySelectorAll("[data-publisher]")) {
    group.hidden = !group.querySelector("[data-event]:not([hidden])");
  }
  document.getElementById("none").hidden = shown.size > 0;
  document.getElementById("found").textContent =
    `${shown.size} event${shown.size === 1 ? "" : "s"}` + (words.length ? ` for “${search.value.trim()}”` : "");
}

if (events.length > 0) search.addEventListener("input", narrow);
