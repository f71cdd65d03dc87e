"use strict";

// Loads a waiting page again when work or sticks have changed, and keeps a form from being sent twice. Everything works
// without this file (pages then load themselves again by the clock). No opening code passes through it.
(function () {
  var mark = document.body.dataset.mark;

  function look() {
    fetch("/keadaan", { cache: "no-store", credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.json() : Promise.reject(answer.status); })
      .then(function (answer) {
        if (answer.tanda !== mark) {
          window.location.reload();
        } else {
          window.setTimeout(look, 500);
        }
      })
      .catch(function () { window.setTimeout(look, 2000); });
  }

  document.querySelectorAll("form").forEach(function (form) {
    var sent = false;
    form.addEventListener("submit", function (event) {
      if (sent) {
        event.preventDefault();
      }
      sent = true;
    });
    window.addEventListener("pageshow", function () { sent = false; });
  });

  if (mark !== undefined) {
    window.setTimeout(look, 500);
  }
})();
