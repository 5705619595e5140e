// The one place where the server's text becomes elements: our own templates made it, and they escape what people wrote.
import { showTimes } from "./times.js";

const underWay = new Map();

// Fetches the part that `place` names in data-fragment anew, as this page's address asks for it, and puts it in place of the old one.
// What is asked for while one is on its way is fetched once more after it. Ends with the event "refreshed".
export async function refresh(place) {
  if (underWay.has(place)) {
    underWay.set(place, true);
    return;
  }
  do {
    underWay.set(place, false);
    try {
      await fetchOnce(place);
    } catch {
      // The server cannot be reached: what stands there stays, and the next event asks again.
    }
  } while (underWay.get(place));
  underWay.delete(place);
}

function fetchOnce(place) {
  const address = new URL(location.href);
  address.searchParams.set("fragment", place.dataset.fragment);
  return fill(place, address);
}

// Puts what is at `address` into a place.
export async function fill(place, address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" }, redirect: "manual" });
  // Nobody is signed in any more: the whole page leads to where one is.
  if (answer.type === "opaqueredirect") return location.reload();
  if (!answer.ok) return;
  const parsed = document.createElement("template");
  parsed.innerHTML = await answer.text();
  const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
  place.replaceChildren(parsed.content);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  showTimes(place);
  place.dispatchEvent(new CustomEvent("refreshed", { bubbles: true }));
}
