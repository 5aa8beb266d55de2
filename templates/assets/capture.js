// The capture page: opens the camera, follows the challenge over one socket, seals the frames and sends them once.
//
// Frames are in memory only, and only until they are sent or the page is left. Nothing of them is stored; what stays is the
// device key (device.js), which signs what is sent. The page decides nothing: what a frame shows, and what happens next,
// the server says. The messages are those of capture protocol v2.

import { close, draw, jpeg, obstacle, open, problemOf, resize } from './camera.js';
import { deviceKey, signed } from './device.js';
import { Pace } from './pace.js';
import { fingerprint, fromBase64url, pack, seal } from './seal.js';
import * as view from './view.js';

const settings = JSON.parse(document.getElementById('ceremony').textContent);
const binding = { apu: new TextEncoder().encode(settings.ceremony), apv: fromBase64url(settings.nonce) };
const video = document.getElementById('video');

/** The version of the protocol that is spoken here. */
const VERSION = 2;
/** More than this waiting to be sent, and a hint is left out: an old hint is worth nothing. */
const BACKLOG = 64 * 1024;
/** How often an upload is offered again to a server that has no room. */
const OFFERS = 4;

/** The screen for each reason with which the server stops. */
const STOPS = { expired: 'expired', too_slow: 'slow', hint_budget: 'slow', protocol: 'failed' };

/** This browser's key for the account. It is looked for while the camera opens and the challenge is played. */
const device = settings.device ? deviceKey(settings.device) : null;

/** Ends the capture with a screen of its own. */
class Trouble extends Error {
  constructor(screen) {
    super(screen);
    this.screen = screen;
  }
}

/** Ends whatever is open now; replaced by each step that opens something. */
let abandon = () => {};

async function start() {
  view.live(settings.texts.states.opening);
  const frames = [];
  let stream = null;
  // Leaving is not waited for: what is open is closed at once.
  const release = () => {
    close(video, stream);
    frames.length = 0;
  };
  abandon = release;
  try {
    if (settings.version !== VERSION) throw new Trouble('failed');
    stream = await openCamera();
    const { label } = stream.getVideoTracks()[0];
    const camera = { width: video.videoWidth, height: video.videoHeight, label: label.slice(0, 200) };
    view.say(settings.texts.states.connecting);
    const taken = await challenge(stream, frames);
    close(video, stream);
    view.sealing(settings.texts.states.sealing);
    const header = { v: 1, ceremony: settings.ceremony, nonce: settings.nonce, camera, taken };
    const body = await seal(await signedByDevice(pack(header, frames)), settings.captureKey, binding);
    frames.length = 0;
    follow(await send(body));
  } catch (error) {
    view.trouble(error instanceof Trouble ? error.screen : 'failed');
  } finally {
    release();
  }
}

/** The bundle behind the proof of this browser's key, where it has one: a capture without one counts for less, but counts. */
async function signedByDevice(bundle) {
  const key = await device;
  return key ? signed(bundle, key, settings).catch(() => bundle) : bundle;
}

async function openCamera() {
  const blocked = obstacle();
  if (blocked) throw new Trouble(blocked);
  try {
    return await open(video, settings.frame);
  } catch (error) {
    throw new Trouble(problemOf(error));
  }
}

