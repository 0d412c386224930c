// Keeps the score beside the form in step with what is typed. Without it, a button asks for the score.
"use strict";

const PAUSE = 700;

const form = document.getElementById("edit");
const panel = document.querySelector(".score-panel");
const score = document.getElementById("score");
const said = document.getElementById("score-said");
let timer = 0;
let asked = null;
let unsaved = document.getElementById("summary") !== null;

async function refresh() {
  asked?.abort();
  asked = new AbortController();
  panel.classList.add("working-on");
  try {
    const answer = await fetch(form.dataset.score, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      signal: asked.signal,
    });
    if (answer.ok && !answer.redirected) {
      show(await answer.text());
    }
    panel.classList.remove("working-on");
  } catch (error) {
    // A later question has taken the place of this one, or the network is away: the button is still there.
    if (error.name !== "AbortError") {
      panel.classList.remove("working-on");
    }
  }
}

function show(html) {
  const open = score.querySelector("details")?.open;
  const page = new DOMParser().parseFromString(html, "text/html");
  score.replaceChildren(...page.body.childNodes);
  const lines = score.querySelector("details");
  if (lines && open) {
    lines.open = true;
  }
  const words = score.querySelector("[data-said]").dataset.said;
  if (said.textContent !== words) {
    said.textContent = words;
  }
}

function changed() {
  unsaved = true;
  clearTimeout(timer);
  timer = setTimeout(refresh, PAUSE);
}

form.addEventListener("input", changed);
form.addEventListener("change", changed);
form.addEventListener("submit", () => {
  unsaved = false;
});
document.getElementById("score-button").hidden = true;

// Leaving with something typed asks first.
addEventListener("beforeunload", (event) => {
  if (unsaved) {
    event.preventDefault();
  }
});

document.getElementById("summary")?.focus();
