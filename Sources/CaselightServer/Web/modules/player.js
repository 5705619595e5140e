// The player: cameras on one time cursor, and what is seen tied to the incident.
import { call, tell } from "./api.js";
import { makeScrub } from "./scrub.js";
import { Stage } from "./stage.js";
import { say } from "./strings.js";
import { clock, whole } from "./times.js";

const unadjusted = { brightness: 100, contrast: 100, zoom: 100, x: 0, y: 0 };
const iso = (time) => new Date(time).toISOString();

export function makePlayer(path, number, attempt, candidates) {
  const place = document.getElementById("player");
  if (!place) return { open() {}, refreshed() {}, isOpen: false, keys: {} };
  const part = (id) => document.getElementById(id);
  const said = part("player-said");
  const stage = new Stage(part("stage"), number, Number(place.dataset.partHours) * 3_600_000);
  const scrub = makeScrub(part("scrub"), stage, number);
  let [range, marks, opener] = [null, {}, null];

  // MARK: What is shown

  stage.onTell = (words) => tell(words, said);
  stage.onChange = () => {
    const { selected, at } = stage;
    part("player-name").textContent = selected?.clip.name ?? "";
    part("player-clock").textContent = selected?.clip.clock ?? "";
    part("player-at").textContent = Number.isNaN(at) ? "" : whole(new Date(at));
    part("play").firstElementChild.textContent = stage.plays ? say("pause") : say("play");
    part("skim").setAttribute("aria-pressed", String(stage.skims));
    if (part("speed").value !== String(stage.rate)) part("speed").value = String(stage.rate);
    scrub.move();
  };

  // A long time is asked for from the place on that is looked at.
  function show(clips, at) {
    for (const clip of clips) clip.gaps ??= [];
    stage.show(clips, at);
    scrub.draw(range ?? { from: clips[0].from, to: clips[0].to }, clips);
    for (const button of place.querySelectorAll("[data-count]")) {
      button.setAttribute("aria-pressed", String(button.dataset.count === stage.place.dataset.count));
    }
  }

  function open(clip, at, window) {
    if (place.hidden) opener = document.activeElement;
    range = window ?? null;
    place.hidden = false;
    setMarks({});
    tell("", said);
    adjust(unadjusted);
    show([clip], at);
    stage.play();
    place.scrollIntoView({ block: "start" });
    part("stage").focus({ preventScroll: true });
  }

  // Beside what is shown, on the same cursor.
  function add(clip, window) {
    if (place.hidden) return open(clip, clip.from, window);
    const clips = stage.screens.map((screen) => screen.clip);
    if (clips.some(({ camera }) => camera === clip.camera)) return;
    if (clips.length === 9) return tell(say("nineScreens"), said);
    show([...clips, clip], stage.at);
  }

  function close() {
    stage.close();
    place.hidden = true;
    opener?.focus();
  }

  // The first of those that recorded, in the order of the candidates, with those shown before them.
  function fill(count) {
    const shown = stage.screens.map((screen) => screen.clip);
    const chosen = stage.selected ? [stage.selected.clip] : [];
    const others = [...shown, ...candidates().clips].filter((clip, place, all) =>
      clip.camera !== chosen[0]?.camera && all.findIndex(({ camera }) => camera === clip.camera) === place);
    show([...chosen, ...others].slice(0, count), stage.at);
  }
  for (const button of place.querySelectorAll("[data-count]")) button.addEventListener("click", () => fill(Number(button.dataset.count)));

  // MARK: How it is played

  const speeds = [...part("speed").options].map(({ value }) => Number(value));
  const faster = (step) => stage.setRate(speeds[Math.min(speeds.length - 1, Math.max(0, speeds.indexOf(stage.rate) + step))]);
  const play = () => (stage.plays ? stage.pause() : stage.play());
  const skim = () => attempt(() => stage.skim(!stage.skims));
  const jump = (direction) => attempt(() => stage.jump(direction));
  const move = (seconds) => stage.seek(stage.at + seconds * 1000);

  part("play").addEventListener("click", play);
  part("skim").addEventListener("click", skim);
  part("player-close").addEventListener("click", close);
  part("fullscreen").addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : place.requestFullscreen()));
  part("speed").addEventListener("change", (event) => stage.setRate(Number(event.target.value)));
  for (const button of place.querySelectorAll("[data-frame]")) button.addEventListener("click", () => stage.step(Number(button.dataset.frame)));
  for (const button of place.querySelectorAll("[data-active]")) button.addEventListener("click", () => jump(Number(button.dataset.active)));

  // MARK: How it looks

  let look = { ...unadjusted };
  function adjust(changes) {
    look = { ...look, ...changes };
    if (look.zoom === 100) [look.x, look.y] = [0, 0];
    for (const name of ["brightness", "contrast", "zoom"]) part(name).value = look[name];
    for (const screen of stage.screens) screen.adjust(screen === stage.selected ? look : unadjusted);
  }
  for (const name of ["brightness", "contrast", "zoom"]) part(name).addEventListener("input", (event) => adjust({ [name]: Number(event.target.value) }));
  part("as-recorded").addEventListener("click", () => adjust(unadjusted));
  part("stage").addEventListener("pointermove", (event) => {
    if (event.buttons !== 1 || look.zoom === 100) return;
    const { width, height } = event.target.getBoundingClientRect();
    const bound = (share) => Math.max(-50, Math.min(50, share));
    adjust({ x: bound(look.x + (event.movementX / width) * 100), y: bound(look.y + (event.movementY / height) * 100) });
  });

  // MARK: What it is for

  function setMarks(known) {
    marks = known;
    const text = [marks.start, marks.end].map((mark) => (mark === undefined ? "…" : clock(new Date(mark)))).join("–");
    part("marks").textContent = marks.start === undefined && marks.end === undefined ? "" : text;
    scrub.mark(marks);
  }
  const mark = (name) => () => setMarks({ ...marks, [name]: stage.selected?.shownAt || stage.at });

  // What is marked.
  function span() {
    const { start, end } = marks;
    if (stage.selected && start !== undefined && end > start) return { camera: stage.selected.clip.camera, startedAt: iso(start), endedAt: iso(end) };
    tell(say("markFirst"), said);
    return null;
  }

  const note = part("clip-note");
  const act = (send) => () => attempt(async () => {
    const clip = span();
    if (!clip) return;
    tell(await send(clip), said);
    note.value = "";
  });
  const link = act(async (clip) => {
    await call("POST", `${path}/links`, { ...clip, role: part("role").value, note: note.value });
    return say("linkedClip");
  });
  const hold = act(async (clip) => {
    if (!note.value.trim()) {
      note.focus();
      return say("holdNeedsReason");
    }
    await call("POST", "/api/v1/holds", { ...clip, incident: number, reason: note.value });
    return say("heldClip");
  });

  // What was watched is marked so by itself, so that nobody watches it twice.
  const post = (clip, { from, to }) => call("POST", `${path}/reviews`, { camera: clip.camera, startedAt: iso(from), endedAt: iso(to) }, { keepalive: true });
  function recordWatched(screen) {
    const taken = screen.takeWatched();
    if (part("record-watched").checked) attempt(() => Promise.all(taken.map((span) => post(screen.clip, span))));
  }
  stage.onClose = recordWatched;
  addEventListener("pagehide", () => stage.screens.forEach(recordWatched));
  // Now: what is marked, else what was watched so far.
  const review = () => attempt(async () => {
    const { start, end } = marks;
    const { selected } = stage;
    if (!selected) return;
    const spans = end > start ? [{ from: start, to: end }] : selected.takeWatched();
    if (spans.length === 0) return tell(say("watchFirst"), said);
    for (const span of spans) await post(selected.clip, span);
    tell(say("reviewedClip"), said);
  });
  const acts = { "mark-in": mark("start"), "mark-out": mark("end"), link, hold, review };
  for (const [id, act] of Object.entries(acts)) part(id).addEventListener("click", act);

  // The list of candidates was fetched again: so are its bars.
  function refreshed() {
    if (place.hidden) return;
    const known = new Map(candidates().clips.map((clip) => [clip.camera, clip]));
    for (const screen of stage.screens) Object.assign(screen.clip, known.get(screen.clip.camera) ?? {});
    scrub.draw(range ?? stage.screens[0].clip, stage.screens.map((screen) => screen.clip));
  }

  const keys = {
    " ": play, ",": () => stage.step(-1), ".": () => stage.step(1), "[": () => jump(-1), "]": () => jump(1), s: skim, "-": () => faster(-1),
    "+": () => faster(1), "=": () => faster(1), arrowleft: ({ shiftKey }) => move(shiftKey ? -60 : -5), arrowright: ({ shiftKey }) => move(shiftKey ? 60 : 5),
    1: () => fill(1), 4: () => fill(4), 9: () => fill(9), i: acts["mark-in"], o: acts["mark-out"], l: link, h: hold, r: review, escape: close,
  };
  return { open, add, refreshed, get isOpen() { return !place.hidden; }, get keys() { return place.hidden ? {} : keys; } };
}
