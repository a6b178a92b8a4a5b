// Hearing the call: the player, and the line being spoken.

const byId = (id) => document.getElementById(id);
const lines = [...byId("lines").querySelectorAll("li")];
const starts = lines.map((line) => Number(line.dataset.s));
const ends = lines.map((line) => Number(line.dataset.e));
const callMs = Number(document.body.dataset.ms) || Math.max(1, ...ends);

const audio = byId("audio");
let playable = Boolean(audio);

// A line may last a moment longer than its words, so that the light does not flicker between two.
const AFTERGLOW_MS = 400;
const STEP_MS = 10_000;

/** 65000 as 1:05, with hours where there are some. */
const clock = (ms) => {
  const seconds = Math.floor(ms / 1000);
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
};

const seek = (ms) => {
  if (!playable) return;
  audio.currentTime = Math.min(Math.max(ms, 0), callMs) / 1000;
  audio.play().catch(() => {});
};

/** Index of the line spoken at this moment, or -1. */
const lineAt = (ms) => {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= ms) low = middle + 1;
    else high = middle;
  }
  return low > 0 && ms < ends[low - 1] + AFTERGLOW_MS ? low - 1 : -1;
};

let lit = null;
const light = (line) => {
  if (line === lit) return;
  if (lit) {
    lit.classList.remove("now");
    lit.removeAttribute("aria-current");
  }
  lit = line;
  if (!line) return;
  line.classList.add("now");
  line.setAttribute("aria-current", "true");
  const shown = line.getClientRects().length > 0;
  if (shown && !audio.paused && byId("follow").getAttribute("aria-pressed") === "true") keepInSight(line);
};

/** Follows only a reader who is at the transcript: nobody is torn away from the figures. */
const keepInSight = (line) => {
  const area = byId("lines").getBoundingClientRect();
  if (area.top > innerHeight * 0.6 || area.bottom < innerHeight * 0.2) return;
  const box = line.getBoundingClientRect();
  if (box.top < innerHeight * 0.15 || box.bottom > innerHeight * 0.75) line.scrollIntoView({ block: "center" });
};

const showPlace = () => {
  const now = audio.currentTime * 1000;
  light(lines[lineAt(now)] ?? null);
  byId("place").value = now;
  byId("place").setAttribute("aria-valuetext", clock(now));
  byId("clock").textContent = clock(now);
  byId("playhead").style.left = `${Math.min(100, (now / callMs) * 100)}%`;
  byId("playhead").hidden = false;
};

const toggle = () => {
  if (!playable) return;
  if (audio.paused) audio.play().catch(() => {});
  else audio.pause();
};

const silence = () => {
  playable = false;
  document.body.classList.remove("playable");
  byId("player").hidden = true;
  byId("missing").hidden = false;
};

if (audio) {
  document.body.classList.add("playable");
  audio.controls = false;
  audio.hidden = true;
  byId("deck").hidden = false;
  const playing = () => {
    byId("play").classList.toggle("playing", !audio.paused);
    byId("play").setAttribute("aria-label", audio.paused ? "Play" : "Pause");
  };
  for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, playing);
  for (const name of ["timeupdate", "seeked"]) audio.addEventListener(name, showPlace);
  audio.addEventListener("error", silence);
  byId("play").addEventListener("click", toggle);
  byId("back").addEventListener("click", () => seek(audio.currentTime * 1000 - STEP_MS));
  byId("ahead").addEventListener("click", () => seek(audio.currentTime * 1000 + STEP_MS));
  byId("place").addEventListener("input", (event) => {
    audio.currentTime = Number(event.target.value) / 1000;
    showPlace();
  });
  byId("speed").addEventListener("change", (event) => {
    audio.playbackRate = Number(event.target.value);
  });
  byId("follow").addEventListener("click", (event) => {
    const on = event.target.getAttribute("aria-pressed") !== "true";
    event.target.setAttribute("aria-pressed", String(on));
  });
  if (audio.error) silence();
}
