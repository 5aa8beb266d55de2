// Plays a person in front of the camera: getUserMedia answers with a canvas on which frames of one actor are drawn, with
// seeded noise, shift and exposure drift. `ACTOR` is put in front of this file: {frames: {name: base64 JPEG}, plan, seed}.
(() => {
  const { frames, plan, seed } = ACTOR;
  let state = seed >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  // Yaw, pitch, and size in percent. The person's own left is the image's right.
  const goals = {
    centre: [0, 0, 100],
    turn_left: [40, 0, 100],
    turn_right: [-40, 0, 100],
    look_up: [0, -20, 100],
    look_down: [0, 20, 100],
    nearer: [0, 0, 130],
    farther: [0, 0, 75],
  };
  const opposite = {
    turn_left: "turn_right", turn_right: "turn_left", look_up: "look_down", look_down: "look_up",
    nearer: "farther", farther: "nearer",
  };
  const asked = () => document.querySelector("[data-action]")?.dataset.action || "centre";
  const goal = () => {
    if (plan === "still") return goals.centre;
    if (plan === "held" && asked() === "farther") return [0, 0, 70];
    if (plan === "wrong_way") return goals[opposite[asked()] || "centre"];
    return goals[asked()] || goals.centre;
  };
  const name = ([yaw, pitch, size]) => {
    const sign = (v) => (v < 0 ? "-" : "+") + String(Math.abs(v)).padStart(2, "0");
    if (yaw) return `yaw_${sign(yaw)}`;
    if (pitch) return `pitch_${sign(pitch)}`;
    // A person who walks changes their perspective; a photograph that is held nearer only grows.
    if (size === 100) return "front";
    return `${plan === "held" ? "scale" : "walk"}_${String(size).padStart(3, "0")}`;
  };
  // One step of 10 (yaw) or 5 (pitch) degrees or 15 percent at a time, or what is left, on one axis, through the middle.
  const steps = [10, 5, 15];
  const middle = goals.centre;
  const towards = (pose, goal) => {
    const away = pose.findIndex((value, axis) => value !== middle[axis]);
    const axis = away >= 0 ? away : goal.findIndex((value, axis) => value !== middle[axis]);
    if (axis < 0) return pose;
    const left = goal[axis] - pose[axis];
    return pose.with(axis, pose[axis] + Math.sign(left) * Math.min(steps[axis], Math.abs(left)));
  };
  const decode = async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    return createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
  };
  const noise = () => {
    const canvas = new OffscreenCanvas(660, 500);
    const context = canvas.getContext("2d");
    const image = context.createImageData(660, 500);
    for (let i = 0; i < image.data.length; i += 4) {
      const grey = random() * 255;
      image.data.set([grey, grey, grey, 6], i);
    }
    context.putImageData(image, 0, 0);
    return canvas;
  };
  const act = async () => {
    const bitmaps = {};
    for (const [key, base64] of Object.entries(frames)) bitmaps[key] = await decode(base64);
    const canvas = document.createElement("canvas");
    canvas.width = 640;
    canvas.height = 480;
    const context = canvas.getContext("2d");
    const grain = noise();
    let pose = middle;
    let drift = 1;
    const draw = () => {
      pose = towards(pose, goal());
      drift = Math.min(1.06, Math.max(0.94, drift + (random() - 0.5) * 0.01));
      const [dx, dy] = [(random() - 0.5) * 3, (random() - 0.5) * 3];
      context.filter = `brightness(${drift})`;
      context.drawImage(bitmaps[name(pose)] || bitmaps.front, dx - 4, dy - 3, 648, 486);
      context.filter = "none";
      context.drawImage(grain, -random() * 20, -random() * 20);
    };
    draw();
    const timer = setInterval(draw, 66);
    const stream = canvas.captureStream(15);
    for (const track of stream.getTracks()) {
      const stop = track.stop.bind(track);
      track.stop = () => {
        clearInterval(timer);
        stop();
      };
    }
    return stream;
  };
  if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = act;
})();
