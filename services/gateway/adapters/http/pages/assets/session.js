// Pages that not everybody may see: signing in to them, and what they have in common.
import { ask, signIn, who } from "./account.js";

export { ask };

/** Put the page that this address has for who is signed in into the place of this one. */
export async function reveal() {
  const answer = await ask(location.href, { headers: { accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (page.getElementById("sign-in")) return answer.status;
  document.title = page.title;
  document.querySelector("main").replaceWith(page.querySelector("main"));
  for (const { src } of page.querySelectorAll("script[src]")) {
    const script = document.createElement("script");
    script.type = "module";
    script.src = src;
    document.head.append(script);
  }
  document.querySelector("main").focus();
  return answer.status;
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

const form = document.getElementById("sign-in");
if (form) {
  const alert = form.querySelector("[role=alert]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    alert.textContent = "";
    try {
      const { email, password } = Object.fromEntries(new FormData(form));
      await signIn(email, password);
      const status = await reveal();
      if (form.isConnected) alert.textContent = status === 403 ? "This account may not watch." : "That did not work.";
    } catch (error) {
      alert.textContent = error.message;
    }
  });
  if (who()) reveal();
}
localise();
