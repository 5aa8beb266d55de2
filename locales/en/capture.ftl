capture-title = Face check

capture-action-centre = Look straight ahead
capture-action-turn-left = Turn your head to your left
capture-action-turn-right = Turn your head to your right
capture-action-look-up = Lift your chin a little
capture-action-look-down = Lower your chin a little

capture-hint-good = Good, keep going
capture-hint-no-face = Bring your face into the oval
capture-hint-too-far = Come closer
capture-hint-too-near = Move back a little
capture-hint-dark = Find more light
capture-hint-bright = Too bright: turn away from the light
capture-hint-several-faces = Only you should be in the picture
capture-hint-hold-still = Hold still
capture-hint-off-centre = Move into the middle of the oval

capture-state-opening = Please allow the camera
capture-state-connecting = Getting ready
capture-state-sealing = Encrypting your pictures
capture-state-sending = Sending, encrypted
capture-state-judging = Checking
capture-state-busy = Many people are here right now. One moment
capture-state-step = Step { $number } of { $of }
