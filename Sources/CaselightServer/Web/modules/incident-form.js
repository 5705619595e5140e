// Posting an incident in a few strokes: times from presets, a place from the map or a camera's name, a picture pasted or dropped.
import { call, tell } from "./api.js";
import { say } from "./strings.js";
import { chosen, forField } from "./times.js";

const form = document.getElementById("incident");
const fields = form.elements;
const notice = document.getElementById("problem");

const midnight = (days) => {
  const date = new Date();
  date.setHours(0, 0, 0, 0);
  date.setDate(date.getDate() + days);
  return date;
};
const hours = (date, count) => new Date(date.getTime() + count * 3_600_000);

const presets = {
  10: () => [new Date(Date.now() - 600_000), new Date()],
  60: () => [new Date(Date.now() - 3_600_000), new Date()],
  night: () => [hours(midnight(-1), 22), hours(midnight(0), 6)],
  morning: () => [hours(midnight(0), 6), new Date(Math.max(Date.now(), hours(midnight(0), 7)))],
};

function applyPreset() {
  const preset = presets[fields.preset.value];
  if (preset) [fields.from.value, fields.to.value] = preset().map(forField);
}
fields.preset.addEventListener("change", applyPreset);
for (const name of ["from", "to"]) fields[name].addEventListener("input", () => { fields.preset.value = "own"; });
applyPreset();

// MARK: The picture

let picture;

function take(file) {
  if (!file?.type.startsWith("image/")) return;
  picture = file;
  const figure = document.getElementById("picture");
  const image = figure.querySelector("img");
  URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(file);
  figure.hidden = false;
}

fields.picture.addEventListener("change", () => take(fields.picture.files[0]));
addEventListener("paste", (event) => take(event.clipboardData.files[0]));
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  take(event.dataTransfer.files[0]);
});

// MARK: The place

let marker = () => {};

function place(latitude, longitude) {
  [fields.lat.value, fields.lon.value] = [latitude.toFixed(6), longitude.toFixed(6)];
  marker(latitude, longitude);
}

const known = new Map();
let asked = 0;

fields.camera.addEventListener("input", async () => {
  const text = fields.camera.value.trim();
  const camera = known.get(text);
  if (camera) {
    place(camera.position.latitude, camera.position.longitude);
    if (!fields.address.value) fields.address.value = camera.address || camera.name;
    return;
  }
  if (text.length < 2) return;
  const turn = ++asked;
  const found = await call("GET", `/api/v1/cameras?limit=20&text=${encodeURIComponent(text)}`).catch(() => ({ cameras: [] }));
  if (turn !== asked) return;
  const list = document.getElementById("cameras");
  list.replaceChildren();
  for (const camera of found.cameras.filter((camera) => camera.position)) {
    const label = `${camera.name} (${camera.code})`;
    known.set(label, camera);
    list.append(new Option(label, label));
  }
});

async function drawMap(element) {
  const { makeMap, drawAreas, colour, L } = await import("./map.js");
  const map = await makeMap(element, say("map"));
  const pin = L.circleMarker([0, 0], { radius: 8, color: colour("bad"), fillOpacity: 0.8 });
  marker = (latitude, longitude) => {
    pin.setLatLng([latitude, longitude]).addTo(map);
    map.setView([latitude, longitude], Math.max(map.getZoom(), 16), { animate: false });
  };
  map.on("click", (event) => place(event.latlng.lat, event.latlng.lng));
  const { cameras } = await call("GET", "/api/v1/cameras?limit=500");
  const bounds = L.latLngBounds([]);
  for (const camera of cameras.filter((camera) => camera.position)) {
    const at = [camera.position.latitude, camera.position.longitude];
    L.circleMarker(at, { radius: 3, color: colour("info") }).bindTooltip(document.createTextNode(camera.name)).addTo(map);
    bounds.extend(at);
  }
  if (bounds.isValid()) map.fitBounds(bounds.pad(0.2), { animate: false });
  await drawAreas(map);
}
const element = document.getElementById("map");
if (element) drawMap(element).catch((problem) => tell(problem.message, notice));

for (const incident of (await call("GET", "/api/v1/incidents?limit=100").catch(() => ({ incidents: [] }))).incidents) {
  const list = document.getElementById("categories");
  if (incident.category && ![...list.options].some((option) => option.value === incident.category)) list.append(new Option("", incident.category));
}

// MARK: Posting

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  tell("", notice);
  const body = { number: fields.number.value.trim(), startedAt: chosen(fields.from.value), endedAt: chosen(fields.to.value) };
  for (const name of ["category", "text", "address", "unit"]) if (fields[name].value) body[name] = fields[name].value;
  for (const name of ["lat", "lon"]) if (fields[name].value) body[name] = Number(fields[name].value);
  const path = `/api/v1/incidents/${encodeURIComponent(body.number)}`;
  try {
    await call("POST", "/api/v1/incidents", body);
    if (picture) await call("POST", `${path}/screenshots`, picture);
    location.assign(path.slice("/api/v1".length));
  } catch (problem) {
    tell(problem.message, notice);
  }
});
