// Rows of a list are picked; the export then says how many it takes. Without this, the boxes work all the same.
const button = document.querySelector("[data-export]");
const boxes = [...document.querySelectorAll("input[type=checkbox][name=id]")];
const all = document.querySelector("[data-pick-all]");

if (button && all && boxes.length > 0) {
  const label = button.querySelector("span");
  const whole = label.textContent;

  function show() {
    const picked = boxes.filter((box) => box.checked).length;
    label.textContent = picked === 0 ? whole : button.dataset.export.replace("{n}", picked);
    all.checked = picked === boxes.length;
    all.indeterminate = picked > 0 && picked < boxes.length;
    for (const box of boxes) box.closest("tr").classList.toggle("picked", box.checked);
  }

  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    show();
  });
  for (const box of boxes) box.addEventListener("change", show);
  // A page that the browser kept comes back with its boxes ticked.
  window.addEventListener("pageshow", show);
  show();
}
