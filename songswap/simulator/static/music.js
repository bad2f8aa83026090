// Music that can be heard, at an exact position: what is to sound is followed, and what leaves the speaker reported.

import { notesAt, songOf, STEPS_PER_CHORD } from "./notes.js";

export { notesAt, songOf };

const AHEAD_S = 0.25;
// The timers of a tab nobody looks at fire once a second.
const AHEAD_HIDDEN_S = 1.6;
const TICK_MS = 50;
const FADE_S = 0.008;
const QUIET = 0.6;
// Less than this apart is one sound to the ear: what is still to be scheduled moves by a part of it, without a cut.
const UNHEARD_S = 0.012;
const GLIDE = 0.25;

export class Music {
  #context = new AudioContext({ latencyHint: "interactive" });
  #volume = this.#context.createGain();
  #meter = this.#context.createAnalyser();
  // What sounds since the last cut: {uri, song, positionS, atAudioS, startS, nextStep, bus, sources}.
  #run = null;
  // What sounded before the last cut, until `endS`; and where it stands still since.
  #before = null;
  #held = { uri: null, positionS: 0 };
  #timer = setInterval(() => this.#schedule(), TICK_MS);

  constructor() {
    const limiter = this.#context.createDynamicsCompressor();
    this.#volume.gain.value = 0;
    this.#volume.connect(limiter).connect(this.#meter).connect(this.#context.destination);
  }

  // Whether the browser lets nothing sound (yet).
  get suspended() {
    return this.#context.state !== "running";
  }

