import { call, tell } from "./api.js";

const form = document.getElementById("sign-in");
const notice = form.querySelector("[role=alert]");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  tell("", notice);
  try {
    await call("POST", "/api/v1/session", { name: form.elements.name.value, password: form.elements.password.value });
    location.assign(form.dataset.next);
  } catch (problem) {
    tell(problem.message, notice);
    button.disabled = false;
    form.elements.password.select();
  }
});
