// The camera: whether there can be one, why it did not open, and single pictures from it.

/** Names that browsers inside other apps put into their user agent. Many of them have no camera, or a broken one. */
const IN_APP = /FBAN|FBAV|FB_IAB|Instagram|Snapchat|Twitter|TikTok|musical_ly|Bytedance|LinkedInApp|Line\/|MicroMessenger|Pinterest|GSA\/|; ?wv\)/i;

/** Whether this browser lives inside another app. On iOS, a web view says AppleWebKit but not Safari. */
export function inApp(agent = navigator.userAgent) {
  return IN_APP.test(agent) || (/iPhone|iPad|iPod/.test(agent) && /AppleWebKit/.test(agent) && !/Safari\//.test(agent));
}

/** What stands in the way before anyone is asked: the name of a screen, or null. */
export function obstacle() {
  if (!window.isSecureContext) return 'insecure';
  if (!navigator.mediaDevices?.getUserMedia) return inApp() ? 'webview' : 'unsupported';
  if (!crypto.subtle || !window.WebSocket) return 'unsupported';
  return null;
}

/** The name of the screen for a failed `getUserMedia` (Media Capture and Streams §10.2.1). */
export function problemOf(error) {
  switch (error?.name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return inApp() ? 'webview' : 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'failed';
  }
}

/** Opens the camera that faces the person and plays it in `video`. */
export async function open(video, { width, height }) {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: 'user', width: { ideal: width }, height: { ideal: height } },
  });
  try {
    video.srcObject = stream;
    await video.play();
  } catch (error) {
    close(video, stream);
    throw error;
  }
  return stream;
}

/** How long a camera may take to change its size, in milliseconds. */
const PATIENCE = 1500;

/** Asks the running camera for another size; what it then says that it gives, or nothing where it cannot. */
export async function resize(video, stream, { width, height }) {
  const [track] = stream.getVideoTracks();
  const late = new Promise((_, reject) => setTimeout(reject, PATIENCE));
  try {
    await Promise.race([track.applyConstraints({ width: { exact: width }, height: { exact: height } }), late]);
    const shown = () => Math.max(video.videoWidth, video.videoHeight) === Math.max(width, height);
    while (!shown()) {
      await Promise.race([new Promise((resolve) => setTimeout(resolve, 30)), late]);
    }
  } catch {
    return {};
  }
  const delivered = track.getSettings();
  return { width: delivered.width, height: delivered.height };
}

/** Switches the camera off. */
export function close(video, stream) {
  stream?.getTracks().forEach((track) => track.stop());
  video.srcObject = null;
}

/**
 * Draws `source` onto `canvas`, no larger than the limits, in the source's own shape. A phone held upright gives
 * upright pictures: the limits then count the other way round.
 */
export function draw(source, canvas, limits) {
  const width = source.videoWidth ?? source.naturalWidth ?? source.width;
  const height = source.videoHeight ?? source.naturalHeight ?? source.height;
  const [across, down] = width >= height ? [limits.width, limits.height] : [limits.height, limits.width];
  const scale = Math.min(1, across / width, down / height);
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext('2d', { alpha: false }).drawImage(source, 0, 0, canvas.width, canvas.height);
}

/** What is on the canvas, as the bytes of a JPEG. */
export async function jpeg(canvas, quality) {
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality));
  if (!blob) throw new Error('the canvas gave no picture');
  return new Uint8Array(await blob.arrayBuffer());
}
