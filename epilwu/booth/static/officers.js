"use strict";

// The numeric keypad of officers' screens, one sending per form, and the way back when nobody touches the screen.
// A PIN passes through here from the keys to its field, and nowhere else.
(function () {
  document.querySelectorAll("[data-keypad]").forEach(function (pad) {
    var field = document.getElementById(pad.dataset.keypad);
    pad.hidden = false;
    pad.addEventListener("click", function (event) {
      var key = event.target.dataset.key;
      if (key === "hapus") {
        field.value = field.value.slice(0, -1);
      } else if (key !== undefined && field.value.length < field.maxLength) {
        field.value += key;
      }
    });
  });

  document.querySelectorAll("form").forEach(function (form) {
    var sent = false;
    form.addEventListener("submit", function (event) {
      if (sent) {
        event.preventDefault();
      }
      sent = true;
      form.classList.add("sent");
    });
  });

  document.querySelectorAll("[data-play]").forEach(function (button) {
    button.addEventListener("click", function () {
      var sound = document.getElementById(button.dataset.play);
      sound.currentTime = 0;
      sound.play();
    });
  });

  var idle = Number(document.body.dataset.idle || 0);
  var timer;
  function wait() {
    window.clearTimeout(timer);
    if (idle > 0) {
      timer = window.setTimeout(function () { window.location.replace(document.body.dataset.home); }, idle * 1000);
    }
  }
  ["pointerdown", "keydown"].forEach(function (name) { document.addEventListener(name, wait); });
  document.addEventListener("contextmenu", function (event) { event.preventDefault(); });
  wait();
})();
