// A file for an import is dropped or chosen, and sent as it is; what is going on then is shown as it goes. Without this, rows are
// pasted, and the page of an import is loaded again.
const form = document.querySelector("form[data-import]");

if (form) {
  const place = form.querySelector("[data-drop]");
  const drop = place.querySelector(".drop");
  const input = place.querySelector("input[type=file]");
  const said = place.querySelector("[data-drop-said]");
  const sending = place.querySelector("[data-sending]");
  const errors = document.querySelector("[data-import-error]");
  const button = form.querySelector("button.primary");

  place.hidden = false;

  input.addEventListener("change", () => {
    if (input.files.length > 0) said.textContent = input.files[0].name;
  });
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length === 0) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change"));
  });
  // A file that is let go beside the place must not be opened instead of this page.
  for (const kind of ["dragover", "drop"]) window.addEventListener(kind, (event) => event.preventDefault());

  function refuse(text) {
    const notice = document.createElement("p");
    notice.className = "notice tone-overdue";
    notice.setAttribute("role", "alert");
    notice.textContent = text;
    errors.replaceChildren(notice);
    notice.scrollIntoView({ block: "nearest" });
    sending.hidden = true;
    button.disabled = false;
  }

  form.addEventListener("submit", (event) => {
    const file = input.files[0];
    if (!file) return;
    event.preventDefault();
    errors.replaceChildren();
    button.disabled = true;
    sending.hidden = false;
    const fields = new URLSearchParams();
    for (const name of ["object", "operation", "encoding", "delimiter"]) {
      fields.set(name, new FormData(form).get(name) ?? "");
    }
    const request = new XMLHttpRequest();
    request.open("POST", `/import/file?${fields}`);
    request.setRequestHeader("X-Form-Token", form.elements.token.value);
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      sending.querySelector("progress").value = total > 0 ? (loaded * 100) / total : 0;
    });
    request.addEventListener("load", () => {
      const next = request.getResponseHeader("Location");
      if (request.status === 201 && next) location.assign(next);
      else if (request.getResponseHeader("Content-Type")?.startsWith("text/plain")) refuse(request.responseText);
      else location.reload();
    });
    request.addEventListener("error", () => refuse(form.dataset.broken));
    request.send(file);
  });
}

// The state of a run, until it has ended.
async function look() {
  const live = document.querySelector("[data-live=running]");
  if (!live) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.ok && !answer.redirected) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = page.querySelector("[data-live]");
      // Who is about to press the button keeps it.
      if (now && !(live.contains(document.activeElement) && now.dataset.live === "running")) live.replaceWith(now);
      else if (now) live.querySelector(".run").replaceWith(now.querySelector(".run"));
    }
  } catch {
    // The server is away for a moment: the next look may find it.
  }
  setTimeout(look, 1000);
}

if (document.querySelector("[data-live=running]")) setTimeout(look, 1000);
