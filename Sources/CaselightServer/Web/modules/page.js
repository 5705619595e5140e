// What every page does: times in the viewer's zone, the language switch, the way out.
import { call, tell } from "./api.js";
import { say } from "./strings.js";
import { showTimes, whole } from "./times.js";

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

// A filter's empty fields are left out: the server takes what is named for what narrows.
for (const form of document.querySelectorAll("form[method=get]")) {
  form.addEventListener("submit", () => {
    for (const field of form.elements) field.disabled = field.disabled || (field.name !== "" && field.value === "");
  });
  addEventListener("pageshow", () => { for (const field of form.elements) field.disabled = false; });
}

// On paper it must stand whose it is, and of when.
const printed = document.getElementById("printed");
if (printed) {
  const sign = () => { printed.textContent = say("printedBy", { name: printed.dataset.account, at: whole(new Date()) }); };
  sign();
  addEventListener("beforeprint", sign);
}
