// Registers or changes a camera, and tries its feed before anything is kept.
import { call, tell } from "./api.js";
import { say } from "./strings.js";

const form = document.getElementById("camera-form");
const fields = form.elements;
const code = form.dataset.code;
const isNew = code === "";
const before = isNew ? {} : read();
const notice = document.getElementById("save-problem");

function number(name) {
  const text = fields[name].value.trim();
  return text === "" ? null : Number(text);
}

function text(name) {
  return fields[name].value.trim();
}

// All that the form says, as the API names it; what is empty is null.
function read() {
  return {
    name: text("name"), address: text("address"), kind: text("kind"), class: number("class"), owner: text("owner"), grid: text("grid") || null,
    tags: text("tags").split(/[,，]/).map((tag) => tag.trim()).filter(Boolean), policy: text("policy"), retentionDays: number("retentionDays"),
    isEnabled: fields.isEnabled.checked, lat: number("lat"), lon: number("lon"), datum: text("datum"), bearingDegrees: number("bearingDegrees"),
    fieldDegrees: number("fieldDegrees"), rangeMeters: number("rangeMeters"), ...feed(),
  };
}

function feed() {
  const given = { url: text("url") || null, transport: text("transport") };
  // What is left empty stays as it is stored.
  if (text("user")) Object.assign(given, { user: text("user"), password: fields.password.value });
  return given;
}

// Only what differs, so that a masked address or another's change is not written over.
function changes() {
  const [now, changed] = [read(), {}];
  for (const key of Object.keys(now)) {
    if (JSON.stringify(now[key]) !== JSON.stringify(before[key] ?? (isNew ? null : undefined))) changed[key] = now[key];
  }
  if ("lat" in changed || "lon" in changed || "datum" in changed) Object.assign(changed, { lat: now.lat, lon: now.lon });
  if (changed.lat === null || now.lat === null) delete changed.datum;
  else if ("lat" in changed) changed.datum = now.datum;
  if (now.url === null) delete changed.transport;
  if ("user" in changed || "transport" in changed) Object.assign(changed, now.url === before.url ? {} : { url: now.url });
  return changed;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  tell("", notice);
  try {
    const saved = isNew
      ? await call("POST", "/api/v1/cameras", { code: text("code"), ...changes() })
      : await call("PATCH", `/api/v1/cameras/${encodeURIComponent(code)}`, changes());
    location.assign(`/cameras/${encodeURIComponent(saved.code)}`);
  } catch (problem) {
    tell(problem.message, notice);
  }
});

document.getElementById("remove")?.addEventListener("click", async (event) => {
  if (!confirm(event.target.dataset.question)) return;
  try {
    await call("DELETE", `/api/v1/cameras/${encodeURIComponent(code)}`);
    location.assign("/cameras");
  } catch (problem) {
    tell(problem.message, notice);
  }
});

const tested = document.getElementById("tested");
const test = document.getElementById("test-feed");

function paragraph(words, kind) {
  const element = document.createElement("p");
  element.className = `notice ${kind}`;
  element.textContent = words;
  return element;
}

test.addEventListener("click", async () => {
  test.disabled = true;
  tested.replaceChildren(paragraph(say("testing"), ""));
  try {
    const { stream, picture } = await call("POST", "/api/v1/cameras/probe", { ...feed(), picture: true });
    const { video, audio } = stream;
    const rate = video?.nominalFrameRate ? ` ${Math.round(video.nominalFrameRate)} fps` : "";
    const words = [
      video && `${video.codec.toUpperCase()} ${video.widthPixels}×${video.heightPixels}${rate}`, audio && `${audio.codec} ${audio.sampleRateHertz} Hz`,
    ];
    const seen = Object.assign(document.createElement("img"), { src: `data:image/jpeg;base64,${picture}`, alt: say("pictureOfFeed") });
    tested.replaceChildren(paragraph(say("feedWorks", { stream: words.filter(Boolean).join(", ") }), "good"), seen);
  } catch (problem) {
    tested.replaceChildren(paragraph(problem.message, "bad"));
  }
  test.disabled = false;
});

async function drawMap(place) {
  const { makeMap, drawAreas, sector, L } = await import("./map.js");
  const map = await makeMap(place, say("mapForPlace"));
  const shown = L.layerGroup().addTo(map);
  const areas = await drawAreas(map);
  function draw(isFirst) {
    shown.clearLayers();
    const [latitude, longitude] = [number("lat"), number("lon")];
    if (!latitude || !longitude || Math.abs(latitude) > 90) return false;
    const camera = { position: { latitude, longitude }, kind: text("kind") };
    for (const name of ["bearingDegrees", "fieldDegrees", "rangeMeters"]) if (number(name) !== null) camera[name] = number(name);
    const shape = sector(camera).addTo(shown);
    L.circleMarker([latitude, longitude], { radius: 5, color: shape.options.color, fillOpacity: 1 }).addTo(shown);
    if (isFirst) map.fitBounds(shape.getBounds().pad(0.5), { animate: false });
    return true;
  }
  if (!draw(true) && areas.getBounds().isValid()) map.fitBounds(areas.getBounds(), { animate: false });
  map.on("click", ({ latlng }) => {
    [fields.lat.value, fields.lon.value, fields.datum.value] = [latlng.lat.toFixed(6), latlng.lng.toFixed(6), "wgs84"];
    draw(false);
  });
  form.addEventListener("input", () => draw(false));
  place.dataset.drawn = 1;
}

const place = document.getElementById("map");
if (place) drawMap(place).catch((problem) => tell(problem.message, notice));
