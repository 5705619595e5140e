// Who is told of new incidents: added, tried and removed; and what did not arrive, sent again.
import { call, tell } from "./api.js";
import { refresh } from "./fragments.js";
import { say } from "./strings.js";

const notice = document.getElementById("problem");
const list = document.getElementById("deliveries");

async function attempt(act) {
  tell("", notice);
  try {
    await act();
  } catch (problem) {
    tell(problem.message, notice);
  }
}

const recipient = (name) => `/api/v1/recipients/${encodeURIComponent(name)}`;
const listed = (text) => text.split(/[,，]/).map((part) => part.trim()).filter(Boolean);

document.getElementById("recipient").addEventListener("submit", (event) => {
  event.preventDefault();
  const { name, role, categories, grids, url, secret } = event.target.elements;
  const fields = { role: role.value, categories: listed(categories.value), grids: listed(grids.value), url: url.value };
  if (secret.value) fields.secret = secret.value;
  attempt(async () => {
    const made = await call("PUT", recipient(name.value), fields);
    if (!made.secret) return location.reload();
    // Shown once: nobody can read it again.
    tell(say("secretMade", { name: made.name, secret: made.secret }), document.getElementById("made"));
    event.target.reset();
  });
});

document.getElementById("recipients").addEventListener("click", ({ target }) => {
  const [act, row] = [target.closest("[data-act]")?.dataset.act, target.closest("tr")];
  const name = row?.dataset.recipient;
  if (act === "test") attempt(async () => {
    const said = row.querySelector(".said");
    tell(say("testing"), said);
    const { failure } = await call("POST", `${recipient(name)}/test`);
    tell(failure ? say("testFailed", { reason: failure }) : say("testArrived"), said);
  });
  if (act === "pause" || act === "resume") attempt(async () => {
    await call("PUT", recipient(name), { isEnabled: act === "resume" });
    location.reload();
  });
  if (act === "remove" && confirm(say("removeRecipient", { name }))) attempt(async () => {
    await call("DELETE", recipient(name));
    location.reload();
  });
});

const resend = (row) => call("POST", `/api/v1/deliveries/${row.dataset.delivery}/resend`);
list.addEventListener("click", ({ target }) => {
  if (target.closest("[data-act=resend]")) attempt(() => resend(target.closest("tr")).then(() => refresh(list)));
  if (target.id === "resend-all") attempt(async () => {
    // The oldest first: so they are told of in their order.
    const rows = [...list.querySelectorAll("[data-act=resend]")].map((button) => button.closest("tr")).reverse();
    const problems = [];
    // One that cannot be sent must not keep back the others.
    for (const row of rows) await resend(row).catch((problem) => problems.push(problem));
    await refresh(list);
    if (problems.length) throw problems[0];
  });
});

setInterval(() => refresh(list), 5000);
