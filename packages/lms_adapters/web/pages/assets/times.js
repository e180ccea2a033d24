// Times as this place of the world writes them; without a script they are in UTC.
const DAY = { dateStyle: "medium" };
const TIME = { timeStyle: "medium", hourCycle: "h23" };

/** The time of day; of another day than today, or where it is wanted, with its date. */
export function clock(at, date = false) {
  const moment = new Date(at);
  const today = moment.toDateString() === new Date().toDateString();
  return moment.toLocaleString([], date || !today ? { ...DAY, ...TIME } : TIME);
}

export function localise(root = document) {
  for (const time of root.querySelectorAll("time[datetime]:not([data-local])")) {
    time.dataset.local = "";
    time.textContent = clock(Date.parse(time.dateTime), "date" in time.dataset);
  }
}

localise();
