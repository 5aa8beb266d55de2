form-post-title = Back to the application
form-post-lead = You are being sent back. If nothing happens, press the button.
form-post-continue = Continue
