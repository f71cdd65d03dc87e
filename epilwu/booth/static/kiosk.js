"use strict";

// Asks which screen is shown and loads it when it is another one; sends what a finger touched without leaving a trace in
// the browser's history; stops what would lead out of the page. No choice is ever kept or looked at in this file.
(function () {
  var shown = document.body.dataset.screen;
  var sending = false;

  function look() {
    fetch("/keadaan", { cache: "no-store" })
      .then(function (answer) { return answer.json(); })
      .then(function (answer) {
        if (answer.layar !== shown && !sending) {
          window.location.replace("/");
        } else {
          window.setTimeout(look, 300);
        }
      })
      .catch(function () { window.setTimeout(look, 1000); });
  }

  // A touch travels by fetch, and the next screen replaces this one: the history never grows.
  function send(form, button) {
    var body = new URLSearchParams(new FormData(form));
    if (button && button.name) {
      body.append(button.name, button.value);
    }
    sending = true;
    document.body.classList.add("sent");
    fetch("/", { method: "POST", body: body, redirect: "manual", cache: "no-store" })
      .then(function () { window.location.replace("/"); })
      .catch(function () {
        sending = false;
        document.body.classList.remove("sent");
      });
  }

  document.addEventListener("submit", function (event) {
    if (event.defaultPrevented || event.target.method !== "post") {
      return;
    }
    event.preventDefault();
    if (!sending) {
      send(event.target, event.submitter);
    }
  });

  document.querySelectorAll("a[data-replace]").forEach(function (link) {
    link.addEventListener("click", function (event) {
      event.preventDefault();
      window.location.replace(link.href);
    });
  });

  document.querySelectorAll("[data-keys]").forEach(function (keys) {
    var field = document.getElementById(keys.dataset.keys);
    keys.hidden = false;
    keys.addEventListener("click", function (event) {
      var key = event.target.dataset.key;
      if (key === "") {
        field.value = field.value.slice(0, -1);
      } else if (key !== undefined) {
        field.value += key;
      }
    });
  });

  ["contextmenu", "selectstart", "dragstart", "dblclick", "gesturestart", "auxclick"].forEach(function (name) {
    document.addEventListener(name, function (event) { event.preventDefault(); });
  });
  document.addEventListener("wheel", function (event) { event.preventDefault(); }, { passive: false });
  document.addEventListener("touchmove", function (event) {
    if (event.cancelable) {
      event.preventDefault();
    }
  }, { passive: false });
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.altKey || event.metaKey || /^(F[0-9]+|Escape|Browser.*|ContextMenu)$/.test(event.code)) {
      event.preventDefault();
    }
  });
  window.setTimeout(look, Number(document.body.dataset.wait || 300));
})();
