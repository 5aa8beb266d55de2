//! The numbers that captures are led and judged by, each with what it rests on. "The sample actors" are the two people
//! whose frames are in `tests/fixtures`: mesh warps of one portrait each, so they show the path and not its accuracy.

use jiff::SignedDuration;

use super::pose::MovementBounds;

/// How a capture is led over the socket.
#[derive(Clone, Copy, Debug)]
pub struct CapturePolicy {
    /// How long a ceremony may take from being opened to its upload.
    pub lifetime: SignedDuration,
    /// How long a person may take to find their place before the first prompt.
    pub settling: SignedDuration,
    /// How long a prompt waits for its answer.
    pub window: SignedDuration,
    /// How far a hint frame must show the head moved: a little more than [`VerificationPolicy::movement`], so that what the
    /// person was led to also counts in the full frames.
    pub movement: MovementBounds,
    /// How much of a movement a hint frame must show for it to be still held, once it was seen done.
    pub kept: f32,
    /// Within how many degrees of the camera's axis a hint frame must show the face at `centre`.
    pub frontal: f32,
    /// In how many hint frames in a row a prompt must be seen answered.
    pub seen: usize,
    /// How many frames must be committed while the first `centre` is shown: the comparison takes most of its frames from
    /// these.
    pub frames_at_centre: usize,
    /// How many frames must be committed from the moment at which a movement was seen done.
    pub frames_held: usize,
    /// How many frames must be committed from the moment at which the person was seen back at the last `centre`.
    pub frames_at_return: usize,
    /// The first and the last frame of a hold may lie closer together than the hold is long by so much: frames come at
    /// intervals.
    pub hold_slack: SignedDuration,
    /// How many frames a capture has at most.
    pub most_frames: usize,
    /// How many hint frames a session has at most.
    pub most_hints: u32,
    /// Hint frames that come closer together than this, on average, end the session.
    pub hint_interval: SignedDuration,
}

impl Default for CapturePolicy {
    fn default() -> Self {
        Self {
            lifetime: SignedDuration::from_mins(5),
            settling: SignedDuration::from_secs(90),
            window: SignedDuration::from_secs(12),
            movement: MovementBounds { yaw: 20.0, pitch: 10.0, scale: 1.25 },
            kept: 0.9,
            frontal: 18.0,
            seen: 2,
            frames_at_centre: 5,
            frames_held: 2,
            frames_at_return: 3,
            hold_slack: SignedDuration::from_millis(250),
            most_frames: 64,
            most_hints: 720,
            hint_interval: SignedDuration::from_millis(125),
        }
    }
}

