// Keyboard for the desk. Every page works without it.
const isTyping = (element) => element.closest("input:not([type=checkbox], [type=radio]), textarea, select, dialog") !== null;

const rows = () => [...document.querySelectorAll("[data-rows] > *")].filter((row) => row.querySelector("a, summary"));

const currentRow = () => rows().find((row) => row.contains(document.activeElement));

function step(by) {
  const all = rows();
  if (all.length === 0) return;
  const at = all.indexOf(currentRow());
  const next = all[Math.max(0, Math.min(all.length - 1, at === -1 ? (by > 0 ? 0 : all.length - 1) : at + by))];
  (next.querySelector("a[data-open]") ?? next.querySelector("a, summary")).focus();
  next.scrollIntoView({ block: "nearest" });
}

// The row in hand where it can be edited, else what the page is there to change.
function edit() {
  const place = currentRow()?.dataset.editAt;
  if (place) return location.assign(place);
  const target = document.querySelector("[data-edit]");
  if (target?.matches("input, textarea, select")) target.focus();
  else target?.click();
}

document.addEventListener("keydown", (event) => {
  if (!(event.target instanceof Element)) return;
  if (event.key === "Escape" && isTyping(event.target)) {
    if (!event.target.closest("dialog")) event.target.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
  const act = {
    "/": () => document.querySelector("[data-find]")?.select(),
    j: () => step(1),
    k: () => step(-1),
    x: () => currentRow()?.querySelector("input[type=checkbox]")?.click(),
    e: edit,
    "?": () => document.querySelector("dialog[data-help]")?.showModal(),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// An open menu closes when one clicks or tabs elsewhere, and at Escape.
const menus = "details:is(.me, .choose)[open]";
for (const kind of ["click", "focusin"]) {
  document.addEventListener(kind, (event) => {
    for (const menu of document.querySelectorAll(menus)) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
}
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll(menus)) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// An id is copied by a click on it.
document.addEventListener("click", async (event) => {
  const id = event.target.closest?.("[data-copy]");
  if (!id || !navigator.clipboard) return;
  await navigator.clipboard.writeText(id.dataset.copy);
  const said = document.querySelector("[data-said]");
  if (said) said.textContent = id.dataset.copied;
});
