capture-title = Face check

capture-action-centre = Look straight ahead
capture-action-turn-left = Turn your head left
capture-action-turn-right = Turn your head right
capture-action-look-up = Lift your chin
capture-action-look-down = Lower your chin
capture-action-nearer = Come a little closer
capture-action-farther = Move a little back
capture-action-return = Back to the middle, and look straight ahead

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
capture-state-hold = Stay like that
capture-state-sealing = Encrypting your pictures
capture-state-sending = Sending, encrypted
capture-state-judging = Checking
capture-state-busy = Many people are here right now. One moment
capture-state-step = Step { $number } of { $of }
capture-progress = Progress of the check
capture-title-enrol = Set up your face check
capture-decline = I can’t use my camera

trouble-denied = The camera is not allowed
trouble-denied-text = This page may not use your camera yet. Nothing was sent.
trouble-denied-first = Tap the camera or lock sign beside the page’s address and allow the camera.
trouble-denied-second = If it is allowed there, look in your device’s settings under Privacy, Camera, whether your browser may use it.

trouble-missing = No camera was found
trouble-missing-text = This device has no camera that the browser can see.
trouble-missing-first = If you have a separate camera, plug it in and switch it on. Open the cover of the lens if there is one.
trouble-missing-second = Or start again on a phone.

trouble-busy = The camera is in use
trouble-busy-text = Your browser may use the camera, but could not open it. Most often another app has it.
trouble-busy-first = Close other apps and tabs that use the camera, such as video calls.
trouble-busy-second = If that does not help, unplug the camera and plug it in again, or restart the browser.

trouble-insecure = This connection is not secure
trouble-insecure-text = Browsers open the camera on encrypted pages only, and this page was reached without encryption.
trouble-insecure-next = Go back to { $client } and start again with an address that begins with https.

trouble-webview = Please open this in your browser
trouble-webview-text = You are inside another app, and its built-in browser cannot use the camera.
trouble-webview-next = Open { $client } in Safari, Chrome or Firefox, and start again there. Many apps have “Open in browser” in the menu at the top.

trouble-unsupported = This browser cannot do the check
trouble-unsupported-text = It has no camera access, or is too old to encrypt your pictures.
trouble-unsupported-next = Update your browser, or open { $client } in a current Safari, Chrome, Edge or Firefox.

trouble-interrupted = The check was interrupted
trouble-interrupted-text = The camera stopped, or you left the page for a moment. The pictures so far were dropped. Please stay on this page during the check.

trouble-lost = The connection was lost
trouble-lost-text = Please check that you are online, then start again. The pictures so far were dropped.

trouble-slow = That took a little too long
trouble-slow-text = That is no failed check. Follow each step as it is shown, without hurry but without a break.

trouble-expired = This check has expired
trouble-expired-text = It was open for too long. That is no failed check.

trouble-failed = Something went wrong
trouble-failed-text = The check could not be finished, and the pictures were dropped. Please start again.

trouble-again = Let’s try that once more
trouble-again-text = The pictures were not clear enough to judge.
