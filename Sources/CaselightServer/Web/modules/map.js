// A map without tiles, for an intranet without the Internet: outlines of areas, cameras and what they see, drawn on one canvas.
import * as L from "/ui/leaflet/leaflet.esm.js";
import { call } from "./api.js";

const style = getComputedStyle(document.documentElement);
export const colour = (name) => style.getPropertyValue(`--${name}`).trim();

export async function makeMap(place, label) {
  const map = L.map(place, { preferCanvas: true, attributionControl: false, zoomSnap: 0.5, minZoom: 3, maxZoom: 21 });
  place.setAttribute("role", "region");
  place.setAttribute("aria-label", label);
  L.control.scale({ imperial: false }).addTo(map);
  map.setView([30, 110], 5);
  return map;
}

// Outlines of grids and districts, below all else.
export async function drawAreas(map) {
  const { areas } = await call("GET", "/api/v1/areas?limit=1000");
  const group = L.featureGroup();
  for (const area of areas) {
    const rings = area.rings.filter((ring) => ring.length > 2).map((ring) => ring.map((point) => [point.latitude, point.longitude]));
    if (rings.length === 0) continue;
    L.polygon(rings.map((ring) => [ring]), { color: colour("field"), weight: 1, fill: false, interactive: false }).addTo(group);
  }
  group.addTo(map);
  return group;
}

const metersPerDegree = 111_320;

// What a camera sees: a sector along its bearing, else a disc. Good to a metre at a camera's range.
export function outline(camera) {
  const { latitude, longitude } = camera.position;
  const range = camera.rangeMeters ?? 50;
  const isSector = camera.kind === "fixed" && camera.bearingDegrees !== undefined;
  const [middle, field] = isSector ? [camera.bearingDegrees, camera.fieldDegrees ?? 90] : [0, 360];
  const points = isSector ? [[latitude, longitude]] : [];
  for (let step = 0; step <= 24; step++) {
    const angle = ((middle - field / 2 + (field * step) / 24) * Math.PI) / 180;
    const north = (Math.cos(angle) * range) / metersPerDegree;
    const east = (Math.sin(angle) * range) / (metersPerDegree * Math.cos((latitude * Math.PI) / 180));
    points.push([latitude + north, longitude + east]);
  }
  return points;
}

const tones = { recording: "good", connecting: "info", waiting: "bad" };
export const tone = (camera) => colour(tones[camera.status?.state] ?? "off");

export function sector(camera, options = {}) {
  return L.polygon(outline(camera), { color: tone(camera), weight: 1, fillOpacity: 0.25, ...options });
}

export { L };
