// One camera's picture at a moment: its video, or its keyframes as stills where the browser cannot decode it, or why there is none.
import { Course } from "./course.js";
import { call, problemOf } from "./api.js";
import { say } from "./strings.js";
import { clock } from "./times.js";

const iso = (time) => new Date(time).toISOString();
// Closer than this to the cursor, a paused picture stands still.
const closeEnough = 0.004;
// A picture farther off than this, in seconds at single speed, is sought for; one nearer is played faster or slower.
const reach = 0.35;

export class Screen {
  #part = -1;
  #loading = null;
  #stillAt = NaN;
  #watch = null;
  #shortest = Infinity;
  #frameAt = NaN;
  #stepTo = NaN;
  #waitsSince = 0;

  // clip: {camera, name, from, to, clock, gaps: [{from, to, words}]}, times in milliseconds.
  constructor(clip, number, partLength) {
    Object.assign(this, { clip, number, partLength, course: null, keyframes: null, stretches: null, watched: [], failure: "" });
    this.element = document.getElementById("screen").content.firstElementChild.cloneNode(true);
    this.element.dataset.camera = clip.camera;
    [this.video, this.image, this.nothing] = ["video", "img", ".nothing"].map((name) => this.element.querySelector(name));
    [this.name, this.time, this.state, this.closer] = ["strong", ".code", ".state", "button"].map((name) => this.element.querySelector(name));
    this.name.textContent = clip.name;
    this.closer.setAttribute("aria-label", say("closeScreen", { name: clip.name }));
    this.image.alt = clip.name;
    this.image.addEventListener("load", () => { this.#stillAt = Number(this.image.dataset.at); });
    this.image.addEventListener("error", () => { this.#stillAt = Number(this.image.dataset.at); });
    this.video.addEventListener("error", () => this.#decodeNothing());
    this.#noteFrames();
  }

  #address(name, values) {
    return `/api/v1/cameras/${encodeURIComponent(this.clip.camera)}/${name}?${new URLSearchParams(values)}`;
  }

  // Of what shows footage.
  #footage(name, values) { return this.#address(name, { ...values, incident: this.number }); }

  #noteFrames() {
    this.video.requestVideoFrameCallback((now, { mediaTime }) => {
      // Frames may be left out where the machine is slow, but none comes too early: the shortest step is one frame.
      const passed = mediaTime - this.#frameAt;
      if (!this.video.paused && passed > 0.008 && passed < this.#shortest) this.#shortest = passed;
      this.#frameAt = mediaTime;
      this.#noteFrames();
    });
  }

  // Playlists reach so far: what `time` needs is fetched, once.
  load(time) {
    const { from, to } = this.clip;
    const part = Math.max(0, Math.floor((Math.min(time, to - 1) - from) / this.partLength));
    if (part === this.#part) return this.#loading;
    this.#part = part;
    const [start, end] = [from + part * this.partLength, Math.min(to, from + (part + 1) * this.partLength)];
    this.span = { from: start, to: end };
    this.#loading = this.#fetch(part, start, end);
    return this.#loading;
  }

  async #fetch(part, start, end) {
    const address = this.#footage("playlist.m3u8", { from: iso(start), to: iso(end) });
    this.course = this.keyframes = this.stretches = null;
    this.failure = "";
    try {
      const answer = await fetch(address);
      if (!answer.ok) throw await problemOf(answer);
      const text = await answer.text();
      // The cursor may be elsewhere by now.
      if (part !== this.#part) return;
      this.course = new Course(text);
      this.video.src = address;
    } catch (problem) {
      if (part === this.#part) this.failure = problem.message;
    }
  }

  get isStills() { return this.keyframes !== null; }

  // H.265 where it is not to be had, MJPEG: the server decodes its keyframes.
  async #decodeNothing() {
    if (!this.video.hasAttribute("src") || this.isStills) return;
    this.keyframes = [];
    this.video.hidden = true;
    this.image.hidden = false;
    try {
      const { keyframes } = await call("GET", this.#address("keyframes", { from: iso(this.span.from), to: iso(this.span.to) }));
      // Told to the microsecond and kept to the millisecond: rounded up, so that what is asked for is never before the footage begins.
      this.keyframes = keyframes.map(({ at }) => Date.parse(at) + 1);
    } catch (problem) {
      this.failure = problem.message;
    }
  }

  // Where something moved, or nobody can tell: [{from, to}].
  async active() {
    await this.#loading;
    this.stretches ??= call("GET", this.#address("activity", { from: iso(this.span.from), to: iso(this.span.to), detail: "stretches" })).then(
      ({ stretches, untold }) => [...stretches, ...untold].map(({ startedAt, endedAt }) => ({ from: Date.parse(startedAt), to: Date.parse(endedAt) })));
    return this.stretches;
  }

  // The true time of the picture that is shown, NaN for none.
  get shownAt() {
    if (!this.nothing.hidden) return NaN;
    return this.isStills ? this.#stillAt : (this.course?.timeOf(this.video.currentTime) ?? NaN);
  }

  get waits() {
    return !this.isStills && (!this.course || this.video.seeking || this.video.readyState < 3);
  }

  // Since when, by performance.now(); 0 where it does not.
  get waitsSince() { return this.#waitsSince; }

  // Shows what was recorded at `time`.
  follow(time, rate, plays) {
    this.load(time);
    const place = this.course?.placeOf(time) ?? null;
    this.#waitsSince = place !== null && this.waits ? this.#waitsSince || performance.now() : 0;
    this.#say(time, place);
    if (place === null) {
      this.video.pause();
      this.#watch = null;
    } else if (this.isStills) {
      this.#followStills(time);
    } else {
      this.#followVideo(place, rate, plays);
    }
    if (plays && place !== null && !this.waits) this.#noteWatched(time);
    else this.#watch = null;
  }

  #followVideo(place, rate, plays) {
    const { video } = this;
    const ahead = video.currentTime - place;
    if (!plays) {
      video.pause();
      if (Math.abs(ahead) > closeEnough && !video.seeking && video.readyState > 0) video.currentTime = place;
      return;
    }
    if (video.seeking || video.readyState === 0) return;
    if (Math.abs(ahead) > reach * Math.max(1, rate)) {
      video.currentTime = place;
      return;
    }
    const wanted = Math.min(16, Math.max(0.0625, rate - Math.max(-0.25 * rate, Math.min(0.25 * rate, 2 * ahead))));
    if (Math.abs(video.playbackRate - wanted) > 0.01 * rate) video.playbackRate = wanted;
    if (video.paused) video.play().catch(() => {});
  }

  #followStills(time) {
    const at = this.keyframes.findLast((at) => at <= time) ?? this.keyframes[0];
    if (at === undefined || at === Number(this.image.dataset.at) || (this.image.dataset.at && Number(this.image.dataset.at) !== this.#stillAt)) return;
    this.image.dataset.at = at;
    this.image.src = this.#footage("still.jpg", { at: iso(at), width: 960 });
  }

  // Why there is no picture of `time`; empty where there is one, or where that is not known yet.
  missing(time) {
    if (!this.course || time < this.span.from || time >= this.span.to) return time < this.clip.from || time >= this.clip.to ? say("nothingThen") : "";
    if (this.course.placeOf(time) !== null) return "";
    const gap = this.clip.gaps.find((gap) => gap.from <= time && time < gap.to);
    return gap ? say("nothingRecorded", { cause: gap.words }) : say("nothingThen");
  }

  #say(time, place) {
    const isNothing = this.failure !== "" || (this.course !== null && place === null);
    this.nothing.hidden = !isNothing;
    this.video.hidden = isNothing || this.isStills;
    this.image.hidden = isNothing || !this.isStills;
    if (isNothing) this.nothing.textContent = this.failure || this.missing(time);
    const at = this.shownAt;
    this.time.textContent = Number.isNaN(at) ? "" : `${clock(new Date(at))}.${String(new Date(at).getMilliseconds()).padStart(3, "0")}`;
    const words = this.isStills && !isNothing ? say("asStills") : this.#waitsSince && performance.now() - this.#waitsSince > 1000 ? say("buffering") : "";
    if (this.state.textContent !== words) this.state.textContent = words;
    this.state.title = this.isStills ? say("asStillsWhy") : "";
    this.state.hidden = words === "";
  }

  #noteWatched(time) {
    if (this.#watch && time >= this.#watch.to - 1000 && time - this.#watch.to < 3000) {
      this.#watch.to = Math.max(this.#watch.to, time);
      return;
    }
    this.#watch = { from: time, to: time };
    this.watched.push(this.#watch);
  }

  // What was watched since it was last taken, what is shorter than a second aside.
  takeWatched() {
    const taken = this.watched.filter(({ from, to }) => to - from >= 1000);
    [this.watched, this.#watch] = [[], null];
    return taken;
  }

  // 25 a second unless it is known better.
  get #frame() { return this.#shortest < 0.5 ? this.#shortest : 0.04; }

  // The time of the frame before or after the one shown; of the keyframe, in stills.
  stepped(direction) {
    if (this.isStills) {
      const place = this.keyframes.findLastIndex((at) => at <= this.#stillAt);
      return this.keyframes[place + direction] ?? NaN;
    }
    const isStuck = Math.abs(this.#stepTo - this.video.currentTime) < 0.002 && Math.abs(this.#stepTo - this.#frameAt) > this.#frame * 1.4;
    const from = isStuck ? this.#stepTo : this.#frameAt;
    // Into the middle of the frame, so that rounding does not show its neighbour.
    this.#stepTo = Math.max(0, from + (direction > 0 ? 1.5 : -0.5) * this.#frame);
    return this.course?.timeOf(this.#stepTo) ?? NaN;
  }

  // Of the picture on this screen alone: the recording stays as it is.
  adjust({ brightness, contrast, zoom, x, y }) {
    for (const picture of [this.video, this.image]) {
      picture.style.filter = brightness === 100 && contrast === 100 ? "" : `brightness(${brightness}%) contrast(${contrast}%)`;
      picture.style.transform = zoom === 100 ? "" : `scale(${zoom / 100}) translate(${x}%, ${y}%)`;
    }
  }

  close() {
    this.video.removeAttribute("src");
    this.video.load();
    this.element.remove();
  }
}
