import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Pace } from '../pace.js';

const FRAME = { perSecond: 5, most: 64 };
const HINT = { perSecond: 4 };

/** Plays one prompt for some seconds; counts the full frames and the hints. */
function play(pace, from, seconds, progress = () => 0) {
  let frames = 0;
  let hints = 0;
  for (let now = from; now < from + seconds * 1000; now += pace.beat) {
    pace.progress(progress((now - from) / 1000));
    if (pace.frameDue(now)) frames += 1;
    if (pace.hintDue(now)) hints += 1;
  }
  return { frames, hints };
}

test('hints keep their rate, though the beat is another', () => {
  const { hints } = play(new Pace(FRAME, HINT), 0, 10);
  assert.ok(hints >= 39 && hints <= 41, `${hints}`);
});

test('two frames come at once in every prompt', () => {
  const pace = new Pace(FRAME, HINT);
  pace.prompt(1, 5);
  assert.ok(play(pace, 0, 0.5).frames >= 2);
});

test('however slow the person, there are frames left for every turn', () => {
  const pace = new Pace(FRAME, HINT);
  let all = 0;
  for (let n = 1; n <= 5; n += 1) {
    pace.prompt(n, 5);
    const waiting = play(pace, n * 60_000, 30).frames;
    const turning = play(pace, n * 60_000 + 30_000, 1, () => 0.9).frames;
    assert.ok(turning >= 4, `prompt ${n}: ${turning} frames of the turn`);
    all += waiting + turning;
  }
  assert.ok(all <= FRAME.most, `${all}`);
});

test('a turn that begins at once is filmed at full rate', () => {
  const pace = new Pace(FRAME, HINT);
  pace.prompt(1, 5);
  assert.equal(play(pace, 0, 2, () => 1).frames, 10);
});

test('no more frames than allowed, ever', () => {
  const pace = new Pace({ perSecond: 5, most: 7 }, HINT);
  let all = 0;
  for (let n = 1; n <= 5; n += 1) {
    pace.prompt(n, 5);
    all += play(pace, n * 60_000, 60, () => 1).frames;
  }
  assert.equal(all, 7);
});
