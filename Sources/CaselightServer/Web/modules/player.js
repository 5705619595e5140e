// One camera on its own time: plays the archive's files as they are, says the time of every picture, and ties what is seen to the incident.
import { call, tell } from "./api.js";
import { say, sayOneOf } from "./strings.js";
import { whole } from "./times.js";

export function makePlayer(path, number, attempt) {
  const place = document.getElementById("player");
  const none = () => {};
  if (!place) return { open: none, markIn: none, markOut: none, link: none, review: none };
  const video = document.getElementById("video");
  const said = document.getElementById("player-said");
  let [camera, pieces, marks] = ["", [], {}];

  // What the playlist says of when each of its files was recorded.
  function read(text) {
    const read = [];
    let [at, starts, length] = [NaN, 0, 0];
    for (const line of text.split("\n")) {
      if (line.startsWith("#EXT-X-PROGRAM-DATE-TIME:")) at = Date.parse(line.slice(25));
      if (line.startsWith("#EXTINF:")) length = Number.parseFloat(line.slice(8));
      if (line && !line.startsWith("#")) {
        read.push({ starts, length, at });
        starts += length;
        at += length * 1000;
      }
    }
    return read;
  }

  const wallTime = (seconds) => {
    const piece = pieces.findLast((piece) => piece.starts <= seconds + 0.001) ?? pieces[0];
    return piece ? new Date(piece.at + (seconds - piece.starts) * 1000) : null;
  };
  const mediaTime = (date) => {
    const piece = pieces.findLast((piece) => piece.at <= date) ?? pieces[0];
    return piece ? piece.starts + Math.min(piece.length, Math.max(0, (date - piece.at) / 1000)) : 0;
  };

  const show = () => {
    const at = wallTime(video.currentTime);
    document.getElementById("player-at").textContent = at ? whole(at) : "";
  };
  for (const event of ["timeupdate", "seeked", "loadedmetadata"]) video.addEventListener(event, show);

  function showMarks() {
    const text = [marks.start, marks.end].map((mark) => (mark ? whole(mark).slice(11, 19) : "…")).join("–");
    document.getElementById("marks").textContent = marks.start || marks.end ? text : "";
  }

  async function open(candidate, at) {
    camera = candidate.camera;
    marks = {};
    showMarks();
    tell("", said);
    place.hidden = false;
    document.getElementById("player-name").textContent = candidate.name;
    document.getElementById("role").replaceChildren(document.getElementById("roles")?.content.cloneNode(true) ?? new Option(sayOneOf("role", "event"), "event"));
    const address = `/api/v1/cameras/${encodeURIComponent(camera)}/playlist.m3u8?from=${encodeURIComponent(candidate.from)}&to=${encodeURIComponent(candidate.to)}&incident=${encodeURIComponent(number)}`;
    const answer = await fetch(address);
    if (!answer.ok) return tell((await answer.json()).detail, said);
    pieces = read(await answer.text());
    video.src = address;
    video.addEventListener("loadedmetadata", () => { video.currentTime = mediaTime(new Date(at)); }, { once: true });
    video.addEventListener("error", () => tell(say("cannotPlay"), said), { once: true });
    place.scrollIntoView({ block: "nearest" });
    video.focus();
    await video.play().catch(none);
  }

  document.getElementById("player-close").addEventListener("click", () => {
    video.removeAttribute("src");
    video.load();
    place.hidden = true;
  });
  document.getElementById("speed").addEventListener("change", (event) => { video.playbackRate = Number(event.target.value); });
  for (const button of place.querySelectorAll("[data-step]")) {
    button.addEventListener("click", () => { video.currentTime += Number(button.dataset.step); });
  }

  const mark = (name) => () => {
    marks[name] = wallTime(video.currentTime);
    showMarks();
  };
  const [markIn, markOut] = [mark("start"), mark("end")];

  // What is marked, else what was played so far.
  function span() {
    const start = marks.start ?? wallTime(0);
    const end = marks.end ?? wallTime(video.currentTime);
    if (!start || !end || end <= start) {
      tell(say("markFirst"), said);
      return null;
    }
    return { camera, startedAt: start.toISOString(), endedAt: end.toISOString() };
  }

  const link = () => attempt(async () => {
    const clip = span();
    if (!clip) return;
    await call("POST", `${path}/links`, { ...clip, role: document.getElementById("role").value });
    tell(say("linkedClip"), said);
  });
  const review = () => attempt(async () => {
    const clip = span();
    if (!clip) return;
    await call("POST", `${path}/reviews`, clip);
    tell(say("reviewedClip"), said);
  });
  for (const [id, act] of Object.entries({ "mark-in": markIn, "mark-out": markOut, link, review })) {
    document.getElementById(id).addEventListener("click", act);
  }
  return { open, markIn, markOut, link, review };
}
