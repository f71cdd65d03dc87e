"use strict";

// The numeric keypad: a key sends the form that the page holds for it. A key that the page has no form for is answered
// by the voice. Whatever else a keyboard could do to a browser is stopped here; Tab, Space and Enter stay, because
// switches for people who cannot press a key speak in these.
(function () {
  var BURST = 60;      // ms: nobody presses two keys in less; a scanner that types does
  var QUIET = 200;     // ms without a key after which a burst is over
  var SETTLE = 700;    // ms in which a new screen takes no answer: a key pressed twice must not answer the next question
  var LEFT_ALONE = ["Tab", "Space", "Enter", "ShiftLeft", "ShiftRight"];
  var loaded = Date.now();
  var waiting = null;
  var burstUntil = 0;

  function meaning(code) {
    if (/^Numpad[0-9]$/.test(code)) {
      return code.slice(-1);
    }
    return { NumpadEnter: "enter", Backspace: "back", NumpadDecimal: "back" }[code];
  }

  function form(key) {
    return document.querySelector('[data-pad="' + key + '"]') || document.querySelector('[data-pad="any"]');
  }

  function press(key) {
    var found = form(key);
    if (document.body.classList.contains("sent") || ((key === "enter" || key === "back") && Date.now() - loaded < SETTLE)) {
      return;
    }
    if (found) {
      found.requestSubmit();
    } else {
      document.dispatchEvent(new Event("keypad-unused"));
    }
  }

  function isTyping(event) {
    return event.target instanceof HTMLInputElement && !event.ctrlKey && !event.altKey && !event.metaKey;
  }

  document.addEventListener("keydown", function (event) {
    var key = meaning(event.code);
    var now = Date.now();
    if (isTyping(event) && !/^F[0-9]+$/.test(event.code)) {
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey || LEFT_ALONE.indexOf(event.code) < 0) {
      event.preventDefault();
    }
    if (event.repeat || event.code === "NumLock") {
      return;  // some keypads send NumLock around each key of theirs
    }
    if (waiting !== null || now < burstUntil) {
      window.clearTimeout(waiting);
      waiting = null;
      burstUntil = now + QUIET;
      return;
    }
    waiting = window.setTimeout(function () {
      waiting = null;
      if (key !== undefined && !event.ctrlKey && !event.altKey && !event.metaKey) {
        press(key);
      }
    }, BURST);
  });
})();
