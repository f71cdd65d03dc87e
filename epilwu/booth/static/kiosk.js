"use strict";

// Asks which screen is shown and loads it when it is another one; shows what a finger touched; nothing else.
// No choice ever passes through this file.
(function () {
  var shown = document.body.dataset.screen;

  function look() {
    fetch("/keadaan", { cache: "no-store" })
      .then(function (answer) { return answer.json(); })
      .then(function (answer) {
        if (answer.layar !== shown) {
          window.location.replace("/");
        } else {
          window.setTimeout(look, 300);
        }
      })
      .catch(function () { window.setTimeout(look, 1000); });
  }

  document.querySelectorAll("form").forEach(function (form) {
    var sent = false;
    form.addEventListener("submit", function (event) {
      if (sent) {
        event.preventDefault();
      } else {
        sent = true;
        document.body.classList.add("sent");
      }
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

  document.addEventListener("contextmenu", function (event) { event.preventDefault(); });
  window.setTimeout(look, 300);
})();
