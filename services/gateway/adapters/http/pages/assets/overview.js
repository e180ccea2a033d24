// The live half of the front page: figures at every pulse, events as they flow, and the truth when nothing comes.
import { ask } from "./session.js";
import { clock, localise } from "./times.js";

const MANY = 10000; // the services count no further
const ROWS = 50;
const live = document.getElementById("live");
const contact = document.getElementById("contact");
const rows = document.getElementById("events");
const pause = document.getElementById("pause");
const seconds = Number(live.dataset.seconds);
let last = live.dataset.last;
let heard = Date.now();
let held = null; // events that came while paused
let refusal = ""; // why there is no stream, where the gateway says so

const rate = (value) => (value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en"));
const count = (value) => (value === null ? "–" : value >= MANY ? `${MANY.toLocaleString("en")}+` : value.toLocaleString("en"));
const total = (services, ...fields) => services.flatMap((one) => fields.map((field) => one[field] ?? 0)).reduce((a, b) => a + b, 0);

function put(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

function say(text, mood) {
  put(contact, text);
  contact.className = `badge ${mood}`;
}

function line(name, values) {
  const top = Math.max(...values, 1);
  const points = values.map((value, i) => `${i},${(19 - (value / top) * 18).toFixed(1)}`).join(" ");
  live.querySelector(`[data-series=${name}]`).setAttribute("points", points);
  if (name === "errors") live.querySelector("[data-series=errors]").closest(".spark").classList.toggle("bad", Math.max(...values) > 0);
}

function show(service) {
  const card = live.querySelector(`[data-service="${CSS.escape(service.name)}"]`);
  if (!card) return location.reload(); // a service that was not there when the page was made
  const field = (name) => card.querySelector(`[data-field=${name}]`);
  put(field("state"), service.state);
  field("state").className = `badge ${{ up: "good", degraded: "warn", down: "bad" }[service.state] ?? ""}`;
  card.classList.toggle("stale", service.state === "down");
  put(field("why"), service.why.join("; "));
  field("why").hidden = service.why.length === 0;
  put(field("latency_ms"), service.latency_ms === null ? "–" : `${service.latency_ms.toFixed(1)} ms`);
  put(field("requests_per_second"), rate(service.requests_per_second));
  put(field("version"), service.version || "–");
  for (const name of ["outbox", "inbox", "jobs"]) put(field(name), count(service[name]));
  put(field("dead"), `${count(service.dead_letters ?? 0)} events and ${count(service.dead_jobs ?? 0)} jobs given up`);
  field("dead").hidden = !(service.dead_letters || service.dead_jobs);
  field("heard").hidden = service.state !== "down";
  if (service.state === "down") put(field("heard"), service.heard_at ? `Figures of ${clock(service.heard_at)}` : "Never heard of");
}

function pulse(now) {
  heard = Date.now();
  const { services } = now;
  services.forEach(show);
  const up = services.filter((one) => one.state === "up").length;
  say(`${up} of ${services.length} services up`, up === services.length ? "good" : "bad");
  live.classList.remove("stale");
  put(document.getElementById("asof"), `As of ${clock(now.at)}`);
  const figures = {
    "Requests/s": rate(total(services, "requests_per_second")),
    "Errors/s": rate(total(services, "errors_per_second")),
    "Events/s": rate(total(services, "events_per_second")),
    Waiting: count(total(services, "outbox", "inbox", "jobs")),
    "Given up": count(total(services, "dead_letters", "dead_jobs")),
  };
  for (const [name, text] of Object.entries(figures)) {
    const figure = live.querySelector(`[data-figure="${name}"]`);
    put(figure, text);
    figure.classList.toggle("bad", ["Errors/s", "Given up"].includes(name) && Number(text) !== 0);
  }
  line("requests", now.requests);
  line("errors", now.errors);
}

function row({ at, type, service, trace_id }) {
  const made = document.createElement("tr");
  const cell = (text) => made.insertCell().append(text);
  const time = document.createElement("time");
  time.dateTime = new Date(at).toISOString();
  time.dataset.local = "";
  time.textContent = clock(at);
  cell(time);
  const parts = type.split(".");
  cell(parts.length === 4 && parts[0] === "lms" ? parts[2] : type);
  made.cells[1].title = type;
  cell(service);
  const link = document.createElement("a");
  link.href = `/traces/${trace_id}`;
  link.className = "mono";
  link.textContent = trace_id.slice(0, 8);
  cell(link);
  return made;
}

function published(event) {
  if (held !== null) {
    held.push(event);
    put(pause, `Go on (${held.length} new)`);
    return;
  }
  document.getElementById("no-events").hidden = true;
  rows.closest(".scroll").hidden = false;
  rows.prepend(row(event));
  while (rows.rows.length > ROWS) rows.lastElementChild.remove();
}

pause.hidden = false;
function halt() {
  if (held !== null) return;
  held = [];
  put(pause, "Go on");
}

function goOn() {
  const waiting = held;
  held = null;
  put(pause, "Pause");
  waiting.slice(-ROWS).forEach(published);
}

pause.addEventListener("click", () => (held === null ? halt() : goOn()));
rows.addEventListener("focusin", halt); // a row that the keyboard is on does not move away, nor vanish

/** Server-sent events over fetch, which can carry a token. */
async function listen() {
  const headers = { accept: "text/event-stream", ...(last ? { "last-event-id": last } : {}) };
  const answer = await ask("/live", { headers });
  if (answer.status === 401 || answer.status === 403) return location.reload(); // signed out meanwhile: the page says what to do
  if (!answer.ok) {
    const { title, detail } = await answer.json();
    refusal = detail ? `${title}: ${detail}` : title;
    return;
  }
  refusal = "";
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    const blocks = text.split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split("\n").map((part) => part.split(/: (.*)/s, 2)));
      if (fields.id) last = fields.id;
      if (fields.event === "pulse") pulse(JSON.parse(fields.data));
      if (fields.event === "published") published(JSON.parse(fields.data));
    }
  }
}

setInterval(() => {
  if (Date.now() - heard < 3000 * Math.max(seconds, 1)) return;
  if (!live.classList.contains("stale")) {
    live.classList.add("stale");
    for (const state of live.querySelectorAll("[data-field=state]")) state.textContent = `was ${state.textContent}`;
  }
  say(refusal || `No word from the gateway since ${clock(heard)}`, "bad");
}, 1000);

localise();
for (let wait = 1; live.isConnected; wait = Math.min(wait * 2, 15)) {
  const began = Date.now();
  try {
    await listen();
  } catch {
    refusal = ""; // nobody answers: said above as soon as it lasts
  }
  if (Date.now() - began > 10000) wait = 1;
  await new Promise((resume) => setTimeout(resume, wait * 1000));
}