  // Asks the browser for sound; true if it sounds within `waitMs`. Where no gesture allows it the browser just waits.
  async resume(waitMs = 500) {
    if (!this.suspended) return true;
    const patience = new Promise((done) => setTimeout(done, waitMs));
    await Promise.race([this.#context.resume().catch(() => {}), patience]);
    return !this.suspended;
  }

  // What shall sound: at `atAudioS` of the audio clock the song `uri` is at `positionS`. `volume` is between 0 and 1.
  follow({ uri, positionS, atAudioS, isPlaying, volume }) {
    // Loudness as it is heard grows with about the square of the amplitude.
    this.#volume.gain.setTargetAtTime(QUIET * volume ** 2, this.#context.currentTime, 0.015);
    if (!isPlaying || uri === null || this.suspended) {
      this.#cut();
      this.#held = { uri, positionS };
      return;
    }
    const apartS = this.#run?.uri === uri ? positionS - this.positionAtS(atAudioS) : Infinity;
    if (Math.abs(apartS) < UNHEARD_S) this.#run.positionS += apartS * GLIDE;
    else this.#begin(uri, positionS, atAudioS);
  }

  // Where in the song the sound is at a moment of the audio clock, in seconds.
  positionAtS(audioS) {
    return this.#run ? positionIn(this.#run, audioS) : this.#held.positionS;
  }

  // The moment of the audio clock that leaves the speaker at a moment of performance.now().
  audioTimeAt(performanceMs) {
    const { contextTime, performanceTime } = this.#outputTimestamp();
    return contextTime + (performanceMs - performanceTime) / 1000;
  }

  // How long what is scheduled now takes to leave the speaker.
  latencyMs() {
    const { contextTime, performanceTime } = this.#outputTimestamp();
    const leavesAt = performanceTime + (this.#context.currentTime - contextTime) * 1000;
    return this.suspended ? 0 : Math.max(0, leavesAt - performance.now());
  }

  // What leaves the speaker: {uri, isPlaying, positionMs, atMs}, `atMs` being epoch milliseconds.
  report() {
    const { contextTime, performanceTime } = this.#outputTimestamp();
    const run = contextTime < this.#before?.endS ? this.#before : this.#run;
    const isPlaying = run !== null && contextTime >= run.startS;
    const { uri } = isPlaying ? run : this.#held;
    const positionS = isPlaying ? positionIn(run, contextTime) : this.#held.positionS;
    return { uri, isPlaying, positionMs: positionS * 1000, atMs: performance.timeOrigin + performanceTime };
  }

  // How loud it is at present: the root mean square of the last samples.
  loudness() {
    const samples = new Float32Array(this.#meter.fftSize);
    this.#meter.getFloatTimeDomainData(samples);
    return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
  }

  close() {
    clearInterval(this.#timer);
    this.#cut();
    return this.#context.close();
  }

  #outputTimestamp() {
    const stamp = this.#context.getOutputTimestamp?.();
    if (stamp?.performanceTime > 0) return stamp;
    const latencyS = this.#context.outputLatency || this.#context.baseLatency || 0;
    return { contextTime: this.#context.currentTime - latencyS, performanceTime: performance.now() };
  }

  #begin(uri, positionS, atAudioS) {
    this.#cut();
    const song = songOf(uri);
    const bus = this.#context.createGain();
    bus.connect(this.#volume);
    const startS = this.#context.currentTime;
    this.#run = { uri, song, positionS, atAudioS, startS, nextStep: 0, bus, sources: new Set() };
    const step = Math.ceil(this.positionAtS(startS) / song.stepS);
    this.#run.nextStep = Math.max(0, step);
    // What began earlier and still lasts, as a chord does, is joined.
    for (let begun = Math.max(0, step - STEPS_PER_CHORD); begun < step; begun += 1) this.#sound(begun, startS);
    this.#schedule();
  }

  #cut() {
    if (!this.#run) return;
    const { bus, sources, uri, positionS, atAudioS, startS } = this.#run;
    const now = this.#context.currentTime;
    this.#before = { uri, positionS, atAudioS, startS, endS: now };
    bus.gain.setTargetAtTime(0, now, FADE_S / 3);
    for (const source of sources) source.stop(now + FADE_S * 2);
    setTimeout(() => bus.disconnect(), 1000 * FADE_S * 4);
    this.#held = { uri, positionS: this.positionAtS(now) };
    this.#run = null;
  }

  #schedule() {
    if (!this.#run || this.suspended) return;
    const { song } = this.#run;
    const now = this.#context.currentTime;
    const toS = now + (document.hidden ? AHEAD_HIDDEN_S : AHEAD_S);
    // Steps that a sleeping timer missed stay unheard.
    this.#run.nextStep = Math.max(this.#run.nextStep, Math.ceil(this.positionAtS(now) / song.stepS - 0.2));
    while (this.#audioTimeOf(this.#run.nextStep) < toS) {
      this.#sound(this.#run.nextStep, now);
      this.#run.nextStep += 1;
    }
  }

  #audioTimeOf(step) {
    const { song, positionS, atAudioS } = this.#run;
    return atAudioS + step * song.stepS - positionS;
  }

  #sound(step, now) {
    const { song } = this.#run;
    const beginsS = this.#audioTimeOf(step);
    for (const note of notesAt(song, step)) {
      const endsS = beginsS + note.steps * song.stepS;
      if (endsS > now + 0.05) this.#play(note, Math.max(beginsS, now), endsS, note.kind === "tick");
    }
  }

  #play(note, fromS, toS, isTick) {
    const { bus, sources } = this.#run;
    const source = new OscillatorNode(this.#context, { type: note.wave, frequency: note.hertz });
    const envelope = this.#context.createGain();
    envelope.gain.setValueAtTime(0, fromS);
    envelope.gain.linearRampToValueAtTime(note.gain, fromS + (isTick ? 0.001 : 0.012));
    envelope.gain.setTargetAtTime(note.gain * 0.5, fromS + 0.02, (toS - fromS) / 3);
    envelope.gain.setTargetAtTime(0, toS - 0.02, isTick ? 0.008 : 0.04);
    source.connect(envelope).connect(bus);
    source.start(fromS);
    source.stop(toS + 0.2);
    sources.add(source);
    source.onended = () => {
      sources.delete(source);
      envelope.disconnect();
    };
  }
}

function positionIn({ positionS, atAudioS }, audioS) {
  return positionS + audioS - atAudioS;
}
