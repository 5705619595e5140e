// An incident: its timeline as it grows, its footage, and what is done for it.
import { call, tell } from "./api.js";
import { follow } from "./events.js";
import { fill, refresh } from "./fragments.js";
import { drawIncident, drawNext } from "./incident-map.js";
import { makePlayer } from "./player.js";
import { say } from "./strings.js";
import { nameStretches } from "./strips.js";
import { chosen, clock, forField } from "./times.js";

const incident = document.getElementById("incident");
const { number } = incident.dataset;
const path = `/api/v1/incidents/${encodeURIComponent(number)}`;
const notice = document.getElementById("problem");
const timeline = document.getElementById("timeline");
const footage = document.getElementById("footage");

// Does something, and says in place what went wrong.
async function attempt(act) {
  tell("", notice);
  try {
    return await act();
  } catch (problem) {
    tell(problem.message, notice);
  }
}

const changesPage = new Set(["claimed", "takenOver", "leadFound", "closed", "reopened", "changed", "screenshotAdded"]);

async function showFootage() {
  if (!footage) return;
  await fill(footage, footage.dataset.address);
  nameStretches(footage);
}

follow(incident.dataset.after, (step) => {
  if (step.incident !== number) return;
  refresh(timeline);
  if (step.kind === "reviewed") showFootage();
  // Somebody who writes is not interrupted: what changed is in the timeline, and the page says that it is old.
  if (changesPage.has(step.kind)) {
    if (document.activeElement.matches("input, textarea, select, video")) tell(say("pageChanged"));
    else location.reload();
  }
});

document.getElementById("claim")?.addEventListener("click", (event) =>
  attempt(() => call("POST", `${path}/claim`, { takeOver: event.currentTarget.dataset.takeOver === "true" })));
document.getElementById("reopen")?.addEventListener("click", () => attempt(() => call("DELETE", `${path}/outcome`)));
document.getElementById("print").addEventListener("click", () => print());

function onSubmit(id, act) {
  const form = document.getElementById(id);
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(async () => {
      await act(form.elements);
      form.reset();
      document.activeElement.blur();
    });
  });
}

onSubmit("note", (fields) => call("POST", `${path}/notes`, { text: fields.text.value }));
onSubmit("outcome", (fields) => call("POST", `${path}/outcome`, { result: fields.result.value, text: fields.text.value }));
onSubmit("lead", (fields) => {
  const body = { seenAt: chosen(fields.seenAt.value), toward: fields.toward.value };
  if (fields.camera.value) body.camera = fields.camera.value;
  if (fields.bearing.value) body.bearingDegrees = Number(fields.bearing.value);
  return call("POST", `${path}/leads`, body);
});

// MARK: Footage

const player = makePlayer(path, number, attempt);
footage?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-play]");
  const candidate = event.target.closest(".candidate");
  if (button) player.open(candidate.dataset, button.dataset.play);
});

// MARK: Next cameras

document.getElementById("leads").addEventListener("click", (event) => {
  const button = event.target.closest("[data-next]");
  if (button) attempt(() => showNext(button.dataset.next));
});

async function showNext(lead) {
  const found = await call("GET", `${path}/next?lead=${lead}&limit=12`);
  const table = document.getElementById("next");
  table.hidden = false;
  table.querySelector("tbody").replaceChildren(...found.cameras.map((camera) => {
    const row = document.createElement("tr");
    const windows = Object.fromEntries(camera.windows.map((window) => [window.mode, window]));
    const span = ({ startsAt, endsAt }) => `${clock(new Date(startsAt))}–${clock(new Date(endsAt))}`;
    const cells = [camera.name, `${Math.round(camera.distanceMeters)} m`, ...["walk", "bicycle", "eTricycle", "car"].map((mode) => span(windows[mode]))];
    row.append(...cells.map((text) => Object.assign(document.createElement("td"), { textContent: text })));
    return row;
  }));
  drawNext(found);
}

// MARK: What a screenshot says

const known = new Map();

async function suggest(field, list) {
  if (field.value.length < 2) return;
  const { cameras } = await call("GET", `/api/v1/cameras?limit=20&text=${encodeURIComponent(field.value)}`);
  list.replaceChildren(...cameras.map((camera) => {
    known.set(camera.code, camera);
    return new Option(camera.name, camera.code);
  }));
}

for (const [field, id] of [[document.querySelector("#lead [name=camera]"), "lead-cameras"], ...[...document.querySelectorAll("[name=cameraText]")].map((field) => [field, "read-cameras"])]) {
  field?.addEventListener("input", () => attempt(() => suggest(field, document.getElementById(id))));
}

for (const section of document.querySelectorAll("[data-screenshot]")) {
  const form = section.querySelector("form");
  const { cameraText, clockRead } = form.elements;
  if (clockRead.dataset.at) clockRead.value = forField(new Date(clockRead.dataset.at));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(() => findMoment(section, cameraText.value, clockRead.value));
  });
}

// The camera by its name, the true time by its clock's offset, and the moment opens.
async function findMoment(section, cameraText, clockText) {
  const said = section.querySelector(".found");
  const body = { cameraText };
  if (clockText) body.clockRead = chosen(clockText);
  await call("PATCH", `${path}/screenshots/${section.dataset.screenshot}`, body);
  const { cameras } = await call("GET", `/api/v1/cameras?limit=5&text=${encodeURIComponent(cameraText)}`);
  if (cameras.length === 0) return tell(say("noCameraOfThatName"), said);
  if (cameras.length > 1) return tell(say("severalCameras", { names: cameras.map((camera) => camera.code).join(", ") }), said);
  if (!clockText) return tell(cameras[0].name, said);
  const offset = cameras[0].clock?.offsetUs ?? cameras[0].status?.lastClock?.offsetUs ?? 0;
  const at = new Date(new Date(clockText).getTime() - offset / 1000);
  tell(say("momentFound", { name: cameras[0].name, at: clock(at), offset: (offset / 1e6).toFixed(1) }), said);
  const margin = 60_000;
  player.open(
    { camera: cameras[0].code, name: cameras[0].name, from: new Date(at - margin).toISOString(), to: new Date(at.getTime() + 5 * margin).toISOString() },
    at.toISOString());
}

// MARK: Keys

const keys = {
  c: () => document.getElementById("claim")?.click(), i: () => player.markIn(), o: () => player.markOut(), l: () => player.link(),
  r: () => player.review(), n: () => document.querySelector("#note input").focus(),
};
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  const act = keys[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});

await showFootage();
const map = document.getElementById("map");
if (map) attempt(() => drawIncident(map, incident.dataset.position, footage));
