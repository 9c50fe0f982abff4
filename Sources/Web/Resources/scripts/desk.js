// Keyboard for the desk. Every page works without it.
const isTyping = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

const rows = () => [...document.querySelectorAll("[data-rows] > * , [data-rows] tbody > tr")].filter(
  (row) => row.querySelector("a[data-open], summary, a")
);

function step(by) {
  const all = rows();
  if (all.length === 0) return;
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.max(0, Math.min(all.length - 1, at === -1 ? (by > 0 ? 0 : all.length - 1) : at + by))];
  (next.querySelector("a[data-open]") ?? next.querySelector("a, summary")).focus();
  next.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  const find = document.querySelector("[data-find]");
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && find) {
    event.preventDefault();
    find.select();
    return;
  }
  if (event.key === "Escape" && event.target instanceof Element && isTyping(event.target)) {
    event.target.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const act = {
    "/": () => find?.select(),
    j: () => step(1),
    k: () => step(-1),
    e: () => document.querySelector("[data-edit]")?.click(),
    "?": () => document.querySelector("dialog[data-help]")?.showModal(),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// An open menu closes when one clicks or tabs elsewhere.
for (const kind of ["click", "focusin"]) {
  document.addEventListener(kind, (event) => {
    for (const menu of document.querySelectorAll("details.me[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
}

// An id is copied by a click on it.
document.addEventListener("click", async (event) => {
  const id = event.target.closest?.("[data-copy]");
  if (!id || !navigator.clipboard) return;
  await navigator.clipboard.writeText(id.dataset.copy);
  const said = document.querySelector("[data-said]");
  if (said) said.textContent = id.dataset.copied;
});
