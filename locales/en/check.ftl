# Before and after a face check.
briefing-title = A quick face check
briefing-lead-enrol = Now we compare your face with the portrait on your document. It takes about half a minute.
briefing-lead-step-up = { $client } asks you to confirm that it is you. It takes about half a minute.
briefing-enrolled = Your face check is set up.
briefing-enrolled-next = One more look, and { $client } can go on: this time against what was just set up.
briefing-camera = Your browser asks whether this page may use your camera. Choose “Allow”.
briefing-oval = Look straight ahead, with your face inside the oval.
briefing-follow = Then follow the page, one step after the other.
briefing-ways = How would you like to show that you are there?
way-turns = By moving my head
way-turns-about = Four times you turn your head a little, lift or lower your chin, or come a little closer or farther.
way-distance = By coming closer and moving back
way-distance-about = You look straight ahead all the time, and come a little closer or move a little back six times.
way-still = Without moving
way-still-about = You look straight ahead for a few seconds. This counts together with how you signed in.
briefing-tips = It works best when
briefing-tip-light = light falls on your face, not from behind you
briefing-tip-glasses = nothing covers your face; your everyday glasses or head covering may stay on
briefing-tip-alone = you are alone in the picture and hold the phone at eye level
briefing-begin = Open the camera
briefing-decline = I can’t do this now
briefing-kept = Pictures are encrypted in your browser, used for this check only, and then dropped.

outcome-not-verified = We could not verify you
outcome-not-verified-text = This check did not succeed. That can happen to anyone; a second try in better light often helps.
outcome-expired = The time ran out
outcome-expired-text = The check took too long and was stopped. That is no failed check; please start again.
outcome-suspended = Face checks are paused here
outcome-suspended-text = There were too many checks that did not succeed, so we paused them for your account on this browser or device to protect you. { $client } has received nothing.
outcome-identity-refused = This document cannot be used here
outcome-identity-refused-text = Its details do not agree with those that were verified for your account, so the face check was not set up.
outcome-unavailable = The face check is not available right now
outcome-unavailable-text = This is not your fault, and nothing was counted against you. Please try again later.
outcome-advice = For a better picture
outcome-help = How to get help
outcome-suspended-help = Please ask the support of { $client }. They can confirm who you are in another way and have the face check opened again.
outcome-suspended-help-contact = Please get in touch with { $contact }. They can confirm who you are in another way and have the face check opened again.
outcome-identity-refused-help = Please start again with your own document. If it is yours and your name has changed, ask the support of { $client } to correct your account first.
outcome-identity-refused-help-contact = Please start again with your own document. If it is yours and your name has changed, get in touch with { $contact } to have your account corrected first.
outcome-wait = { $seconds ->
    [one] You can try again in a second.
   *[other] You can try again in { $seconds } seconds.
}

advice-no-face = Keep your whole face inside the oval.
advice-too-far = Come a little closer.
advice-too-near = Move back a little.
advice-dark = Find more light, or turn towards a window.
advice-bright = Avoid strong light: step out of direct sun, or turn away from the lamp.
advice-several-faces = Make sure that nobody else is in the picture.
advice-hold-still = Hold still, and hold the phone with both hands.
advice-off-centre = Move so that your face is in the middle of the oval.
advice-follow-turns = Follow each step as the page shows it, one after the other.
