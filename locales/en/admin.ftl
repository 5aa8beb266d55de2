admin-brand = Console
admin-skip = Skip to the page
admin-nav = Console
admin-crumbs = Where you are
admin-sign-out = Sign out
admin-role-viewer = Viewer
admin-role-operator = Operator
admin-role-owner = Owner
admin-nav-home = Overview

admin-forbidden = Your role may not do this
admin-forbidden-text = This needs the role { $role }. An owner can change your role.
admin-nowhere = There is no such page
admin-nowhere-text = The address may be mistyped, or what it named is gone.
admin-back-home = Back to the overview
admin-stranger = This account is no administrator
admin-stranger-text = You are signed in as { $username }, who has no role in the console.
admin-stranger-next = If you have another account that does, switch to it and open the console again. Otherwise ask an owner to invite you.
admin-stranger-account = Your account
admin-unmet = The console stays closed
admin-unmet-text = You were not signed in with your face, which the console needs.
admin-unmet-face-not-verified = Your face could not be verified, which the console needs.
admin-unmet-face-not-enrolled = Your face is not enrolled, which the console needs. An operator can check your document; then you can enrol.
admin-unmet-camera-unavailable = There was no usable camera, which the console needs.
admin-unmet-attempts-exhausted = There were too many failed face checks with your account. Another administrator can restore it.
admin-unmet-user-declined = You chose not to show your face, which the console needs.
admin-unmet-consent-required = You did not agree to face checks, which the console needs.
admin-unmet-registry-unavailable = The identity source did not answer. Try again later.

admin-home = Overview
admin-home-quiet = Nothing needs your attention.
admin-home-suspended = Face checks are suspended
admin-home-suspended-text = Too many checks in a row failed for these accounts. Find out why before you restore them.
admin-home-one-owner = There is one owner alone
admin-home-one-owner-text = Nobody could stand in. Invite a second one; otherwise only someone on the machine itself can let an owner back in.
admin-home-invitations = { $count ->
    [one] One link is still to be used
   *[other] { $count } links are still to be used
}
admin-home-invitations-text = Each lets one person in once. Take back those that you do not know of.
admin-home-checks = { $count ->
    [one] One checked document waits for its person to enrol
   *[other] { $count } checked documents wait for their persons to enrol
}
admin-home-checks-text = Each is dropped with its portrait when its time is up.
