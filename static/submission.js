// Comforts on a submission's page, which works without them: progress in place, boxes that follow each other.
"use strict";

const EVERY = 2000;

// The page itself is asked, so that its words are written in one place only. A hidden page asks nothing.
async function follow() {
  if (document.visibilityState === "visible") {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.ok && !page.querySelector("[data-submission]")) {
        location.reload();
        return;
      }
      page.querySelectorAll("[data-part]").forEach(replacePart);
    } catch {
      // The portal may be starting again; the next look will tell.
    }
  }
  setTimeout(follow, EVERY);
}

// Only what is new is replaced: a screen reader would read all of it again.
function replacePart(fresh) {
  const old = document.querySelector(`[data-part="${fresh.dataset.part}"]`);
  if (old && old.innerHTML !== fresh.innerHTML) {
    old.replaceChildren(...fresh.childNodes);
  }
}

// A box's value is its path: table, rule, column, word.
function under(boxes, path) {
  return boxes.filter((box) => box.value.startsWith(`${path}.`));
}

function showMixed(boxes, column) {
  const words = under(boxes, column.value);
  const ticked = words.filter((word) => word.checked).length;
  column.indeterminate = words.length > 0 && ticked > 0 && ticked < words.length;
}

function bindBoxes(form) {
  const boxes = [...document.querySelectorAll('input[name="apply"]')];
  const columns = boxes.filter((box) => box.value.split(".").length === 3);
  const hint = form.querySelector("[data-changed]");

  function changed() {
    columns.forEach((column) => showMixed(boxes, column));
    hint.textContent = hint.dataset.changed;
    hint.classList.add("moved");
  }

  boxes.forEach((box) =>
    box.addEventListener("change", () => {
      under(boxes, box.value).forEach((word) => {
        word.checked = box.checked;
      });
      changed();
    }),
  );
  document.querySelectorAll("[data-all] button").forEach((button) =>
    button.addEventListener("click", (event) => {
      event.preventDefault();
      under(boxes, button.value).forEach((box) => {
        box.checked = button.name === "on";
      });
      changed();
    }),
  );
  columns.forEach((column) => showMixed(boxes, column));
  const exact = document.createElement("input");
  Object.assign(exact, { type: "hidden", name: "exact", value: "1" });
  form.append(exact);
}

const form = document.getElementById("decision");
if (form) {
  bindBoxes(form);
}
if (document.querySelector("[data-submission]")) {
  setTimeout(follow, EVERY);
}
