identity-title = Confirm your identity
identity-lead = We ask { $source } to confirm your document. Its portrait is what your face is compared with.
identity-number = Document number
identity-number-help = As printed on your identity document, with letters and digits.
identity-submit = Continue
identity-malformed = That does not look like a document number of { $source }.
identity-malformed-next = Check it against your document and enter it again.
identity-no-match = { $source } knows no document with this number.
identity-no-match-next = Check the number and enter it again. If it is right, your document may have been replaced or have expired: please ask the office that issued it.
identity-partial-match = This document does not agree with your account.
identity-partial-match-next = Its name or birth date differ from those that { $client } has verified. Use your own document; if your name has changed, please have { $client } correct your account first.
identity-source-down = { $source } does not answer at the moment.
identity-source-down-next = This is not your fault and nothing was lost. Please try again in a few minutes, or go back to { $client }.
identity-throttled = Too many document numbers were tried with this account.
identity-throttled-next = { $seconds ->
    [one] To protect the register, please wait a second before you try again.
   *[other] To protect the register, please wait { $seconds } seconds before you try again.
}
identity-personas = Pick someone
identity-personas-text = This is a demonstration: the register is a simulator, and these people are in it. Choose the one whose account you signed in with, or see how a failure looks.
identity-persona-attested = Document is confirmed
identity-persona-no-match = No such document
identity-persona-partial-match = Details differ from the account
identity-persona-source-down = Register does not answer
