// Thousands of cameras on one map: those that would touch are one number, counted on a grid of the screen's own size, so that as many
// things are drawn as there is room for.
import { L, outline, tone } from "./map.js";

const cellPixels = 56;
const sectorZoom = 16;

export class Clusters {
  constructor(map, describe) {
    this.map = map;
    this.describe = describe;
    this.cameras = [];
    this.layer = L.layerGroup().addTo(map);
    map.on("moveend zoomend", () => this.draw());
  }

  add(cameras) {
    this.cameras.push(...cameras.filter((camera) => camera.position));
    this.draw();
  }

  bounds() {
    return L.latLngBounds(this.cameras.map((camera) => [camera.position.latitude, camera.position.longitude]));
  }

  draw() {
    this.layer.clearLayers();
    const view = this.map.getBounds().pad(0.1);
    const zoom = this.map.getZoom();
    const cells = new Map();
    for (const camera of this.cameras) {
      const { latitude, longitude } = camera.position;
      if (latitude < view.getSouth() || latitude > view.getNorth() || longitude < view.getWest() || longitude > view.getEast()) continue;
      const point = this.map.project([latitude, longitude], zoom);
      const key = zoom >= sectorZoom + 1 ? camera.code : `${Math.floor(point.x / cellPixels)} ${Math.floor(point.y / cellPixels)}`;
      if (!cells.has(key)) cells.set(key, []);
      cells.get(key).push(camera);
    }
    for (const members of cells.values()) members.length === 1 ? this.drawOne(members[0], zoom) : this.drawMany(members);
  }

  drawOne(camera, zoom) {
    const color = tone(camera);
    const at = [camera.position.latitude, camera.position.longitude];
    if (zoom >= sectorZoom) L.polygon(outline(camera), { color, weight: 1, fillOpacity: 0.2, interactive: false }).addTo(this.layer);
    L.circleMarker(at, { radius: 6, color, weight: 2, fillOpacity: 0.7 }).bindPopup(() => this.describe(camera)).addTo(this.layer);
  }

  drawMany(members) {
    const count = document.createElement("span");
    count.textContent = members.length;
    const size = 28 + Math.min(20, Math.log2(members.length) * 3);
    const bounds = L.latLngBounds(members.map((camera) => [camera.position.latitude, camera.position.longitude]));
    const icon = L.divIcon({ className: "cluster", html: count, iconSize: [size, size] });
    L.marker(bounds.getCenter(), { icon, alt: String(members.length) }).on("click", () => this.map.fitBounds(bounds.pad(0.3), { maxZoom: 18 })).addTo(this.layer);
  }
}
