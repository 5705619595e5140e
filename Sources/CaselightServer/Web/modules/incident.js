// An incident: its timeline as it grows, its footage, and what is done for it.
import { call, tell } from "./api.js";
import { makeEvidence } from "./evidence.js";
import { follow } from "./events.js";
import { fill, refresh } from "./fragments.js";
import { drawIncident, drawLead, drawLeads, drawNext } from "./incident-map.js";
import { makePlayer } from "./player.js";
import { say } from "./strings.js";
import { nameStretches } from "./strips.js";
import { chosen, clock, forField } from "./times.js";

const incident = document.getElementById("incident");
const { number } = incident.dataset;
const path = `/api/v1/incidents/${encodeURIComponent(number)}`;
const notice = document.getElementById("problem");
const now = document.getElementById("incident-now");
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

const changesPage = new Set(["claimed", "takenOver", "closed", "reopened", "changed", "screenshotAdded"]);

const aboutEvidence = new Set(["linked", "unlinked", "held", "exportAsked", "exportReady", "exportFailed"]);

async function showFootage() {
  if (!footage) return;
  await fill(footage, footage.dataset.address);
  nameStretches(footage);
  player.refreshed();
}

follow(incident.dataset.after, (step) => {
  if (step.incident !== number) return;
  refresh(timeline);
  if (step.kind === "reviewed") showFootage();
  if (aboutEvidence.has(step.kind)) evidence.refresh();
  if (step.kind === "leadFound") refresh(document.getElementById("lead-list")).then(drawLeads);
  // Somebody who writes is not interrupted: what changed is in the timeline, and the page says that it is old.
  if (changesPage.has(step.kind)) {
    refresh(now);
    if (document.activeElement.matches("input, textarea, select") || player.isOpen) tell(say("pageChanged"));
    else location.reload();
  }
});

now.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (button?.id === "claim") attempt(() => call("POST", `${path}/claim`, { takeOver: button.dataset.takeOver === "true" }));
  if (button?.id === "reopen") attempt(() => call("DELETE", `${path}/outcome`));
});
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
  if (fields.lat.value) Object.assign(body, { lat: Number(fields.lat.value), lon: Number(fields.lon.value), datum: "wgs84" });
  return call("POST", `${path}/leads`, body);
});

// From a point, in a direction: both are drawn.
document.getElementById("draw-lead")?.addEventListener("click", ({ currentTarget }) => {
  const { elements } = document.getElementById("lead");
  currentTarget.setAttribute("aria-pressed", "true");
  drawLead(({ lat, lng }, bearing) => {
    [elements.lat.value, elements.lon.value] = [lat.toFixed(6), lng.toFixed(6)];
    if (bearing === null) return;
    elements.bearing.value = Math.round(bearing);
    currentTarget.setAttribute("aria-pressed", "false");
    elements.toward.focus();
  });
});

// MARK: Footage

const times = ({ from, to }) => ({ from: Date.parse(from), to: Date.parse(to) });

// What a row of the list says of its camera, for the player; null for one without footage.
function clipOf(row) {
  if (!row.dataset.from) return null;
  const { camera, name, clock: clockWords } = row.dataset;
  const gaps = [...row.querySelectorAll("rect[class^=gap-] title")].map(({ dataset }) => ({ ...times(dataset), words: dataset.words }));
  return { camera, name, clock: clockWords, gaps, bars: row.querySelector(".bars"), ...times(row.dataset) };
}

const rows = () => [...(footage?.querySelectorAll(".candidate") ?? [])];
const candidates = () => ({ clips: rows().map(clipOf).filter(Boolean), window: times(footage.querySelector(".candidates").dataset) });

const player = makePlayer(path, number, attempt, candidates);
const playLink = ({ camera, from, to }) => {
  const row = rows().find(({ dataset }) => dataset.camera === camera);
  if (row) player.open(clipOf(row), Date.parse(from), candidates().window);
  else player.open({ camera, name: camera, ...times({ from, to }) }, Date.parse(from));
};
const evidence = makeEvidence(path, number, attempt, playLink);

footage?.addEventListener("click", (event) => {
  const [row, play] = [event.target.closest(".candidate"), event.target.closest("[data-play]")];
  if (play) player.open(clipOf(row), Date.parse(play.dataset.play), candidates().window);
  else if (event.target.closest("[data-add]")) player.add(clipOf(row), candidates().window);
});

function moveAmong(step) {
  const all = rows();
  const place = all.indexOf(document.activeElement.closest(".candidate"));
  all[Math.min(all.length - 1, Math.max(0, place < 0 ? 0 : place + step))]?.focus();
}

// MARK: Next cameras

document.getElementById("leads").addEventListener("click", (event) => {
  const button = event.target.closest("[data-next]");
  if (button) attempt(() => showNext(button.dataset.next));
});

// Watched before and after the time when somebody may arrive.
const arrivalMargin = 30_000;

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
    const [starts, ends] = [camera.windows.map(({ startsAt }) => Date.parse(startsAt)), camera.windows.map(({ endsAt }) => Date.parse(endsAt))];
    const play = Object.assign(document.createElement("button"), { type: "button", className: "no-print", textContent: say("play") });
    play.addEventListener("click", () => {
      const [from, to] = [Math.min(...starts), Math.min(Math.max(...ends), Date.now())];
      player.open({ camera: camera.camera, name: camera.name, from: from - arrivalMargin, to: to + arrivalMargin }, from);
    });
    row.append(document.createElement("td"));
    row.lastElementChild.append(play);
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
  player.open({ camera: cameras[0].code, name: cameras[0].name, from: at - margin, to: at.getTime() + 5 * margin }, at.getTime());
}

// MARK: Keys

const press = (selector) => () => document.activeElement.closest(".candidate")?.querySelector(selector)?.click();
const keys = {
  c: () => document.getElementById("claim")?.click(), n: () => document.querySelector("#note input").focus(),
  j: () => moveAmong(1), k: () => moveAmong(-1), a: press("[data-add]"), p: press("[data-play]"),
};
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox], [type=range]), select, textarea")) return;
  // A button that has the focus takes the space bar for itself.
  if (event.key === " " && event.target.closest("button, summary, a, input")) return;
  const key = event.key.toLowerCase();
  const act = player.keys[key] ?? keys[key];
  if (!act) return;
  event.preventDefault();
  act(event);
});

await showFootage();
const map = document.getElementById("map");
if (map) attempt(() => drawIncident(map, incident.dataset.position, rows()));
