// Sends what the camera sees to this laptop's own server, one frame at a time, and says what it answers.
"use strict";

(() => {
  const camera = document.getElementById("camera");
  const video = document.getElementById("camera-video");
  const told = document.getElementById("camera-told");
  const word = document.getElementById("camera-word");
  const text = document.getElementById("camera-text");
  const bundle = document.getElementById("camera-bundle");
  const start = document.getElementById("camera-start");
  const unreadable = document.getElementById("camera-unreadable");
  const sure = document.getElementById("camera-sure");
  const canvas = document.createElement("canvas");
  const PAUSE = 150; // ms between frames
  let lastTold = "";
  let running = false;

  function say(css, title, sentence) {
    told.className = `class ${css}`;
    word.textContent = title;
    text.textContent = sentence;
  }

  function play(name) {
    const audio = document.getElementById(`sound-${name}`);
    if (audio) {
      audio.currentTime = 0;
      audio.play().catch(() => {}); // a browser that plays nothing still shows the word
    }
  }

  function show(answer) {
    if (answer.state === "none" || answer.state === "same") return;
    const seen = JSON.stringify(answer);
    if (answer.state !== "paper" && seen === lastTold) return;
    lastTold = seen;
    say(answer.css, `${answer.mark} ${answer.word}`, answer.text);
    play(answer.class);
    if (answer.state !== "paper") return;
    bundle.textContent = answer.full ? `${answer.bundle}. Hitung bundel ini dengan tangan.` : answer.bundle;
    bundle.classList.toggle("camera__bundle--full", answer.full);
  }

  async function ask(fields) {
    const form = new FormData();
    form.append(camera.dataset.field, camera.dataset.token);
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    const response = await fetch(camera.dataset.url, { method: "POST", body: form });
    if (!response.ok) throw new Error(String(response.status));
    show(await response.json());
  }

  function frame() {
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d").drawImage(video, 0, 0);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9));
  }

  async function look() {
    while (running) {
      try {
        if (video.videoWidth) {
          const blob = await frame();
          if (blob) await ask({ bingkai: blob });
        }
      } catch (error) {
        say("class--again", "↻ TERPUTUS", "Program di laptop ini tidak menjawab. Kertas yang sudah ditunjukkan tetap tercatat.");
        lastTold = "";
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  async function begin() {
    try {
      const wanted = { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } };
      const stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
      video.srcObject = stream;
      await video.play();
      stream.getVideoTracks()[0].addEventListener("ended", () => {
        running = false;
        start.disabled = false;
        say("class--again", "↻ KAMERA TERLEPAS", "Pasang lagi kameranya, lalu nyalakan.");
      });
      start.disabled = true;
      unreadable.disabled = false;
      sure.disabled = false;
      running = true;
      say("class--waiting", "SIAP", "Letakkan satu struk di depan kamera.");
      look();
    } catch (error) {
      say("class--again", "↻ KAMERA TIDAK ADA", "Kamera tidak ditemukan atau tidak diizinkan. Periksa, lalu nyalakan lagi.");
    }
  }

  function press(value) {
    lastTold = "";
    ask({ yakin: value }).catch(() => say("class--again", "↻ TERPUTUS", "Belum tercatat. Coba sekali lagi."));
  }

  start.addEventListener("click", begin);
  unreadable.addEventListener("click", () => press("tidak-terbaca"));
  sure.addEventListener("click", () => press("ya"));
})();
