// A story that is still going on is told again until it is complete.
import { ask, localise } from "./session.js";

const PAUSE = 2000;
let left = 60;

async function again() {
  const state = document.getElementById("story");
  if (!state || state.dataset.complete === "yes" || left-- === 0) return;
  try {
    const answer = await ask(location.href, { headers: { accept: "text/html" } });
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of [".tree", ".head"]) document.querySelector(part).replaceWith(page.querySelector(part));
      localise();
    }
  } catch {
    // the gateway is away; it may be back at the next try
  }
  setTimeout(again, PAUSE);
}

localise();
setTimeout(again, PAUSE);
