// The API's page: Swagger UI over the platform's own document, and who tries it out.
import { register, signIn, signOut, token, who } from "./account.js";

const API = "/api/v1";
const etags = new Map();
const $ = (id) => document.getElementById(id);

/** Also where crypto.randomUUID is not: on a page that came neither from this machine nor by TLS. */
const unique = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16).padStart(2, "0")).join("");

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// ── who ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
function show() {
  const name = who();
  $("standing").textContent = name ? `Signed in as ${name}.` : "Nobody is signed in: what is open to anybody answers.";
  $("sign-out").hidden = !name;
  $("sign-in").hidden = Boolean(name);
  for (const button of document.querySelectorAll("button[data-account]")) {
    button.setAttribute("aria-pressed", String(button.dataset.account === name));
  }
  const other = [...document.querySelectorAll("option[data-account]")].find((option) => option.dataset.account === name);
  if ($("others")) $("others").value = other?.value ?? "";
}

async function attempt(change) {
  etags.clear();
  $("refusal").hidden = true;
  $("session").setAttribute("aria-busy", "true");
  try {
    await change();
  } catch (error) {
    $("refusal").textContent = error.message;
    $("refusal").hidden = false;
  }
  $("session").removeAttribute("aria-busy");
  show();
}

function oneClick(label, name, signIn) {
  const button = element("button", { type: "button", className: "plain", textContent: label });
  button.dataset.account = name;
  button.addEventListener("click", () => attempt(signIn));
  $("one-click").append(button);
}

async function offerDemoAccounts() {
  const answer = await fetch(`${API}/auth/demo-accounts`);
  const accounts = answer.ok ? (await answer.json()).items : [];
  const as = ({ email, password, display_name }) => signIn(email, password, display_name);
  const standing = ({ roles }) => ["admin", "instructor", "learner"].find((role) => roles.includes(role)) ?? "learner";
  const first = new Map(accounts.toReversed().map((account) => [standing(account), account]));
  for (const role of ["admin", "instructor", "learner"].filter((role) => first.has(role))) {
    oneClick(`${first.get(role).display_name}, ${role}`, first.get(role).display_name, () => as(first.get(role)));
  }
  const others = accounts.filter((account) => first.get(standing(account)) !== account);
  if (others.length > 0) {
    others.forEach((one, index) => {
      const option = element("option", { value: String(index) }, `${one.display_name}, ${standing(one)}`);
      option.dataset.account = one.display_name;
      $("others").append(option);
    });
    $("others").addEventListener("change", ({ target }) => {
      if (target.value) attempt(() => as(others[Number(target.value)]));
    });
    $("others").parentElement.hidden = false;
  }
  if (accounts.length === 0) {
    oneClick("A new learner", "Ada Lovelace", () =>
      register({
        email: `ada.${unique().slice(0, 8)}@example.org`,
        password: unique(),
        display_name: "Ada Lovelace",
      }),
    );
  }
  $("demo").hidden = false;
  show();
}

// ── what ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
/** Fields of parameters begin empty: an example there would be sent, and no cursor or id of an example exists. */
function forTrying(spec) {
  for (const item of Object.values(spec.paths)) {
    for (const operation of Object.values(item)) for (const one of operation.parameters ?? []) delete one.example;
  }
  delete spec.servers;
  return spec;
}

/** What Swagger UI leaves without a name, and links within buttons, which the keyboard would stop at twice. */
function mend(root) {
  const name = (selector, words) => {
    for (const one of root.querySelectorAll(`${selector}:not([aria-label])`)) one.setAttribute("aria-label", words(one));
  };
  const operation = (one) => one.closest(".opblock").querySelector(".opblock-summary-control").textContent;
  name(".copy-to-clipboard button", () => "Copy");
  name("select.examples-select-element, .examples-select select", () => "Example");
  name("textarea.body-param__text", () => "Request body");
  name(".opblock .responses-table", (table) => `Responses of ${operation(table)}`);
  name("tr[data-param-name] :is(input, select, textarea)", (field) => field.closest("tr").dataset.paramName);
  name("pre.microlight", () => "Code");
  for (const text of root.querySelectorAll("pre.microlight:not([tabindex])")) text.tabIndex = 0;
  for (const link of root.querySelectorAll("button a[href]")) link.removeAttribute("href");
}

function keepMended(root) {
  let due = false;
  const observer = new MutationObserver(() => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      mend(root);
    });
  });
  observer.observe(root, { childList: true, subtree: true });
}

async function outgoing(request) {
  const url = new URL(request.url, location.href);
  if (url.origin !== location.origin || !url.pathname.startsWith(`${API}/`)) return request;
  const access = await token();
  if (access) request.headers.Authorization = `Bearer ${access}`;
  if (request.method === "POST") request.headers["Idempotency-Key"] ||= unique();
  if (["PUT", "PATCH"].includes(request.method) && etags.has(url.pathname)) {
    request.headers["If-Match"] ||= etags.get(url.pathname);
  }
  return request;
}

function incoming(response) {
  const tag = response.headers?.etag;
  if (tag) etags.set(new URL(response.url, location.href).pathname, tag);
  return response;
}

async function main() {
  $("session").hidden = false;
  show();
  $("sign-in").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(() => signIn($("email").value, $("password").value));
  });
  $("sign-out").addEventListener("click", () => attempt(() => signOut()));
  if ($("demo")) offerDemoAccounts();
  keepMended($("swagger"));
  const answer = await fetch("/openapi.json").catch(() => null);
  if (!answer?.ok) {
    const words = "The document of the API did not come. Load this page again in a moment.";
    $("swagger").append(element("p", { className: "notice warn", role: "alert", textContent: words }));
    return;
  }
  SwaggerUIBundle({
    spec: forTrying(await answer.json()),
    domNode: $("swagger"),
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    deepLinking: true,
    docExpansion: "none",
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    filter: true,
    tryItOutEnabled: true,
    validatorUrl: null,
    requestInterceptor: outgoing,
    responseInterceptor: incoming,
  });
}

main();
