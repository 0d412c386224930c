// Comforts on top of pages that work without it: copy buttons, and reloading while a submission is checked.
"use strict";

const COPIED_FOR = 2000;

function addCopyButton(source) {
  const { copy, copied } = document.body.dataset;
  const words = source.innerText.trim();
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = copy;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(words);
    button.textContent = copied;
    setTimeout(() => {
      button.textContent = copy;
    }, COPIED_FOR);
  });
  source.after(button);
}

// A hidden page waits, so that a forgotten tab asks nothing of the portal.
function reloadAfter(seconds) {
  setTimeout(() => {
    if (document.visibilityState === "visible") {
      location.reload();
    } else {
      document.addEventListener("visibilitychange", () => location.reload(), { once: true });
    }
  }, seconds * 1000);
}

// The clipboard exists on secure origins only; without it a button would do nothing.
if (navigator.clipboard) {
  document.querySelectorAll("[data-copy]:not(body)").forEach(addCopyButton);
}

const waiting = document.querySelector("[data-reload]");
if (waiting) {
  reloadAfter(Number(waiting.dataset.reload));
}
