// Where an incident was, what the cameras around it see, coloured by what they recorded, and where its leads point.
import { call } from "./api.js";
import { say } from "./strings.js";
import { L, colour, drawAreas, makeMap, outline } from "./map.js";

let map;
let proposed;

export async function drawIncident(place, position, footage) {
  map = await makeMap(place, say("map"));
  const bounds = L.latLngBounds([]);
  if (position) {
    const at = position.split(",").map(Number);
    L.circleMarker(at, { radius: 9, color: colour("bad"), weight: 3, fillOpacity: 0.9 }).addTo(map);
    bounds.extend(at);
  }
  for (const candidate of footage?.querySelectorAll(".candidate") ?? []) {
    const camera = await call("GET", `/api/v1/cameras/${encodeURIComponent(candidate.dataset.camera)}`);
    if (!camera.position) continue;
    const tone = candidate.querySelector("[class^=gap-]") ? "warn" : candidate.dataset.from ? "good" : "off";
    const shape = L.polygon(outline(camera), { color: colour(tone), weight: 1, fillOpacity: 0.25, dashArray: tone === "good" ? null : "4" });
    shape.bindTooltip(document.createTextNode(camera.name)).addTo(map);
    bounds.extend([camera.position.latitude, camera.position.longitude]);
  }
  for (const lead of document.querySelectorAll("[data-lead]")) {
    const at = [Number(lead.dataset.lat), Number(lead.dataset.lon)];
    L.circleMarker(at, { radius: 6, color: colour("accent"), fillOpacity: 0.9 }).addTo(map);
    bounds.extend(at);
  }
  if (bounds.isValid()) map.fitBounds(bounds.pad(0.3), { animate: false, maxZoom: 18 });
  await drawAreas(map);
  place.dataset.drawn = 1;
}

export function drawNext(found) {
  if (!map) return;
  proposed?.remove();
  proposed = L.featureGroup();
  for (const camera of found.cameras) {
    const view = { ...camera.fieldOfView, kind: camera.fieldOfView.bearingDegrees === undefined ? "dome" : "fixed" };
    L.polygon(outline(view), { color: colour("accent"), weight: 2, fillOpacity: 0.15 }).bindTooltip(document.createTextNode(camera.name)).addTo(proposed);
  }
  proposed.addTo(map);
  if (found.cameras.length > 0) map.fitBounds(proposed.getBounds().pad(0.2), { animate: false });
}
