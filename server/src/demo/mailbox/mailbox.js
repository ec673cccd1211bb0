
"use strict";
const list = document.getElementById("mails");
let shown = list.innerHTML;
setInterval(async () => {
  if (document.hidden) return;
  try {
    const answer = await fetch("/mails");
    const fresh = await answer.text();
    // Replaced only when something came, so that nothing moves under a finger.
    if (answer.ok && fresh !== shown) {
      list.innerHTML = fresh;
      shown = fresh;
    }
  } catch { /* The demo was stopped; the next answer will come when it runs again. */ }
}, 2000);
