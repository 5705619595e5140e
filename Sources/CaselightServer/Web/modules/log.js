// The log: days in the viewer's own zone, and the proof that nothing in it was changed.
import { call } from "./api.js";
import { say } from "./strings.js";
import { nameStretches } from "./strips.js";
import { chosen, forField } from "./times.js";

nameStretches();
const form = document.querySelector("form.filter");
const [from, to] = ["from", "to"].map((name) => form.querySelector(`[data-time=${name}]`));

for (const field of [from, to]) {
  if (field.dataset.at) field.value = forField(new Date(field.dataset.at));
  field.addEventListener("change", () => { form.elements[field.dataset.time].value = chosen(field.value); });
}

// A whole day as the viewer's clock has it; the day before and after go from the one that is shown.
for (const button of form.querySelectorAll("[data-day]")) {
  button.addEventListener("click", () => {
    const step = Number(button.dataset.day);
    const day = step !== 0 && from.value ? new Date(from.value) : new Date();
    const start = new Date(day.getFullYear(), day.getMonth(), day.getDate() + step);
    const end = new Date(start.getFullYear(), start.getMonth(), start.getDate() + 1);
    [form.elements.from.value, form.elements.to.value] = [start.toISOString(), end.toISOString()];
    form.requestSubmit();
  });
}

const verify = document.getElementById("verify");
const verified = document.getElementById("verified");

function show(title, lines, facts, note) {
  verified.querySelector("h2").textContent = title;
  verified.querySelector("ul").replaceChildren(...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
  verified.querySelector("dl").replaceChildren(...facts.flatMap(([name, words]) => [
    Object.assign(document.createElement("dt"), { textContent: name }), Object.assign(document.createElement("dd"), { textContent: words, className: "code" }),
  ]));
  verified.querySelector("pre").textContent = note;
  verified.querySelector("details").hidden = note === "";
  verified.hidden = false;
}

verify.addEventListener("click", async () => {
  verify.disabled = true;
  try {
    const { isIntact, verdict, checkpoint, keyFingerprints } = await call("POST", "/api/v1/consultations/verify", {});
    const wrong = verdict.checkpoints.filter((one) => one.problem);
    const lines = [
      ...verdict.faults.map((fault) => (fault.sequence === undefined ? fault.cause : `#${fault.sequence}: ${fault.cause}`)),
      ...wrong.map((one) => `${say("checkpointOf", { size: one.size })}: ${one.problem}`),
      say("checkpointsHold", { count: verdict.checkpoints.length - wrong.length }),
    ];
    const facts = [[say("rootHash"), verdict.root], ...keyFingerprints.map((key) => [say("signingKey"), key])];
    show(isIntact ? say("logHolds", { count: verdict.count }) : say("logBroken", { count: verdict.count }), lines, facts, checkpoint);
    verified.className = `panel notice ${isIntact ? "good" : "bad"}`;
  } catch (problem) {
    show(say("notVerified"), [problem.message], [], "");
    verified.className = "panel notice bad";
  }
  verify.disabled = false;
});
