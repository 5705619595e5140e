// What a playlist says of when each of its files was recorded: seconds of the video to true time, in milliseconds, and back.

// Files of one run may leave as little as this between them, which is no gap.
const joint = 500;

export class Course {
  constructor(playlist) {
    this.pieces = [];
    let [at, starts, length] = [NaN, 0, 0];
    for (const line of playlist.split("\n")) {
      if (line.startsWith("#EXT-X-PROGRAM-DATE-TIME:")) at = Date.parse(line.slice(25));
      if (line.startsWith("#EXTINF:")) length = Number.parseFloat(line.slice(8));
      if (line && !line.startsWith("#")) {
        this.pieces.push({ at, starts, length });
        starts += length;
        at += length * 1000;
      }
    }
  }

  timeOf(seconds) {
    const piece = this.pieces.findLast((piece) => piece.starts <= seconds + 0.0005) ?? this.pieces[0];
    return piece ? piece.at + (seconds - piece.starts) * 1000 : NaN;
  }

  // null where nothing was recorded.
  placeOf(time) {
    const piece = this.pieces.findLast((piece) => piece.at <= time);
    if (!piece || time > piece.at + piece.length * 1000 + joint) return null;
    return piece.starts + Math.min(piece.length - 0.001, (time - piece.at) / 1000);
  }

  // Where there is footage again, at or after `time`; null where there is none.
  resumes(time) {
    return this.placeOf(time) === null ? (this.pieces.find((piece) => piece.at > time)?.at ?? null) : time;
  }
}
