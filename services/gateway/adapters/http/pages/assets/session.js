// Pages that not everybody may see: signing in to them, and what they have in common.
import { ask, signIn, signOut, who } from "./account.js";

export { ask };

/** Put the page that this address has for who is signed in into the place of this one; whether there is one. */
export async function reveal() {
  const answer = await ask(location.href, { headers: { accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = page.querySelector("main");
  if (main === null || who() === null) return false;
  document.title = page.title;
  document.querySelector("main").replaceWith(main);
  show();
  for (const { src } of page.querySelectorAll("script[src]")) {
    const script = document.createElement("script");
    script.type = "module";
    script.src = src;
    document.head.append(script);
  }
  (main.querySelector("#sign-in-title") ?? main).focus();
  return true;
}

/** Who is signed in, and the way out. */
function show() {
  const account = document.getElementById("account");
  if (account === null || who() === null) return;
  account.querySelector("span").textContent = `Signed in as ${who()}.`;
  account.hidden = false;
  account.querySelector("button").onclick = () => signOut().then(() => location.reload());
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
show();
