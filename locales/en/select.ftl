select-title = Which account?
select-lead = These accounts are signed in on this browser. Choose the one to continue to { $client } with.
select-another = Sign in with another account
client-logo = Logo of { $client }
client-policy = How { $client } treats your data
client-terms = Terms of { $client }
