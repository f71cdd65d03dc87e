"use strict";

// Speaks the screen. All recordings that the page names are asked for in one order, whichever are to be heard, so that
// no request tells a choice; they live in this page's memory and go with it.
(function () {
  var player = document.getElementById("voice");
  if (!player) {
    return;
  }
  var recordings = {};
  var turn = 0;  // of playing: a newer one silences the older

  function words(list) {
    return list.split(" ").filter(function (word) { return word; });
  }

  function get(name) {
    return fetch("/suara/" + name, { cache: "no-store" })
      .then(function (answer) {
        if (!answer.ok) {
          throw new Error(name);
        }
        return answer.blob();
      })
      .then(function (recording) { return URL.createObjectURL(recording); });
  }

  // Ends when the recording has been heard, or cannot be; what follows is worth hearing all the same.
  function play(name, mine) {
    return recordings[name].then(function (address) {
      return new Promise(function (resolve) {
        if (mine !== turn) {
          return;
        }
        player.onended = resolve;
        player.onerror = resolve;
        player.dataset.clip = name;
        player.src = address;
        player.play().catch(function (error) {
          if (error.name === "NotAllowedError") {
            document.body.dataset.voice = "blocked";  // the browser was started without leave to play
          }
          resolve();
        });
      });
    }).catch(function () { document.body.dataset.voice = "missing"; });
  }

  function playAll(names) {
    var mine = ++turn;
    names.reduce(function (before, name) {
      return before.then(function () { return play(name, mine); });
    }, Promise.resolve()).then(function () {
      if (mine === turn) {
        document.body.dataset.voice = document.body.dataset.voice || "said";
      }
    });
  }

  // One after another: the booth has other things to answer meanwhile.
  words(player.dataset.fetches).reduce(function (before, name) {
    recordings[name] = before.then(function () { return get(name); });
    return recordings[name].catch(function () {});
  }, Promise.resolve());
  playAll(words(player.dataset.plays));

  document.addEventListener("keypad-unused", function () {
    var refusal = words(player.dataset.fetches).pop();
    playAll([refusal].concat(words(player.dataset.plays)));
  });
})();
