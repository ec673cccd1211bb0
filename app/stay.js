// Says two minutes before it that a session will end because nothing happens, and keeps it alive when asked to
// (WCAG 2.2, 2.2.1). Who puts the notice away with Escape is told once more, while there is time. The server has the last
// word: when the time is over the page is asked for anew, and so what it showed does not stay on a phone that somebody left.
const WARNINGS = [120, 60];

const dialog = document.getElementById("stay");
const form = dialog.querySelector("form");
const trouble = document.getElementById("stay-trouble");
const timers = [];

const arm = (seconds) => {
  timers.splice(0).forEach(clearTimeout);
  const after = (wait, act) => timers.push(setTimeout(act, Math.max(0, wait) * 1000));
  for (const left of WARNINGS) after(seconds - left, () => dialog.open || dialog.showModal());
  after(seconds, () => location.reload());
};

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  trouble.textContent = "";
  const body = new URLSearchParams(new FormData(form));
  try {
    const answer = await fetch(form.action, { method: "POST", headers: { accept: "application/json" }, body });
    const seconds = Number((await answer.json()).text);
    // Refused: it has ended meanwhile, here or in another tab.
    if (!(seconds > 0)) return location.reload();
    dialog.close();
    arm(seconds);
  } catch {
    trouble.textContent = trouble.dataset.text;
  }
});

const begin = () => arm(Number(dialog.dataset.seconds));
// Whoever sends a file begins the time anew, and it may be on its way for ten minutes: nothing may cut it off.
document.addEventListener("submit", ({ target }) => target.enctype === "multipart/form-data" && begin());
begin();
