# An account that people make for themselves.
create-title = Make an account
create-lead = Make an account to continue to { $client }.
create-rule = At least 15 characters. A sentence of your own is easy to remember and hard to guess.
create-submit = Make the account
create-sign-in = I have an account already
create-username = That user name cannot be used.
create-username-next = Choose one of 1 to 128 characters.
create-password = That password is too short.
create-password-next = Choose one of at least 15 characters.
create-taken = Someone has that user name.
create-taken-next = Choose another one, or sign in if it is yours.
