// Signing in, for pages that not everybody may see. The tokens stay in this tab.
const KEY = "lms.session";

function tokens() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(body),
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.title);
  sessionStorage.setItem(KEY, JSON.stringify({ access: said.access_token, refresh: said.refresh_token }));
}

async function renew() {
  const known = tokens();
  if (known === null) return false;
  try {
    await post("/api/v1/auth/refresh", { refresh_token: known.refresh });
    return true;
  } catch {
    sessionStorage.removeItem(KEY);
    return false;
  }
}

/** fetch with the token of this tab, renewed when it has expired. */
export async function ask(path, options = {}) {
  const send = () => {
    const known = tokens();
    const headers = { ...options.headers, ...(known ? { authorization: `Bearer ${known.access}` } : {}) };
    return fetch(path, { ...options, headers, cache: "no-store" });
  };
  const answer = await send();
  return answer.status === 401 && (await renew()) ? send() : answer;
}

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

export function clock(at, date = false) {
  const moment = new Date(at);
  return date ? moment.toLocaleString() : moment.toLocaleTimeString([], { hour12: false });
}

const form = document.getElementById("sign-in");
if (form) {
  const alert = form.querySelector("[role=alert]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    alert.textContent = "";
    try {
      await post("/api/v1/auth/login", Object.fromEntries(new FormData(form)));
      const status = await reveal();
      if (form.isConnected) alert.textContent = status === 403 ? "This account may not watch." : "That did not work.";
    } catch (error) {
      alert.textContent = error.message;
    }
  });
  if (tokens()) reveal();
}
localise();