/// How an uploaded capture is judged.
#[derive(Clone, Copy, Debug)]
pub struct VerificationPolicy {
    /// How far a head must move in a full frame. The sample actors reach ±28° of yaw and ±12.5° of pitch; a flat photo that
    /// is itself turned by 45° reaches 12° of yaw and 9° of pitch. A step nearer by 1.18 takes a face from 40 cm to 34 cm.
    pub movement: MovementBounds,
    /// How much of `centre` must be done for a face to be back at it.
    pub back: f32,
    /// How little of a movement a frame shows in which it is no longer held.
    pub undone: f32,
    /// The first and the last frame that show a movement may lie closer together than its hold is long by so much: an
    /// interval between frames, and what the way to us shifted them by.
    pub hold_slack: SignedDuration,
    /// How soon after its reveal a movement can be answered at the earliest. People react to what they see in 200 ms at best,
    /// before any head has moved and any frame has travelled.
    pub reaction: SignedDuration,
    /// How long after its reveal a prompt can still be answered: the leading window and its last messages.
    pub window: SignedDuration,
    /// Frames of a prompt that may show another movement than the one asked for or one asked for before. One, because a
    /// single frame can be measured wrong.
    pub stray_movements: usize,
    /// Fewest frames of both `centre` prompts together.
    pub frames_at_centres: usize,
    /// Fewest frames of each movement.
    pub frames_a_movement: usize,
    /// Share of the frames in which no face may be found: real head turns lose it in 3 of 824 frames.
    pub without_face: f32,
    /// Share of the frames in which a second face may be found.
    pub with_several: f32,
    /// Residual over the eyes' distance from which a sideways turn is one of a solid head (see `planarity`).
    pub solid_aside: f32,
    /// The same for a nod, which shows less of the head's depth.
    pub solid_nod: f32,
    /// Slopes of perspective over size between which a walk of distances is one of a solid head (see `walk`); a
    /// steeper one is a mesh that fails. 48 portraits that were
    /// rendered as heads, a step nearer and a step farther at 40 and at 65 cm: 93 of 96 walks within; as flat pictures: 3 of
    /// 93; as flat pictures that are turned while they are nearer: 27 of 368.
    pub solid_walk: (f32, f32),
    /// Fewest good frontal frames.
    pub frontal_frames: usize,
    /// Most frontal frames that get the costly models, the sharpest first.
    pub compared_frames: usize,
    /// Most frames of one turn that are embedded.
    pub turned_frames: usize,
    /// Most degrees of yaw and of pitch of a turned frame that is embedded: beyond it an embedding says little.
    pub widest_turn: f32,
    /// What makes a frontal frame good.
    pub frontal: FrontalGates,
    /// Mean live score of the good frontal frames from which the capture is held to be live. Measured per clip at 0.5:
    /// 0 of 8 replays accepted (95 % confidence: up to 32 %), 1 of 18 live clips refused (1 to 26 %).
    pub live: f32,
    /// Cosine that every good frontal frame, and every embedded frame of a turn, must have with every good frontal frame.
    /// One picture against one, LFW, at 0.367: 1 in 1,000 of 23.7 million impostors accepted, 0.76 % of 201,291 genuine
    /// refused; pictures of one capture are far more alike (the sample actors, turned by up to 40°: at least 0.72).
    pub same_throughout: f32,
    /// Cosine from which a live face matches the template of an earlier capture: that of the target FMR
    /// (`super::operating_point`), and as it ships, of one in ten thousand. Means of three pictures each, LFW.
    pub match_template: f32,
    /// The same for a portrait: one picture against the mean of three, LFW.
    pub match_portrait: f32,
}

/// What makes a frontal frame good enough to compare.
#[derive(Clone, Copy, Debug)]
pub struct FrontalGates {
    /// Degrees of yaw and pitch.
    pub pose: f32,
    /// Least confidence of the detector; live selfies have 0.92 to 0.95.
    pub confidence: f32,
    /// Least presence from the mesh.
    pub presence: f32,
    /// Least norm of the embedding; one in ten pictures of LFW is below it.
    pub norm: f32,
    /// Least and greatest mean luma of the face; the sample actors have 105 to 160.
    pub exposure: (f32, f32),
    /// Least sharpness; the sample actors have 273 to 939.
    pub sharpness: f32,
    /// Least distance between the eyes in pixels; the sample actors have 53 at 1.4 times the usual distance.
    pub eye_distance: f32,
    /// Greatest share of the frame's height that the face may take.
    pub height: f32,
}

impl Default for VerificationPolicy {
    fn default() -> Self {
        Self {
            movement: MovementBounds { yaw: 18.0, pitch: 9.0, scale: 1.18 },
            back: 0.5,
            undone: 0.75,
            hold_slack: SignedDuration::from_millis(350),
            reaction: SignedDuration::from_millis(200),
            window: SignedDuration::from_secs(14),
            stray_movements: 1,
            frames_at_centres: 8,
            frames_a_movement: 2,
            without_face: 0.1,
            with_several: 0.05,
            solid_aside: 0.05,
            solid_nod: 0.022,
            solid_walk: (0.035, 0.3),
            frontal_frames: 3,
            compared_frames: 5,
            turned_frames: 3,
            widest_turn: 50.0,
            frontal: FrontalGates {
                pose: 20.0,
                confidence: 0.8,
                presence: 0.5,
                norm: 10.8,
                exposure: (35.0, 225.0),
                sharpness: 30.0,
                eye_distance: 40.0,
                height: 0.85,
            },
            live: 0.5,
            same_throughout: 0.367,
            match_template: 0.5604,
            match_portrait: 0.5036,
        }
    }
}
