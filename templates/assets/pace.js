// When to take a picture: few frames, and those while something is shown that can be judged. A fixed number is shared out over
// the prompts, so that a slow person does not run out of them.

/** Between two frames while a movement is on its way, in milliseconds. */
const IDLE = 1000;
/** Between two frames of a long hold, in milliseconds. */
const HELD = 400;
/** How many frames of a hold, and of the first prompt, follow each other as fast as they may. */
const FAST = { first: 6, hold: 2 };

export class Pace {
  #frame;
  #hint;
  #used = 0;
  #share = 0;
  #spent = 0;
  #fast = 0;
  #holding = false;
  #last = false;
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
    this.#holding = false;
    this.#fast = n === 1 ? FAST.first : 0;
    // The last prompt asks for nothing but frames.
    this.#last = n === of;
  }

  /** The prompt is done, and is to stay so: the frames from now on are those that count. */
  hold() {
    this.#holding = true;
    this.#fast = Math.max(this.#fast, this.#last ? this.#share : FAST.hold);
  }

  /** How far the prompt is fulfilled, 0 to 1, as the server saw it. */
  progress(value) {
    if (value < 1) this.#holding = false;
  }

  /** Whether a full frame is due. On the way to a movement half of the share may go, slowly. */
  frameDue(now) {
    if (this.#spent >= this.#share) return false;
    if (!this.#holding && this.#fast === 0 && this.#spent >= this.#share / 2) return false;
    const quiet = this.#holding ? HELD : IDLE;
    const between = this.#fast > 0 ? 1000 / this.#frame.perSecond : quiet;
    // A beat is never exact; without the slack, every other frame would be missed.
    if (now - this.#lastFrame < between * 0.9) return false;
    this.#lastFrame = now;
    this.#spent += 1;
    this.#used += 1;
    this.#fast = Math.max(0, this.#fast - 1);
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
