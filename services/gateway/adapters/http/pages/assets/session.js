// Pages that not everybody may see: signing in to them, and what they have in common.
import { ask, signIn, who } from "./account.js";

export { ask };

/** Put the page that this address has for who is signed in into the place of this one; whether there is one. */
export async function reveal() {
  const answer = await ask(location.href, { headers: { accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = page.querySelector("main");
  if (main === null || who() === null) return false;
  document.title = page.title;
  document.querySelector("main").replaceWith(main);
  for (const { src } of page.querySelectorAll("script[src]")) {
    const script = document.createElement("script");
    script.type = "module";
    script.src = src;
    document.head.append(script);
  }
  (main.querySelector("#sign-in-title") ?? main).focus();
  return true;
}

/** Times as this place of the world writes them. */
export function localise(root = document) {
  for (const time of root.querySelectorAll("time[datetime]:not([data-local])")) {
    time.dataset.local = "";
    time.textContent = clock(Date.parse(time.dateTime), "date" in time.dataset);
  }
}

/** The time of day; of another day than today with its date. */
export function clock(at, date = false) {
  const moment = new Date(at);
  const today = moment.toDateString() === new Date().toDateString();
  return date || !today ? moment.toLocaleString([], { hour12: false }) : moment.toLocaleTimeString([], { hour12: false });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.id !== "sign-in") return;
  event.preventDefault();
  const alert = form.querySelector("[role=alert]");
  alert.textContent = "";
  try {
    const { email, password } = Object.fromEntries(new FormData(form));
    await signIn(email, password);
    if (!(await reveal())) alert.textContent = "That did not work.";
  } catch (error) {
    alert.textContent = error.message;
  }
});
if (document.getElementById("sign-in") && who()) reveal();
localise();
