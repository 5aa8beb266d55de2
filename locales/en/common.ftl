brand = Facestep
footer = Facestep confirms who you are, and passes on no pictures.
for-client = for { $client }
step-of-three = Step { $number } of 3
try-again = Try again
back-to-client = Go back to { $client }
not-now-back = Not now, go back to { $client }
needs-script = This page needs JavaScript to use your camera. Please switch it on for this site and load the page again.
