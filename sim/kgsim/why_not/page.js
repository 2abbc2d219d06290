"use strict";
const answers = JSON.parse(document.getElementById("answers").textContent);
const tabs = [...document.querySelectorAll("[role=tab]")];

function select(chosen, focus) {
  for (const tab of tabs) {
    const on = tab === chosen;
    tab.setAttribute("aria-selected", on);
    tab.tabIndex = on ? 0 : -1;
    document.getElementById(tab.getAttribute("aria-controls")).hidden = !on;
  }
  if (focus) chosen.focus();
}

for (const [place, tab] of tabs.entries()) {
  tab.addEventListener("click", () => select(tab, false));
  tab.addEventListener("keydown", (event) => {
    const last = tabs.length - 1;
    const next = { ArrowRight: place === last ? 0 : place + 1, ArrowLeft: place === 0 ? last : place - 1, Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    select(tabs[next], true);
  });
}
document.querySelector("[role=tablist]").hidden = tabs.length === 0;
if (tabs.length) select(tabs[0], false);

for (const panel of document.querySelectorAll("[role=tabpanel]")) {
  const choice = panel.querySelector("select");
  const equilibria = [...panel.querySelectorAll(".equilibrium")];
  const show = () => equilibria.forEach((each, place) => { each.hidden = place !== Number(choice ? choice.value : 0); });
  if (choice) choice.addEventListener("change", show);
  show();
}

// Texts are the scenario's: they are set as text and never as markup.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-answer]");
  if (!button) return;
  const equilibrium = button.closest(".equilibrium");
  for (const each of equilibrium.querySelectorAll("[data-answer]")) each.setAttribute("aria-pressed", each === button);
  const lines = answers[Number(button.dataset.answer)].lines.map((line) => {
    const told = document.createElement("p");
    told.textContent = line;
    return told;
  });
  equilibrium.querySelector(".answer").replaceChildren(...lines);
});
