// The demo's registration: a portrait from the camera or from a file goes, as the base64 of a JPEG, into a hidden field.

import { close, draw, jpeg, open } from './camera.js';
import { base64 } from './seal.js';

const find = (id) => document.getElementById(id);
const video = find('portrait-video');
const canvas = find('portrait-canvas');
const status = find('portrait-status');

const LIMITS = { width: 640, height: 480 };
const QUALITY = 0.9;

let stream = null;

async function openCamera() {
  status.textContent = '';
  try {
    stream = await open(video, LIMITS);
    show('video');
  } catch {
    status.textContent = status.dataset.denied;
  }
}

async function take() {
  draw(video, canvas, LIMITS);
  shut();
  await keep();
}

async function choose(event) {
  const [file] = event.target.files;
  if (!file) return;
  try {
    // Decoded here, so that a large picture need not be sent as it is.
    const picture = await createImageBitmap(file);
    draw(picture, canvas, LIMITS);
    picture.close();
    shut();
    await keep();
  } catch {
    find('portrait').value = '';
    status.textContent = status.dataset.unreadable;
  }
}

async function keep() {
  find('portrait').value = base64(await jpeg(canvas, QUALITY));
  status.textContent = status.dataset.ready;
  show('canvas');
}

function shut() {
  close(video, stream);
  stream = null;
}

function show(what) {
  video.hidden = what !== 'video';
  canvas.hidden = what !== 'canvas';
  find('portrait-open').hidden = what === 'video';
  find('portrait-take').hidden = what !== 'video';
}

find('portrait-open').hidden = !navigator.mediaDevices?.getUserMedia;
find('portrait-open').addEventListener('click', openCamera);
find('portrait-take').addEventListener('click', take);
find('portrait-file').addEventListener('change', choose);
window.addEventListener('pagehide', shut);
