// The command palette: what this page offers, by name, and the search. It asks the server nothing while one types, since
// every search of a person is put on record as one.
const palette = document.querySelector("dialog[data-palette]");
const input = palette?.querySelector("input");
const list = palette?.querySelector("[role=listbox]");
let offered = [];
let current = 0;

const folded = (text) => text.normalize("NFKC").toLowerCase().trim();

const nameOf = (element) => (element.dataset.command || element.textContent).replace(/\s+/g, " ").trim();

// What is about this page comes first. Hidden menus are offered too: the palette is the shorter way to them.
function commands() {
  const seen = new Set();
  return ["main [data-command]", "[data-command]"]
    .flatMap((place) => [...document.querySelectorAll(place)])
    .map((element) => ({ name: nameOf(element), run: () => run(element) }))
    .filter(({ name }) => !seen.has(name) && seen.add(name));
}

function run(element) {
  if (element.matches("summary")) element.parentElement.open = true;
  if (element.matches("summary")) element.focus();
  else element.click();
}

function search(text) {
  return { name: list.dataset.search.replace("{text}", text), run: () => input.form.submit() };
}

function show() {
  const text = input.value.trim();
  const words = folded(text).split(/\s+/).filter(Boolean);
  const found = commands().filter(({ name }) => words.every((word) => folded(name).includes(word)));
  offered = text === "" ? found : [...found, search(text)];
  list.replaceChildren(
    ...offered.map(({ name }, place) => {
      const option = document.createElement("li");
      option.id = `palette-${place}`;
      option.role = "option";
      option.textContent = name;
      option.addEventListener("click", () => choose(place));
      return option;
    }),
  );
  mark(0);
}

function mark(place) {
  current = Math.max(0, Math.min(offered.length - 1, place));
  [...list.children].forEach((option, at) => {
    option.setAttribute("aria-selected", at === current);
    if (at === current) option.scrollIntoView({ block: "nearest" });
  });
  input.setAttribute("aria-activedescendant", `palette-${current}`);
}

function choose(place) {
  const command = offered[place];
  palette.close();
  command?.run();
}

if (palette) {
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (palette.open) return palette.close();
    if (document.querySelector("dialog[open]")) return;
    input.value = "";
    palette.showModal();
    show();
  });
  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const act = {
      ArrowDown: () => mark(current + 1),
      ArrowUp: () => mark(current - 1),
      Enter: () => choose(current),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  palette.addEventListener("click", (event) => {
    if (event.target === palette) palette.close();
  });
}
