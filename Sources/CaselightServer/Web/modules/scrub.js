// The time cursor's bar: what each camera shown recorded and when something moved, and a still that follows the pointer.
import { say } from "./strings.js";
import { clock, whole } from "./times.js";

const zoomStep = 3;
const shortestView = 10_000;

export function makeScrub(place, stage, number) {
  const [rows, needle, preview, spanMark] = [".rows", ".needle", ".preview", ".span"].map((name) => place.querySelector(name));
  const [image, caption] = [preview.querySelector("img"), preview.querySelector("figcaption")];
  const ends = [document.getElementById("scrub-from"), document.getElementById("scrub-to")];
  let [view, range, marks] = [{ from: 0, to: 1 }, { from: 0, to: 1 }, {}];
  let [wanted, isBusy, lastSeek] = [null, false, 0];

  const share = (time) => Math.min(1, Math.max(0, (time - view.from) / (view.to - view.from)));
  const timeAt = (event) => {
    const box = place.getBoundingClientRect();
    return view.from + Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * (view.to - view.from);
  };

  function look(from, to) {
    const length = Math.min(range.to - range.from, Math.max(Math.min(shortestView, range.to - range.from), to - from));
    const start = Math.min(range.to - length, Math.max(range.from, from));
    view = { from: start, to: start + length };
    const scale = 1440 / (range.to - range.from);
    for (const svg of rows.querySelectorAll("svg")) {
      const height = svg.getAttribute("viewBox").split(" ")[3];
      svg.setAttribute("viewBox", `${(view.from - range.from) * scale} 0 ${length * scale} ${height}`);
    }
    ends.forEach((end, place) => { end.textContent = clock(new Date(place ? view.to : view.from)); });
    move();
  }

  function zoom(factor, around = stage.at) {
    const length = (view.to - view.from) * factor;
    look(around - share(around) * length, around + (1 - share(around)) * length);
  }

  // The rows of the cameras shown, as the list of candidates has them.
  function draw(window, clips) {
    const isNew = window.from !== range.from || window.to !== range.to;
    range = window;
    rows.replaceChildren(...clips.filter(({ bars }) => bars).map(({ bars }) => {
      const row = bars.cloneNode(true);
      for (const element of row.querySelectorAll("svg")) element.removeAttribute("role");
      return row;
    }));
    look(...(isNew ? [range.from, range.to] : [view.from, view.to]));
  }

  function move() {
    const time = stage.at;
    if (Number.isNaN(time)) return;
    if (stage.plays && (time > view.to || time < view.from)) return look(time, time + view.to - view.from);
    needle.style.left = `${share(time) * 100}%`;
    needle.hidden = time < view.from || time > view.to;
    place.setAttribute("aria-valuenow", String(Math.round(((time - range.from) / (range.to - range.from)) * 100)));
    place.setAttribute("aria-valuetext", whole(new Date(time)));
    const [start, end] = [marks.start ?? marks.end, marks.end ?? marks.start];
    spanMark.hidden = start === undefined;
    if (start === undefined) return;
    spanMark.style.left = `${share(start) * 100}%`;
    spanMark.style.width = `${(share(end) - share(start)) * 100}%`;
  }

  function mark(known) {
    marks = known;
    move();
  }

  // One still at a time, always of where the pointer is by then.
  function ask() {
    if (isBusy || wanted === null || !stage.selected) return;
    const { camera } = stage.selected.clip;
    isBusy = true;
    image.dataset.at = wanted;
    image.src = `/api/v1/cameras/${encodeURIComponent(camera)}/still.jpg?${new URLSearchParams({ at: new Date(wanted).toISOString(), width: 320, incident: number })}`;
    wanted = null;
  }
  function answered(isThere) {
    isBusy = false;
    image.hidden = !isThere;
    if (!isThere) caption.textContent = `${caption.dataset.at} ${say("noStill")}`;
    image.dispatchEvent(new CustomEvent("shown"));
    ask();
  }
  image.addEventListener("load", () => answered(true));
  image.addEventListener("error", () => answered(false));

  function point(event) {
    const time = Math.round(timeAt(event) / 100) * 100;
    preview.hidden = false;
    preview.style.left = `${share(time) * 100}%`;
    preview.classList.toggle("from-right", share(time) > 0.5);
    caption.dataset.at = clock(new Date(time));
    const missing = stage.selected?.missing(time) ?? "";
    caption.textContent = `${caption.dataset.at} ${missing}`;
    image.hidden = missing !== "";
    if (missing) wanted = null;
    else if (Number(image.dataset.at) !== time) wanted = time;
    ask();
    return time;
  }

  place.addEventListener("pointermove", (event) => {
    const time = point(event);
    if (event.buttons !== 1 || event.timeStamp - lastSeek < 200) return;
    lastSeek = event.timeStamp;
    stage.seek(time);
  });
  place.addEventListener("pointerdown", (event) => {
    place.setPointerCapture(event.pointerId);
    stage.seek(point(event));
  });
  place.addEventListener("pointerup", (event) => stage.seek(timeAt(event)));
  place.addEventListener("pointerleave", () => { preview.hidden = true; });
  place.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1 / zoomStep : zoomStep, timeAt(event));
  }, { passive: false });
  document.getElementById("zoom-in").addEventListener("click", () => zoom(1 / zoomStep));
  document.getElementById("zoom-out").addEventListener("click", () => zoom(zoomStep));
  return { draw, move, mark };
}
