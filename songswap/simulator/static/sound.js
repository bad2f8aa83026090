// Makes the player of the page audible: follows the truth about it, and remembers for this tab whether it shall.

import { Music } from "./music.js";

const POLL_MS = 200;
const KEY = "sound";
const address = `/sim/players/${document.querySelector("#player").dataset.person}`;
const switched = document.querySelector("#sound");
const state = document.querySelector("#sound-state");

// For whoever measures what is heard in this page; null while it is silent.
window.music = null;

function say(text) {
  if (state.textContent !== text) state.textContent = text;
}

function turn(on) {
  sessionStorage.setItem(KEY, on);
  if (on && !window.music) {
    window.music = new Music();
    follow(window.music);
  } else if (!on && window.music) {
    window.music.close();
    window.music = null;
    say("off");
  }
}

async function follow(music) {
  while (music === window.music) {
    const asleep = music.suspended && !(await music.resume(0));
    try {
      await hear(music);
      say(asleep && music.suspended ? "waits for a click, as the browser asks for one" : "in this tab");
    } catch {
      say("the embedded Spotify does not answer");
    }
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
}

async function hear(music) {
  const askedAt = performance.now();
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(answer.statusText);
  const took = performance.now() - askedAt;
  const { truth, volume } = await answer.json();
  if (music !== window.music) return;
  // The answer tells of some moment between question and answer: most likely of the middle of them.
  const atAudioS = music.audioTimeAt(askedAt + took / 2);
  const toldS = truth.position_ms / 1000;
  const heardS = music.positionAtS(atAudioS);
  const heard = music.report();
  const isSame = heard.uri === truth.uri && heard.isPlaying && truth.is_playing;
  const isWithinDoubt = isSame && Math.abs(heardS - toldS) < took / 2000;
  const positionS = isWithinDoubt ? heardS : toldS;
  music.follow({ uri: truth.uri, positionS, atAudioS, isPlaying: truth.is_playing, volume: volume / 100 });
}

switched.checked = sessionStorage.getItem(KEY) === "true";
switched.addEventListener("change", () => turn(switched.checked));
for (const gesture of ["pointerup", "keydown"]) {
  addEventListener(gesture, () => window.music?.resume());
}
turn(switched.checked);
