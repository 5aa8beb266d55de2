request-unknown-client = This sign-in link is not valid
request-unknown-client-text = The site or app that sent you here is not known to us, so we stopped before anything was sent.
request-unknown-client-next = Go back to where you came from and start again. If you came by a link in a message, do not use it.
request-wrong-redirect = This sign-in link is not valid
request-wrong-redirect-text = It would send you back to an address that the site has not registered with us, so we stopped before anything was sent.
request-wrong-redirect-next = Go back to where you came from and start again. If you came by a link in a message, do not use it.
request-wrong-logout = You were not signed out
request-wrong-logout-text = The site that sent you here asked for it in a way that we do not accept, so we changed nothing.
request-wrong-logout-next = You can sign out on your account page here.
request-lost-interaction = This sign-in is over
request-lost-interaction-text = It has ended or expired, or it was started in another browser.
request-lost-interaction-next = Go back to where you came from and start again.
request-malformed = This sign-in request cannot be read
request-malformed-text = Something in the request is missing or wrong, so we stopped before anything was sent.
request-malformed-next = Go back to where you came from and start again. If it happens again, tell the site’s support what is written below.
details-title = Technical details
details-error = Error
details-reason = Reason
details-request = Request

fault-not-found = There is no such page
fault-not-found-text = The address may be mistyped, or the page may be gone. Go back to where you came from and start again.
fault-stale-form = This page was open for too long
fault-stale-form-text = For your safety we did not accept the form. Go back, load the page again, and send it once more.
fault-too-large = That was too much at once
fault-too-large-text = More was sent than this page accepts, so nothing was processed.
fault-too-many = Too many requests
fault-too-many-text = Requests from your connection came faster than we accept them.
fault-fault = Something went wrong on our side
fault-fault-text = It was recorded, and nothing you did is to blame. Please try again later.
fault-unavailable = We are very busy right now
fault-unavailable-text = Nothing was lost. Please load this page again in a moment.
fault-retry = { $seconds ->
    [one] Try again in a second.
   *[other] Try again in { $seconds } seconds.
}
