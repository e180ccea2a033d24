// Who is signed in, in this tab: the tokens stay in it, and are renewed before they end.
const KEY = "lms.session";
const EARLY = 30_000;
let renewal = null;

function known() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}

function keep(told, name) {
  const { access_token: access, refresh_token: refresh, expires_in: seconds } = told;
  sessionStorage.setItem(KEY, JSON.stringify({ access, refresh, ends: Date.now() + seconds * 1000, name }));
}

async function post(path, body) {
  const headers = { "content-type": "application/json", accept: "application/json" };
  const sent = fetch(`/api/v1/auth/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  const answer = await sent.catch(() => Promise.reject(new Error("The platform does not answer. Try again in a moment.")));
  const said = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw new Error(said.detail ? `${said.title}: ${said.detail}` : said.title);
  return said;
}

/** A refresh token counts once, so one renewal at a time. */
function renew() {
  const { refresh, name } = known();
  renewal ??= post("refresh", { refresh_token: refresh })
    .then((told) => keep(told, name), () => sessionStorage.removeItem(KEY))
    .finally(() => (renewal = null));
  return renewal;
}

/** How the person who is signed in is called; null when nobody is. */
export const who = () => known()?.name ?? null;

/** The access token, good for a while yet; null when nobody is signed in. */
export async function token() {
  const session = known();
  if (session !== null && session.ends - EARLY < Date.now()) await renew();
  return known()?.access ?? null;
}

/** Throws what the platform says against it. */
export async function signIn(email, password, name = email) {
  keep(await post("login", { email, password }), name);
}

/** Somebody new, who is signed in at once. */
export async function register(person) {
  await post("register", person);
  await signIn(person.email, person.password, person.display_name);
}

export async function signOut() {
  const session = known();
  sessionStorage.removeItem(KEY);
  if (session !== null) await post("logout", { refresh_token: session.refresh }).catch(() => {});
}

/** fetch with the token of this tab, renewed when it does not count any more. */
export async function ask(path, options = {}) {
  const send = async () => {
    const access = await token();
    const headers = { ...options.headers, ...(access ? { authorization: `Bearer ${access}` } : {}) };
    return fetch(path, { ...options, headers, cache: "no-store" });
  };
  const answer = await send();
  if (answer.status !== 401 || known() === null) return answer;
  await renew();
  return known() === null ? answer : send();
}
