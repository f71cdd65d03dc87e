"use strict";

// A scanner that types like a keyboard: keys that follow one another faster than any hand, ended by Enter, are a card.
// What was typed is kept in this closure alone until it is sent in a request's body; nothing is written into the page.
// Single keys are left to people and to keypad.js, which in its turn ignores what comes this fast.
(function () {
  var GAP = 60;     // ms between two keys of one scan at most; keypad.js calls the same a burst
  var LEAST = 8;    // characters; fewer are no code of ours
  var MOST = 512;
  var typed = "";
  var last = -Infinity;

  function send(text) {
    var turn = document.querySelector('input[name="turn"]');
    if (turn) {
      fetch("/kartu", { method: "POST", body: new URLSearchParams({ kartu: text, turn: turn.value }) }).catch(function () {});
    }
  }

  document.addEventListener("keydown", function (event) {
    if (event.repeat || event.target instanceof HTMLInputElement) {
      return;
    }
    var fast = event.timeStamp - last < GAP;
    last = event.timeStamp;
    if (fast) {
      event.preventDefault(); // Space and Enter of a scan must press no button
    }
    if (event.ctrlKey || event.altKey || event.metaKey) {
      typed = "";
    } else if (event.key.length === 1) {
      typed = fast && typed.length <= MOST ? typed + event.key : event.key;
    } else if (event.key === "Enter") {
      if (fast && typed.length >= LEAST) {
        send(typed);
      }
      typed = "";
    } else if (event.key !== "Shift") {
      typed = "";
    }
  }, true);
})();