/** Plays the challenge. Fills `frames`, and resolves when the server asks for them. */
function challenge(stream, frames) {
  const pace = new Pace(settings.frame, settings.hint);
  const canvas = document.createElement('canvas');
  const small = document.createElement('canvas');
  const socket = new WebSocket(socketAddress());
  const taken = [];
  let wanted = null;
  let prompted = false;
  let complete = false;
  let over = false;

  return new Promise((resolve, reject) => {
    const end = (settle) => {
      if (over) return;
      over = true;
      canvas.width = small.width = 0;
      document.removeEventListener('visibilitychange', hidden);
      socket.close(1000);
      settle();
    };
    const stop = (screen) => end(() => reject(new Trouble(screen)));
    const hidden = () => document.hidden && stop('interrupted');

    abandon = () => {
      close(video, stream);
      frames.length = 0;
      stop('interrupted');
    };
    document.addEventListener('visibilitychange', hidden);
    stream.getVideoTracks().forEach((track) => track.addEventListener('ended', () => stop('interrupted')));
    socket.addEventListener('close', () => {
      if (over) return;
      over = true;
      document.removeEventListener('visibilitychange', hidden);
      reject(new Trouble('lost'));
    });
    socket.addEventListener('open', () => {
      tell({ t: 'ready', v: VERSION, can: ['camera'] });
      film().catch(() => stop('failed'));
    });
    socket.addEventListener('message', ({ data }) => {
      if (!over) hear(JSON.parse(data));
    });

    function hear(message) {
      switch (message.t) {
        case 'prompt':
          prompted = true;
          pace.prompt(message.n, message.of);
          view.prompt(message, settings.texts);
          break;
        case 'hold':
          pace.hold();
          view.hold(message.ms, settings.texts.states);
          break;
        case 'progress':
          pace.progress(message.value);
          view.progress(message.value);
          break;
        case 'hint':
          view.hint(message.code, settings.texts.hints);
          break;
        case 'camera':
          wanted = message;
          break;
        case 'upload':
          complete = true;
          conclude().catch(() => stop('failed'));
          break;
        case 'kept':
          end(() => resolve(taken));
          break;
        case 'stop':
          stop(STOPS[message.reason] ?? 'failed');
          break;
        // Anything else is of a channel that this page did not say it has.
      }
    }

    const tell = (message) => socket.send(JSON.stringify(message));

    function commit(frame, hash, now) {
      frames.push(frame);
      taken.push(now);
      tell({ t: 'hashes', h: [hash] });
    }

    /**
     * Where the server asked for it, says and shows what size the camera gives when asked for another. The upload waits
     * until the server has kept every hash that was under way.
     */
    async function conclude() {
      if (wanted) {
        const delivered = await resize(video, stream, wanted);
        if (over) return;
        tell({ t: 'camera', ...delivered });
        if (delivered.width && frames.length < settings.frame.most) {
          const now = performance.now();
          draw(video, canvas, settings.frame);
          const frame = await jpeg(canvas, settings.frame.quality);
          const hash = await fingerprint(frame);
          if (over) return;
          commit(frame, hash, now);
        }
      }
      tell({ t: 'end' });
    }

    /** One look after the other, never two at once. */
    async function film() {
      while (!over && !complete) {
        const next = performance.now() + pace.beat;
        await look(performance.now());
        await pause(next - performance.now());
      }
    }

    /** A full frame and a hint of one look show the same moment, and the hash goes first: what the hint shows is committed. */
    async function look(now) {
      draw(video, canvas, settings.frame);
      if (prompted && pace.frameDue(now)) {
        const frame = await jpeg(canvas, settings.frame.quality);
        const hash = await fingerprint(frame);
        if (over || complete) return;
        commit(frame, hash, now);
      }
      if (socket.bufferedAmount > BACKLOG || !pace.hintDue(now)) return;
      draw(canvas, small, settings.hint);
      const jwe = await seal(await jpeg(small, settings.hint.quality), settings.hintKey, binding);
      if (!over && !complete) tell({ t: 'hint', jwe });
    }
  });
}

function socketAddress() {
  const address = new URL(settings.socket, location.href);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  return address;
}

/** Sends the sealed capture; where the server has no room, again after the time it names. */
async function send(body) {
  for (let offer = 1; ; offer += 1) {
    const answer = await post(body);
    if (answer.status === 200) return answer;
    if (answer.status === 410) throw new Trouble('expired');
    if (answer.status !== 503 || offer === OFFERS) throw new Trouble('failed');
    view.say(settings.texts.states.busy);
    await pause(Math.min(60, Math.max(1, Number(answer.retryAfter) || 5)) * 1000);
  }
}

/** One request. Not `fetch`, which cannot say how much of the body has gone. */
function post(body) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', settings.upload);
    request.setRequestHeader('Content-Type', 'application/jose');
    request.setRequestHeader('X-CSRF-Token', settings.csrf);
    request.responseType = 'json';
    request.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable) view.sending(event.loaded / event.total, settings.texts.states);
    });
    request.addEventListener('load', () => resolve({
      status: request.status,
      retryAfter: request.getResponseHeader('Retry-After'),
      body: request.response,
    }));
    request.addEventListener('error', () => reject(new Trouble('lost')));
    abandon = () => request.abort();
    request.send(body);
  });
}

/** Goes where the answer says: only ever to an address of this server. */
function follow({ body }) {
  const next = new URL(body?.next ?? '', location.href);
  if (!body?.next || next.origin !== location.origin) throw new Trouble('failed');
  if (body.outcome === 'again') {
    view.again(body.advice ?? [], next, settings.texts.advice);
  } else {
    location.replace(next);
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
}

// A page that comes back out of the browser's memory has no camera and a used ceremony.
window.addEventListener('pagehide', () => abandon());
window.addEventListener('pageshow', (event) => {
  if (event.persisted) view.trouble('interrupted');
});
view.onRetry(start);
start();
