// What was kept for the incident: links, holds with their release, and packages as they are made.
import { call, tell } from "./api.js";
import { refresh } from "./fragments.js";
import { say, sayOneOf } from "./strings.js";

export function makeEvidence(path, number, attempt, play) {
  const place = document.getElementById("evidence");
  if (!place) return { refresh() {} };
  const followed = new Map();
  const again = async () => {
    await refresh(place);
    follow();
  };

  // How far each package under way is.
  function follow() {
    for (const row of place.querySelectorAll("[data-under-way]")) {
      const id = row.dataset.export;
      if (followed.has(id)) continue;
      const events = new EventSource(`/api/v1/exports/${id}/events`);
      followed.set(id, events);
      events.addEventListener("progress", (event) => show(id, JSON.parse(event.data)));
      events.addEventListener("done", () => {
        events.close();
        followed.delete(id);
        again();
      });
    }
  }

  function show(id, { progress }) {
    const row = place.querySelector(`[data-export="${CSS.escape(id)}"]`);
    const bar = row?.querySelector("progress");
    if (!bar || !progress?.totalBytes) return;
    [bar.max, bar.value] = [progress.totalBytes, progress.doneBytes];
    row.querySelector(".phase").textContent = `${Math.floor((100 * progress.doneBytes) / progress.totalBytes)} % ${sayOneOf("phase", progress.phase)}`;
  }

  // A reason stands in the log: it is asked for where the button was.
  function askReason(row, act) {
    if (row.querySelector("form")) return;
    const form = document.createElement("form");
    const field = Object.assign(document.createElement("input"), { required: true, minLength: 3, maxLength: 500 });
    field.setAttribute("aria-label", say("reason"));
    field.placeholder = say("reason");
    form.className = "row";
    form.append(field, Object.assign(document.createElement("button"), { textContent: say("send") }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      attempt(() => act(field.value).then(again));
    });
    row.append(form);
    field.focus();
  }

  const acts = {
    play: ({ dataset }) => play(dataset),
    unlink: ({ dataset }) => call("DELETE", `${path}/links/${dataset.link}`).then(again),
    release: (row) => askReason(row, (reason) => call("POST", `/api/v1/holds/${row.dataset.hold}/release`, { reason })),
    approve: ({ dataset }) => call("POST", `/api/v1/holds/${dataset.hold}/approve`).then(again),
  };
  place.addEventListener("click", (event) => {
    const act = acts[event.target.closest("[data-act]")?.dataset.act];
    if (act) attempt(async () => act(event.target.closest("li")));
  });
  document.getElementById("export").addEventListener("submit", (event) => {
    event.preventDefault();
    const { elements } = event.target;
    attempt(async () => {
      await call("POST", "/api/v1/exports", { incident: number, reason: elements.reason.value });
      event.target.reset();
      tell(say("exportBegun"));
      await again();
    });
  });
  follow();
  return { refresh: again };
}
