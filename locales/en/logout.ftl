logout-title = Sign out?
logout-asked = { $client } asks to sign you out here.
logout-unasked = Somebody asked to sign you out here. If it was not you, stay signed in.
logout-account = The account { $username } is then signed out in this browser, and services that you used it for are told.
logout-submit = Sign out
logout-stay = Stay signed in
logout-done = You are signed out
logout-done-text = Nobody else can go on as you in this browser now. You can close this page.
