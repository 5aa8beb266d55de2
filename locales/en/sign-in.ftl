sign-in-title = Sign in
sign-in-lead = Sign in to continue to { $client }.
sign-in-username = User name
sign-in-password = Password
sign-in-submit = Sign in
sign-in-create = Make an account
sign-in-choose = Choose an account that is signed in on this browser
sign-in-mismatch = That user name and password do not go together.
sign-in-mismatch-next = Check both and try again. Passwords tell capital letters from small ones.
sign-in-incomplete = Something is missing.
sign-in-incomplete-next = Please fill in your user name and your password.
sign-in-throttled = Too many attempts.
sign-in-throttled-next = { $seconds ->
    [one] To protect the account, please wait a second before you try again.
   *[other] To protect the account, please wait { $seconds } seconds before you try again.
}
