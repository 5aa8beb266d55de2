# What a client may have. (The consent to face checks is in consent.ftl.)
allow-title = May { $client } have this?
allow-lead = { $client } asks to:
allow-scope-openid = know that it is you, by an identifier
allow-scope-profile = see your name and your birth date
allow-scope-email = see your email address
allow-scope-address = see your postal address
allow-scope-phone = see your phone number
allow-scope-offline-access = keep this access while you are not there
allow-scope-other = use “{ $name }”
allow-claim = see “{ $name }” of your account
allow-resource = act for you at { $address }
allow-as = You are signed in as { $username }.
allow-another = Use another account
allow-later = We remember your answer. You can take it back at any time on your account page here.
allow-submit = Allow
allow-deny = Do not allow
