// The page of cameras: states as they change, and the map beside the list.
import { call } from "./api.js";
import { say, sayOneOf } from "./strings.js";
import { nameStretches } from "./strips.js";

const everySeconds = 10;
// What a browser draws smoothly; a narrower filter shows the rest.
const mapLimit = 20_000;

nameStretches();
const list = document.getElementById("camera-list");
const tones = { recording: "good", connecting: "info", waiting: "bad" };

// States alone: what was recorded is a question of its own, which the log keeps.
async function showStates() {
  const rows = [...list.querySelectorAll("[data-camera]")];
  if (rows.length === 0) return;
  const cursor = new URLSearchParams(location.search).get("cursor");
  const after = cursor ? `cursor=${encodeURIComponent(cursor)}&` : "";
  const { cameras } = await call("GET", `/api/v1/cameras?${list.dataset.filter}${after}limit=${rows.length}`);
  const known = new Map(cameras.map((camera) => [camera.code, camera]));
  for (const row of rows) {
    const status = known.get(row.dataset.camera)?.status;
    const state = row.querySelector(".state");
    state.className = `state ${tones[status?.state] ?? "off"}`;
    state.textContent = sayOneOf("feedState", status?.state ?? "none");
    const problem = row.querySelector(".problem");
    problem.textContent = status?.problemCode ? sayOneOf("problem", status.problemCode) : "";
    problem.title = status?.problem ?? "";
  }
}

setInterval(() => {
  if (!document.hidden) showStates().catch(() => {});
}, everySeconds * 1000);

function describe(camera) {
  const place = document.createElement("div");
  const link = document.createElement("a");
  link.href = `/cameras/${encodeURIComponent(camera.code)}`;
  link.textContent = camera.name;
  const state = document.createElement("div");
  state.className = `state ${tones[camera.status?.state] ?? "off"}`;
  state.textContent = sayOneOf("feedState", camera.status?.state ?? "none");
  place.append(link, state);
  return place;
}

async function drawMap(place) {
  const [{ makeMap, drawAreas }, { Clusters }] = await Promise.all([import("./map.js"), import("./clusters.js")]);
  const map = await makeMap(place, say("mapOfCameras"));
  const areas = await drawAreas(map);
  const clusters = new Clusters(map, describe);
  // The view follows what is drawn until the viewer moves it.
  let isFree = true;
  for (const event of ["pointerdown", "wheel", "keydown"]) place.addEventListener(event, () => { isFree = false; }, { once: true, passive: true });
  let [cursor, count, unlocated] = ["", 0, 0];
  do {
    const page = await call("GET", `/api/v1/cameras?${place.dataset.filter}limit=1000${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    clusters.add(page.cameras);
    unlocated += page.cameras.filter((camera) => !camera.position).length;
    if (isFree) {
      const bounds = clusters.cameras.length ? clusters.bounds() : areas.getBounds();
      if (bounds.isValid()) map.fitBounds(bounds.pad(0.15), { maxZoom: 18, animate: false });
    }
    count += page.cameras.length;
    cursor = page.nextCursor ?? "";
  } while (cursor && count < mapLimit);
  const said = document.getElementById("map-said");
  said.textContent = cursor ? say("mapCut", { count: count - unlocated, unlocated }) : say("mapShows", { count: count - unlocated, unlocated });
  place.dataset.drawn = count;
}

const place = document.getElementById("map");
if (place) drawMap(place).catch((problem) => { document.getElementById("map-said").textContent = problem.message; });
