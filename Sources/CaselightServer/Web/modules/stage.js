// Screens side by side on one time cursor. The cursor runs by its own clock but never ahead of the slowest picture, so that all stay in step.
import { Screen } from "./screen.js";
import { say } from "./strings.js";
import { since } from "./times.js";

const tickLength = 50;
// The cursor is at most so far ahead of a picture, in milliseconds at single speed.
const slack = 60;
// A picture that keeps the others waiting for longer is left behind until it is ready.
const patience = 5000;
const skimRate = 8;

export class Stage {
  #last = performance.now();
  #rateBefore = 1;
  #active = [];

  constructor(place, number, partLength) {
    Object.assign(this, { place, number, partLength, screens: [], selected: null, at: NaN, rate: 1, plays: false, skims: false });
    this.onChange = this.onTell = this.onClose = () => {};
    setInterval(() => this.#tick(), tickLength);
  }

  // Shows these clips and no others; those that are shown already stay.
  show(clips, time) {
    const wanted = new Map(clips.map((clip) => [clip.camera, clip]));
    for (const screen of this.screens.filter(({ clip }) => !wanted.has(clip.camera))) this.#drop(screen);
    const shown = new Map(this.screens.map((screen) => [screen.clip.camera, screen]));
    this.screens = clips.map((clip) => shown.get(clip.camera) ?? this.#make(clip));
    this.place.replaceChildren(...this.screens.map(({ element }) => element));
    this.place.dataset.count = this.screens.length <= 1 ? 1 : this.screens.length <= 4 ? 4 : 9;
    for (const { closer } of this.screens) closer.hidden = this.screens.length === 1;
    if (!this.screens.includes(this.selected)) this.select(this.screens[0] ?? null);
    this.#active = [];
    if (this.skims) this.#readActive();
    this.seek(time);
  }

  #make(clip) {
    const screen = new Screen(clip, this.number, this.partLength);
    screen.element.addEventListener("pointerdown", () => this.select(screen));
    screen.closer.addEventListener("click", () => this.show(this.screens.filter((other) => other !== screen).map((other) => other.clip), this.at));
    return screen;
  }

  #drop(screen) {
    this.onClose(screen);
    screen.close();
  }

  close() {
    this.pause();
    for (const screen of this.screens) this.#drop(screen);
    [this.screens, this.selected, this.at] = [[], null, NaN];
  }

  select(screen) {
    this.selected = screen;
    for (const other of this.screens) other.element.classList.toggle("selected", other === screen && this.screens.length > 1);
    this.onChange();
  }

  seek(time) {
    if (Number.isNaN(time)) return;
    this.at = time;
    for (const screen of this.screens) screen.follow(time, this.rate, this.plays);
    this.onChange();
  }

  play() {
    if (this.screens.length === 0) return;
    [this.plays, this.#last] = [true, performance.now()];
    this.onChange();
  }

  pause() {
    this.plays = false;
    for (const screen of this.screens) screen.follow(this.at, this.rate, false);
    this.onChange();
  }

  setRate(rate) {
    this.rate = rate;
    this.onChange();
  }

  step(direction) {
    this.pause();
    this.seek(this.selected?.stepped(direction) ?? NaN);
  }

  // What to look at: where something moved before any of the cameras shown.
  async #readActive() {
    const { screens } = this;
    const stretches = (await Promise.all(screens.map((screen) => screen.active()))).flat().sort((a, b) => a.from - b.from);
    if (screens !== this.screens) return;
    this.#active = [];
    for (const { from, to } of stretches) {
      const last = this.#active.at(-1);
      if (last && from <= last.to) last.to = Math.max(last.to, to);
      else this.#active.push({ from, to });
    }
  }

  async jump(direction) {
    await this.#readActive();
    const found = direction > 0 ? this.#active.find(({ from }) => from > this.at + 200) : this.#active.findLast(({ from }) => from < this.at - 1000);
    if (found) this.seek(found.from);
    else this.onTell(direction > 0 ? say("noActivityAfter") : say("noActivityBefore"));
  }

  // Plays the active stretches alone.
  async skim(isOn) {
    this.skims = isOn;
    if (!isOn) {
      this.onTell("");
      return this.setRate(this.#rateBefore);
    }
    await this.#readActive();
    this.#rateBefore = this.rate;
    this.setRate(Math.max(this.rate, skimRate));
    const length = this.#active.reduce((sum, { from, to }) => sum + to - from, 0);
    const whole = Math.max(...this.screens.map(({ span }) => span.to)) - Math.min(...this.screens.map(({ span }) => span.from));
    const lasting = (milliseconds) => since(0, milliseconds);
    this.onTell(say("skimmed", { count: this.#active.length, length: lasting(length), whole: lasting(whole), takes: lasting(length / this.rate) }));
    this.play();
  }

  #tick() {
    const now = performance.now();
    const passed = (now - this.#last) * this.rate;
    this.#last = now;
    if (this.screens.length === 0) return;
    if (this.plays) {
      const next = this.#beyondNothing(this.#bounded(this.at + passed, now));
      if (next === null) return this.#end();
      this.at = next;
    }
    for (const screen of this.screens) screen.follow(this.at, this.rate, this.plays);
    if (this.plays) this.onChange();
  }

  // Not beyond what the slowest picture shows.
  #bounded(next, now) {
    for (const screen of this.screens) {
      const waits = screen.waitsSince;
      if (screen.isStills || (waits && now - waits > patience)) continue;
      if (waits) return this.at;
      const shown = screen.shownAt;
      if (!Number.isNaN(shown) && shown <= this.at + 2000) next = Math.min(next, Math.max(this.at, shown + slack * Math.max(1, this.rate)));
    }
    return next;
  }

  // Over what no camera recorded, and when skimming over what is quiet; null at the end.
  #beyondNothing(time) {
    if (this.skims && this.#active.length > 0) {
      const stretch = this.#active.find(({ to }) => to > time);
      if (!stretch) return null;
      time = Math.max(time, stretch.from);
    }
    if (this.screens.some(({ course, failure }) => !course && !failure)) return time;
    const resumes = this.screens.map((screen) => screen.course?.resumes(time) ?? null).filter((at) => at !== null);
    if (resumes.length > 0) {
      const next = Math.min(...resumes);
      if (next > time) this.onTell(say("skippedGap", { length: since(time, next) }));
      return next;
    }
    // The next part of a long time is fetched as the cursor comes to it.
    const later = this.screens.map(({ clip, span }) => (span && span.to < clip.to ? span.to : Infinity));
    const next = Math.min(...later);
    return Number.isFinite(next) && next > time ? next : null;
  }

  #end() {
    this.pause();
    this.onTell(say("endReached"));
  }
}
