// Puts the viewer's own times before what a stretch of a strip says of itself.
import { clock } from "./times.js";

export function nameStretches(root = document) {
  for (const title of root.querySelectorAll("title[data-from]:not([data-words])")) {
    const span = [title.dataset.from, title.dataset.to].filter(Boolean).map((text) => clock(new Date(text)));
    title.dataset.words = title.textContent;
    title.textContent = `${span.join("–")} ${title.textContent}`;
  }
}
