// A story that is still going on is told again until it is complete; what did not change is left alone.
import { ask } from "./session.js";
import { localise } from "./times.js";

const PAUSE = 2000;
const state = document.getElementById("story");
const told = new Map();
let left = 60;

function tell(page) {
  for (const part of ["#told", ".lead"]) {
    const fresh = page.querySelector(part);
    if (told.get(part) === fresh.outerHTML) continue;
    told.set(part, fresh.outerHTML);
    document.querySelector(part).replaceWith(fresh);
    localise();
  }
  const now = page.getElementById("story");
  if (now.textContent === state.textContent) return;
  state.textContent = now.textContent; // the element stays, so that what it says now is read out
  state.className = now.className;
  state.dataset.complete = now.dataset.complete;
}

async function again() {
  if (state.dataset.complete === "yes" || left-- === 0) return;
  try {
    const answer = await ask(location.href, { headers: { accept: "text/html" } });
    if (answer.ok) tell(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // the gateway is away; it may be back at the next try
  }
  setTimeout(again, PAUSE);
}

localise();
setTimeout(again, PAUSE);
