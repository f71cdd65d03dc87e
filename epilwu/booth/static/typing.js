"use strict";

// The card's code by touch. It stands in this page alone, grouped as on the card, travels in the body of one request,
// and is gone with the page. Nothing here knows whether a code is good.
(function () {
  var typing = document.getElementById("typing");
  var code = document.getElementById("typing-code");
  var short = document.getElementById("typing-short");
  var caseKey = document.getElementById("key-case");
  var send = document.getElementById("typing-send");
  var groups = typing.dataset.groups.split(",").map(Number);
  var total = groups.reduce(function (sum, size) { return sum + size; }, 0);
  var typed = typing.dataset.typed;
  var capitals = true;
  var stirred = Date.now();

  delete typing.dataset.typed;

  function show() {
    var at = 0;
    code.replaceChildren.apply(code, groups.map(function (size) {
      var group = document.createElement("span");
      group.className = "typing-group";
      for (var i = 0; i < size; i += 1, at += 1) {
        var cell = document.createElement("b");
        cell.textContent = at < typed.length ? typed[at] : "_";
        cell.className = at === typed.length ? "typing-next" : "";
        group.append(cell);
      }
      return group;
    }));
    document.getElementById("typing-count").textContent =
      typing.dataset.count.replace("{count}", typed.length).replace("{total}", total);
    short.textContent = "";
  }

  // Time is told that somebody is here; what was typed, it is not.
  function stir() {
    if (Date.now() - stirred > 10000) {
      stirred = Date.now();
      fetch("/", {
        method: "POST",
        body: new URLSearchParams({ act: "di-sini", turn: send.elements.turn.value }),
        redirect: "manual",
        cache: "no-store"
      }).catch(function () {});
    }
  }

  typing.addEventListener("click", function (event) {
    var key = event.target.closest(".key");
    if (!key) {
      return;
    }
    if (key.dataset.sign && typed.length < total) {
      typed += key.dataset.sign;
    } else if (key.id === "key-delete") {
      typed = typed.slice(0, -1);
    } else if (key === caseKey) {
      capitals = !capitals;
      typing.querySelectorAll(".key--capital").forEach(function (one) { one.hidden = !capitals; });
      typing.querySelectorAll(".key--small").forEach(function (one) { one.hidden = capitals; });
      document.getElementById("key-gap").hidden = !capitals;
      key.textContent = capitals ? key.dataset.small : key.dataset.capitals;
      key.setAttribute("aria-label", capitals ? key.dataset.smallLabel : key.dataset.capitalsLabel);
    }
    show();
    stir();
  });

  send.addEventListener("submit", function (event) {
    if (typed.length < total) {
      event.preventDefault();
      short.textContent = typing.dataset.short.replace("{missing}", total - typed.length);
      return;
    }
    send.addEventListener("formdata", function (form) { form.formData.set("kode", typed); }, { once: true });
  });

  window.addEventListener("pagehide", function () {
    typed = "";
    code.replaceChildren();
  });
  show();
})();
