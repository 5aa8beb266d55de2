// When to take a picture: a fixed number of full frames is shared out over the prompts, most of them kept for the
// moment when a turn is nearly there, so that a slow person does not run out of frames.

/** The progress within a prompt from which on every moment counts. */
const NEAR = 0.5;
/** Between two frames while nothing happens, in milliseconds. */
const IDLE = 1000;

export class Pace {
  #frame;
  #hint;
  #used = 0;
  #share = 0;
  #spent = 0;
  #progress = 0;
  #lastFrame = -Infinity;
  #nextHint = -Infinity;

  /** `frame` and `hint` are the settings of the page: `perSecond`, and for frames `most`. */
  constructor(frame, hint) {
    this.#frame = frame;
    this.#hint = hint;
  }

  /** Milliseconds between two looks. */
  get beat() {
    return 1000 / Math.max(this.#frame.perSecond, this.#hint.perSecond);
  }

  /** Prompt `n` of `of` begins: it gets an equal share of the frames that are left. */
  prompt(n, of) {
    this.#share = Math.floor((this.#frame.most - this.#used) / Math.max(1, of - n + 1));
    this.#spent = 0;
    this.#progress = 0;
  }

  /** How far the prompt is fulfilled, 0 to 1, as the server saw it. */
  progress(value) {
    this.#progress = value;
  }

  /** Whether a full frame is due. A third of the share goes fast, a third slowly, a third is kept for the turn itself. */
  frameDue(now) {
    if (this.#spent >= this.#share) return false;
    const near = this.#progress >= NEAR;
    if (!near && this.#spent >= (this.#share * 2) / 3) return false;
    const between = near || this.#spent < this.#share / 3 ? 1000 / this.#frame.perSecond : IDLE;
    // A beat is never exact; without the slack, every other frame would be missed.
    if (now - this.#lastFrame < between * 0.9) return false;
    this.#lastFrame = now;
    this.#spent += 1;
    this.#used += 1;
    return true;
  }

  /** Whether a hint frame is due. */
  hintDue(now) {
    if (now < this.#nextHint) return false;
    // From the moment it was due, so that beats and hints of different rates keep the rate on average.
    this.#nextHint = Math.max(this.#nextHint, now - this.beat) + 1000 / this.#hint.perSecond;
    return true;
  }
}
