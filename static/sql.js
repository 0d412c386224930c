// Comforts on the page for SQL, which works without them: Ctrl+Enter, names that are put in by a click, the price while typing.
"use strict";

(() => {
  const editor = document.getElementById("query");
  const price = document.getElementById("price");
  const PAUSE = 700;
  let timer = 0;
  let asked = null;

  editor.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      editor.form.requestSubmit(editor.form.querySelector("[data-run]"));
    }
  });

  document.querySelectorAll("[data-put]").forEach((each) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "put";
    button.append(...each.childNodes);
    button.addEventListener("click", () => {
      const [start, end] = [editor.selectionStart, editor.selectionEnd];
      editor.setRangeText(each.dataset.put, start, end, "end");
      editor.focus();
      editor.dispatchEvent(new Event("input"));
    });
    each.append(button);
  });

  editor.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(tell, PAUSE);
  });

  async function tell() {
    asked?.abort();
    const own = new AbortController();
    asked = own;
    const query = editor.value.trim();
    price.textContent = "";
    if (!query) {
      return;
    }
    try {
      const answer = await fetch("/api/v1/sql/explain", {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify({ query }),
        signal: own.signal,
      });
      const found = await answer.json();
      if (answer.ok) {
        price.textContent = price.dataset.words.replace("{rows}", found.rows.toLocaleString("en")).replace("{size}", (found.bytes / 1024).toLocaleString("en", { maximumFractionDigits: 1 }));
      } else {
        const problem = found.report?.problems?.[0];
        const place = problem?.row ? `${problem.row}:${problem.column ?? ""} ` : "";
        price.textContent = place + (found.messages?.[document.documentElement.lang] ?? found.detail ?? "");
      }
    } catch (error) {
      if (error.name !== "AbortError") {
        price.textContent = "";
      }
    }
  }
})();
