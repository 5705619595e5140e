// What every page does: times in the viewer's zone, the language switch, the way out.
import { call, tell } from "./api.js";
import { showTimes } from "./times.js";

showTimes();

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    document.cookie = `caselight-language=${button.dataset.language}; Path=/; SameSite=Strict; Max-Age=31536000`;
    location.reload();
  });
}

document.getElementById("sign-out")?.addEventListener("click", async () => {
  try {
    await call("DELETE", "/api/v1/session");
    location.assign("/sign-in");
  } catch (problem) {
    tell(problem.message);
  }
});
