// Where an incident was, what the cameras around it see, coloured by what they recorded, and where its leads point.
import { say } from "./strings.js";
import { L, colour, drawAreas, makeMap, outline } from "./map.js";

const arrowMeters = 120;
const metersPerDegree = 111_320;

let map;
let leads;
let proposed;
let sketch;

const numbers = (dataset, names) => names.map((name) => (dataset[name] ? Number(dataset[name]) : undefined));

// What a row of the list says of where its camera looks.
function viewOf({ dataset }) {
  const [latitude, longitude, bearingDegrees, fieldDegrees, rangeMeters] = numbers(dataset, ["lat", "lon", "bearing", "field", "range"]);
  return latitude === undefined ? null : { position: { latitude, longitude }, bearingDegrees, fieldDegrees, rangeMeters, kind: dataset.kind };
}

function ahead({ lat, lng }, bearing, meters) {
  const angle = (bearing * Math.PI) / 180;
  const scale = meters / metersPerDegree;
  return L.latLng(lat + Math.cos(angle) * scale, lng + (Math.sin(angle) * scale) / Math.cos((lat * Math.PI) / 180));
}

function arrow(from, bearing) {
  const tip = ahead(from, bearing, arrowMeters);
  const barbs = [150, -150].map((turn) => [tip, ahead(tip, bearing + turn, arrowMeters / 4)]);
  return L.polyline([[from, tip], ...barbs], { color: colour("accent"), weight: 4 });
}

export async function drawIncident(place, position, rows) {
  map = await makeMap(place, say("map"));
  const bounds = L.latLngBounds([]);
  for (const row of rows) {
    const view = viewOf(row);
    if (!view) continue;
    const { tone } = row.dataset;
    const shape = L.polygon(outline(view), { color: colour(tone), weight: tone === "off" ? 1 : 2, fillOpacity: 0.25, dashArray: { warn: "8 4", bad: "3 4", off: "1 5" }[tone] });
    shape.bindTooltip(document.createTextNode(row.dataset.name)).on("click", () => row.focus()).addTo(map);
    bounds.extend(shape.getBounds());
  }
  if (position) {
    const at = position.split(",").map(Number);
    L.circleMarker(at, { radius: 9, color: colour("bad"), weight: 3, fillOpacity: 0.9 }).addTo(map);
    bounds.extend(at);
  }
  for (const at of drawLeads()) bounds.extend(at);
  if (bounds.isValid()) map.fitBounds(bounds.pad(0.1), { animate: false, maxZoom: 18 });
  await drawAreas(map);
  place.dataset.drawn = 1;
}

// As the page lists them; returns where they are.
export function drawLeads() {
  if (!map) return [];
  leads?.remove();
  sketch?.remove();
  leads = L.featureGroup().addTo(map);
  return [...document.querySelectorAll("[data-lead]")].map(({ dataset }) => {
    const at = L.latLng(Number(dataset.lat), Number(dataset.lon));
    L.circleMarker(at, { radius: 6, color: colour("accent"), fillOpacity: 0.9 }).addTo(leads);
    if (dataset.bearing) arrow(at, Number(dataset.bearing)).addTo(leads);
    return at;
  });
}

// Two clicks: where, and which way. `tell` hears of both; the bearing is null until the second.
export function drawLead(tell) {
  if (!map) return;
  let [from, drawn] = [null, null];
  const bearingTo = ({ lat, lng }) => {
    const east = (lng - from.lng) * Math.cos((from.lat * Math.PI) / 180);
    return ((Math.atan2(east, lat - from.lat) * 180) / Math.PI + 360) % 360;
  };
  const show = (layer) => {
    drawn?.remove();
    drawn = layer.addTo(map);
  };
  const move = ({ latlng }) => { if (from) show(arrow(from, bearingTo(latlng))); };
  const click = ({ latlng }) => {
    if (!from) {
      from = latlng;
      show(L.circleMarker(from, { radius: 6, color: colour("accent") }));
      return tell(from, null);
    }
    map.off("mousemove", move).off("click", click);
    tell(from, bearingTo(latlng));
    sketch = drawn;
  };
  map.on("mousemove", move).on("click", click);
  map.getContainer().scrollIntoView({ block: "nearest" });
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
