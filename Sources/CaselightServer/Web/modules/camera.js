// One camera: where it looks, and to those who keep cameras what it sees now.
import { call, problemOf, tell } from "./api.js";
import { say } from "./strings.js";
import { nameStretches } from "./strips.js";
import { whole } from "./times.js";

nameStretches();

const button = document.getElementById("show-picture");
button?.addEventListener("click", async () => {
  const notice = document.getElementById("picture-problem");
  tell("", notice);
  button.disabled = true;
  try {
    // What was written a moment ago; the log keeps that it was looked at, and what for.
    const at = encodeURIComponent(new Date(Date.now() - 2000).toISOString());
    const path = `/api/v1/cameras/${encodeURIComponent(button.dataset.camera)}/still.jpg?at=${at}&width=960&purpose=alignment`;
    const answer = await fetch(path);
    if (!answer.ok) throw await problemOf(answer);
    const figure = document.getElementById("picture");
    const image = figure.querySelector("img");
    URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(await answer.blob());
    figure.querySelector("figcaption").textContent = whole(new Date(answer.headers.get("Caselight-Keyframe-At")));
    figure.hidden = false;
  } catch (problem) {
    tell(problem.message, notice);
  }
  button.disabled = false;
});

async function drawMap(place) {
  const { makeMap, drawAreas, sector, L } = await import("./map.js");
  const camera = await call("GET", `/api/v1/cameras/${encodeURIComponent(place.dataset.camera)}`);
  const map = await makeMap(place, say("mapOfCamera", { name: camera.name }));
  const shape = sector(camera).addTo(map);
  L.circleMarker([camera.position.latitude, camera.position.longitude], { radius: 5, color: shape.options.color, fillOpacity: 1 }).addTo(map);
  map.fitBounds(shape.getBounds().pad(0.5), { animate: false });
  await drawAreas(map);
  place.dataset.drawn = 1;
}

const place = document.getElementById("map");
if (place) drawMap(place).catch((problem) => tell(problem.message));
