import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Pace } from '../pace.js';

const FRAME = { perSecond: 5, most: 64 };
const HINT = { perSecond: 4 };

/** Looks into the camera for some seconds; when full frames and hints were taken, in milliseconds from the start. */
function look(pace, from, seconds) {
  const frames = [];
  const hints = [];
  for (let now = from; now < from + seconds * 1000; now += pace.beat) {
    if (pace.frameDue(now)) frames.push(now - from);
    if (pace.hintDue(now)) hints.push(now - from);
  }
  return { frames, hints };
}

test('hints keep their rate, though the beat is another', () => {
  const { hints } = look(new Pace(FRAME, HINT), 0, 10);
  assert.ok(hints.length >= 39 && hints.length <= 41, `${hints.length}`);
});

test('the first prompt gets its frames within a second', () => {
  const pace = new Pace(FRAME, HINT);
  pace.prompt(1, 6);
  assert.ok(look(pace, 0, 1).frames.length >= 5);
});

test('a hold is filmed from its beginning to its end, with few frames', () => {
  for (const [seconds, most] of [[0.6, 3], [1, 4], [1.4, 5]]) {
    const pace = new Pace(FRAME, HINT);
    pace.prompt(2, 6);
    look(pace, 0, 0.6);
    pace.hold();
    const { frames } = look(pace, 1000, seconds);
    assert.ok(frames.length >= 2 && frames.length <= most, `${seconds} s: ${frames}`);
    // The server asks for frames that lie apart by the hold's time, less a quarter of a second.
    assert.ok(frames.at(-1) - frames[0] >= seconds * 1000 - 200 - 250, `${seconds} s: ${frames}`);
  }
});

test('a hold that is lost goes on slowly', () => {
  const pace = new Pace(FRAME, HINT);
  pace.prompt(2, 6);
  pace.hold();
  look(pace, 0, 0.6);
  pace.progress(0.4);
  assert.ok(look(pace, 600, 2).frames.length <= 2);
});

test('a whole capture takes some thirty frames', () => {
  for (const movements of [4, 6]) {
    const pace = new Pace(FRAME, HINT);
    const of = movements + 2;
    let all = 0;
    let now = 0;
    const play = (seconds) => {
      all += look(pace, now, seconds).frames.length;
      now += seconds * 1000;
    };
    for (let n = 1; n <= of; n += 1) {
      pace.prompt(n, of);
      play(n === 1 ? 1 : 0.8);
      pace.hold();
      play(n === 1 || n === of ? 0.6 : 1);
    }
    assert.ok(all >= 20 && all <= 8 + 4 * of, `${movements} movements: ${all} frames`);
  }
});

test('however slow the person, there are frames left for every movement', () => {
  const pace = new Pace(FRAME, HINT);
  let all = 0;
  for (let n = 1; n <= 8; n += 1) {
    pace.prompt(n, 8);
    const waiting = look(pace, n * 60_000, 30).frames.length;
    pace.hold();
    const holding = look(pace, n * 60_000 + 30_000, 1.4).frames.length;
    assert.ok(holding >= 3 || n === 1, `prompt ${n}: ${holding} frames of the hold`);
    all += waiting + holding;
  }
  assert.ok(all <= FRAME.most, `${all}`);
});

test('no more frames than allowed, ever', () => {
  const pace = new Pace({ perSecond: 5, most: 7 }, HINT);
  let all = 0;
  for (let n = 1; n <= 6; n += 1) {
    pace.prompt(n, 6);
    pace.hold();
    all += look(pace, n * 60_000, 60).frames.length;
  }
  assert.equal(all, 7);
});
