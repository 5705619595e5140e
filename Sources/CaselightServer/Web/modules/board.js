// The board: follows what happens, and is worked with the keyboard.
import { call, tell } from "./api.js";
import { follow } from "./events.js";
import { refresh } from "./fragments.js";
import { say } from "./strings.js";

const board = document.getElementById("board");
follow(board.dataset.after, () => refresh(board));

async function claim(number) {
  try {
    await call("POST", `/api/v1/incidents/${encodeURIComponent(number)}/claim`, {});
    tell(say("claimed", { number }));
    await refresh(board);
  } catch (problem) {
    tell(problem.message);
  }
}

board.addEventListener("click", (event) => {
  const button = event.target.closest("[data-claim]");
  if (button) claim(button.dataset.claim);
});

const links = () => [...board.querySelectorAll(".card a.number")];

function move(step) {
  const all = links();
  const place = all.indexOf(document.activeElement);
  all[Math.min(all.length - 1, Math.max(0, place < 0 ? 0 : place + step))]?.focus();
}

const keys = {
  j: () => move(1),
  k: () => move(-1),
  n: () => document.getElementById("post")?.click(),
  c: () => document.activeElement.closest(".card")?.querySelector("[data-claim]")?.click(),
};

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  keys[event.key.toLowerCase()]?.();
});
