admin-or = { $first } or { $last }
admin-and = { $first } and { $last }
admin-somebody = somebody
admin-no-client = no client
admin-age-s = { $count ->
    [one] 1 second
   *[other] { $count } seconds
}
admin-age-m = { $count ->
    [one] 1 minute
   *[other] { $count } minutes
}
admin-age-h = { $count ->
    [one] 1 hour
   *[other] { $count } hours
}
admin-age-d = { $count ->
    [one] 1 day
   *[other] { $count } days
}
admin-change-reason = Why? Kept with the change
admin-change-cancel = Cancel

# Contexts and proofs.
admin-terms-with = { $first }, and { $last }
admin-terms-pwd = a password
admin-terms-face = a live face
admin-terms-within = of the last { $age }
admin-terms-session = of this session
admin-terms-workflow = in the workflow { $workflow }
admin-terms-device = in a browser whose key was the account’s before
admin-terms-proofed = against an enrolment of the last { $age }
admin-terms-proofed-at = against an enrolment of { $at }
admin-terms-issuer = as seen by { $issuer }
admin-terms-key-bound = by a browser’s key that was bound at { $at }
admin-terms-context = “{ $title }” ({ $acr })
admin-terms-entry = { $proof } at { $at }
admin-terms-way-turns = by turning the head
admin-terms-way-distance = by coming nearer
admin-terms-way-still = without moving
admin-terms-none = none

# Policies: when somebody …, they need ….
admin-terms-policy = When { $when }, { $demand }.
admin-terms-when-anybody = anybody
admin-terms-when-groups = anybody of the group { $names }
admin-terms-when-any-client = signs in to any client
admin-terms-when-clients = signs in to { $names }
admin-terms-when-scopes = for the scope { $names }
admin-terms-when-resources = for the resource { $names }
admin-terms-when-inside = inside of the network { $names }
admin-terms-when-outside = outside of the network { $names }
admin-terms-when-hours = from { $from } until before { $until } ({ $zone })
admin-terms-when-hours-on = from { $from } until before { $until } ({ $zone }) beginning on a { $days }
admin-terms-when-new-device = in a browser in which the account never passed a face check
admin-terms-when-known-device = in a browser in which the account passed a face check before
admin-terms-when-older = in a session of more than { $age }
admin-terms-when-idle = after more than { $age } without use
admin-terms-need = they need { $context }
admin-terms-need-fresh = they need { $context }, not older than { $age }
admin-terms-refuse = they are refused
admin-terms-nothing = nothing is demanded
admin-day-mon = Monday
admin-day-tue = Tuesday
admin-day-wed = Wednesday
admin-day-thu = Thursday
admin-day-fri = Friday
admin-day-sat = Saturday
admin-day-sun = Sunday

# What a request asks, and what must be met beside it.
admin-terms-minimum-client = The client’s registration demands { $context }.
admin-terms-minimum-scope = The scope { $scope }, which the client’s registration protects, demands { $context }.
admin-terms-minimum-policy = The policy { $policy } demands { $context }.
admin-terms-no-older = It may not be older than { $age }.
admin-terms-asked-any = No context in particular
admin-terms-asked-preferred = As a wish: { $contexts }
admin-terms-asked-required = As a condition: { $contexts }
