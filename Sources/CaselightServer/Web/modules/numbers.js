// The numbers: completeness is read after the page is there; a choice is asked for at once.
import { refresh } from "./fragments.js";

const completeness = document.getElementById("completeness");
if (completeness) refresh(completeness);

const form = document.querySelector("form.filter");
form.querySelector("select")?.addEventListener("change", () => form.requestSubmit());
document.getElementById("print").addEventListener("click", () => print());
