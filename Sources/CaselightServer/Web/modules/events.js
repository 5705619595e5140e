// What is done for incidents, as it happens. A browser that comes back asks for what it missed by the last step's id.
import { say } from "./strings.js";

// `after` is the newest step that the page was made with; `act` gets each one after it.
export function follow(after, act) {
  const live = document.getElementById("live");
  const source = new EventSource(`/api/v1/events?after=${after}`);
  const show = (tone, words) => {
    live.className = `state ${tone}`;
    live.textContent = words;
  };
  source.addEventListener("open", () => show("good", say("liveOn")));
  source.addEventListener("error", () => {
    show("warn", say("liveOff"));
    // Refused for good: nobody is signed in any more.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
  });
  source.addEventListener("step", (event) => act(JSON.parse(event.data)));
}
