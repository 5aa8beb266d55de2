// What the capture page shows: one screen at a time, the words, the arrows and the ring. It decides nothing.

const find = (id) => document.getElementById(id);
const page = find('main');

/** A hint stays at least this long, in milliseconds: hints that flicker cannot be read, nor read out. */
const HINT_REST = 900;

let overall = { done: 0, of: 1 };
let asked = '';
let lastHint = { code: '', at: -Infinity };

/** Shows the camera screen, from the start. */
export function live(words) {
  overall = { done: 0, of: 1 };
  lastHint = { code: '', at: -Infinity };
  screen('live');
  page.dataset.stage = 'opening';
  delete page.dataset.action;
  delete page.dataset.holding;
  find('step').textContent = '';
  find('hint').textContent = '';
  ring(0);
  say(words);
}

/** Says one thing, aloud for those who listen. */
export function say(words) {
  const instruction = find('instruction');
  if (instruction.textContent !== words) instruction.textContent = words;
}

/** The next thing to do. Left is the person's own left, and the picture is a mirror: it is on the left. */
export function prompt({ n, of, action }, { actions, states }) {
  overall = { done: n - 1, of };
  asked = (action === 'centre' && n > 1 ? actions.return : actions[action]) ?? '';
  page.dataset.stage = 'challenge';
  page.dataset.action = action;
  find('step').textContent = states.step.replace('{number}', n).replace('{of}', of);
  progress(0);
}

/** How far the prompt is fulfilled; what is no longer held is asked for again. The hold itself takes the ring's other half. */
export function progress(value) {
  if (value < 1) {
    delete page.dataset.holding;
    say(asked);
    ring((overall.done + Math.max(0, value) / 2) / overall.of);
  }
}

/** The prompt is done: the person is to stay so for some milliseconds. */
export function hold(milliseconds, { hold: words }) {
  page.dataset.holding = '';
  if (milliseconds > 0) say(words);
  ring((overall.done + 1) / overall.of, milliseconds);
}

/** How the picture could be better. */
export function hint(code, hints) {
  const now = performance.now();
  if (code === lastHint.code || now - lastHint.at < HINT_REST || !(code in hints)) return;
  lastHint = { code, at: now };
  page.dataset.hint = code === 'good' ? 'good' : 'mend';
  find('hint').textContent = hints[code];
}

/** The camera is off, and the frames are being sealed. */
export function sealing(words) {
  page.dataset.stage = 'sending';
  delete page.dataset.action;
  delete page.dataset.holding;
  find('hint').textContent = '';
  find('step').textContent = '';
  find('decline').hidden = true;
  ring(1);
  say(words);
}

/** How much has been sent; then that it is being judged. */
export function sending(part, { sending: words, judging }) {
  page.dataset.stage = 'sending';
  find('upload').hidden = false;
  find('upload').value = part;
  say(part < 1 ? words : judging);
}

/** Another try is needed: what to do better, and the way to it. */
export function again(advice, next, words) {
  find('again-advice').replaceChildren(...advice.filter((code) => code in words).map((code) => {
    const item = document.createElement('li');
    item.textContent = words[code];
    return item;
  }));
  find('again-next').href = next;
  trouble('again');
}

/** Shows the screen of one trouble, and takes those who listen to its heading. */
export function trouble(name) {
  find('decline').hidden = false;
  screen(find(`screen-${name}`) ? name : 'failed')?.querySelector('h2')?.focus();
}

/** Calls `start` when the person wants to try the camera again. */
export function onRetry(start) {
  for (const button of document.querySelectorAll('[data-retry]')) button.addEventListener('click', start);
}

function screen(name) {
  let shown = null;
  for (const section of document.querySelectorAll('.screen')) {
    section.hidden = section.id !== `screen-${name}`;
    if (!section.hidden) shown = section;
  }
  page.dataset.screen = name;
  return shown;
}

/** Fills the ring, and takes this long for it. */
function ring(part, milliseconds = 250) {
  const percent = Math.round(part * 100);
  find('ring').style.setProperty('transition-duration', `${Math.max(250, milliseconds)}ms`);
  find('ring').style.setProperty('--done', percent);
  find('progress').setAttribute('aria-valuenow', percent);
}
