//! The bank's pages. Whatever comes from outside goes through [`text`] before it stands in one.

use super::ledger::{Account, Payment};
use super::relying_party::{Refusal, SignIn, now};
use super::sessions::Receipt;
use super::texts;

pub const HTML: &str = "text/html; charset=utf-8";
pub const BAD_AMOUNT: &str = "Write an amount like 250 or 250.00.";
pub const NOT_ENOUGH: &str = "There is not enough money in the account for that.";

pub fn home(csrf: &str) -> String {
    let csrf = text(csrf);
    layout(
        "Harbour Bank",
        "",
        &format!(
            r#"<section class="hero">
  <h1>Money that waits for you, and for nobody else.</h1>
  <p>Look at your account with a password. When money leaves it, we ask to see your face.</p>
  <form method="post" action="/sign-in"><input type="hidden" name="csrf" value="{csrf}">
    <button id="sign-in" class="primary">Sign in</button></form>
  <p class="small">You sign in with Facestep. Harbour Bank never sees your password or your picture.</p>
</section>
<ul class="promises">
  <li><h2>Checked when it matters</h2><p>A stolen password can look. It cannot pay.</p></li>
  <li><h2>No picture kept here</h2><p>We are told that it was you, how, and when. Nothing else.</p></li>
  <li><h2>A person to talk to</h2><p>No camera today? Call 555&nbsp;0100 and do it by phone.</p></li>
</ul>"#
        ),
    )
}

pub fn account(customer: &SignIn, account: &Account, csrf: &str, notice: Option<&str>) -> String {
    let name = text(customer.name.as_deref().unwrap_or("customer"));
    let (csrf, balance) = (text(csrf), account.balance.to_string());
    let rows: String = account.payments.iter().map(row).collect();
    let notice = notice.map(|notice| format!(r#"<p class="notice" role="alert">{}</p>"#, text(notice)));
    let main = format!(
        r#"<h1 id="greeting">Good day, {name}</h1>
{notice}
<div class="columns">
<section class="card"><h2>Everyday account</h2>
  <p class="balance" id="balance">{balance}</p>
  <table><caption>Recent payments</caption><tbody>{rows}</tbody></table>
</section>
<section class="card"><h2>Transfer</h2>
  <form method="post" action="/transfer" id="transfer-form"><input type="hidden" name="csrf" value="{csrf}">
    <label for="to">To</label><input id="to" name="to" value="Lighthouse Trust" required maxlength="60" autocomplete="off">
    <label for="amount">Amount in euros</label><input id="amount" name="amount" value="250.00" required inputmode="decimal" autocomplete="off">
    <label for="reference">Reference</label><input id="reference" name="reference" value="Mooring fees" maxlength="60" autocomplete="off">
    <button id="transfer" class="primary">Transfer</button>
    <p class="small">You will be asked to look into your camera.</p>
  </form>
</section>
<section class="card"><h2>Pay out</h2>
  <form method="post" action="/payout" id="payout-form"><input type="hidden" name="csrf" value="{csrf}">
    <label for="payout-to">To</label><input id="payout-to" name="to" value="My account on the mainland" required maxlength="60" autocomplete="off">
    <label for="payout-amount">Amount in euros</label><input id="payout-amount" name="amount" value="40.00" required inputmode="decimal" autocomplete="off">
    <input type="hidden" name="reference" value="Payout">
    <button id="payout" class="primary">Pay out</button>
    <p class="small">The bank’s payment service decides whether it needs to see you. A look from the last few minutes will do.</p>
  </form>
</section></div>"#,
        notice = notice.unwrap_or_default()
    );
    layout("Your account", &sign_out(&csrf), &main)
}

pub fn receipt(receipt: &Receipt) -> String {
    let (transfer, proof) = (&receipt.transfer, &receipt.proof);
    let acr = proof.acr.as_deref().unwrap_or_default();
    let methods: Vec<_> = proof.amr.iter().map(|method| texts::amr(method)).collect();
    let time = proof.auth_time.unwrap_or_default();
    let main = format!(
        r#"<section class="card outcome" id="done"><p class="mark good" aria-hidden="true">✓</p>
  <h1>{amount} sent to {to}</h1><p>Reference: {reference}</p>
  <h2>Why we did it</h2>
  <p>Before moving the money we checked a signed statement from the sign-in service. It says:</p>
  <dl>
    <dt>How sure: <code>acr</code></dt><dd><code id="acr">{acr}</code>{acr_words}</dd>
    <dt>By what: <code>amr</code></dt><dd><code id="amr">{amr}</code>You showed {methods}.</dd>
    <dt>When: <code>auth_time</code></dt><dd><code id="auth-time">{time}</code>That was {age}.</dd>
  </dl>
  <p><a class="button" href="/account">Back to your account</a></p>
</section>"#,
        amount = transfer.amount,
        to = text(&transfer.to),
        reference = text(&transfer.reference),
        acr = text(acr),
        acr_words = texts::acr(Some(acr)),
        amr = text(&proof.amr.join(" ")),
        methods = methods.join(" and "),
        age = texts::age(now() - time),
    );
    layout("Transfer done", "", &main)
}

pub fn refused(refusal: &Refusal) -> String {
    let told = texts::refusal(refusal);
    let main = format!(
        r#"<section class="card outcome" id="refused"><p class="mark bad" aria-hidden="true">!</p>
  <h1>{title}</h1><p>{what}</p>
  <h2>What you can do</h2><p>{next}</p>
  <p><a class="button" href="/account">Back to your account</a></p>
  <p class="small">For our staff: <code id="detail">{detail}</code></p>
</section>"#,
        title = text(told.title),
        what = text(&told.what),
        next = text(told.next),
        detail = text(&told.detail),
    );
    layout(told.title, "", &main)
}

fn row(payment: &Payment) -> String {
    let class = if payment.amount.0 < 0 { "out" } else { "in" };
    format!(
        r#"<tr><td>{with}<span>{about}</span></td><td class="{class}">{amount}</td></tr>"#,
        with = text(&payment.with),
        about = text(&payment.about),
        amount = payment.amount
    )
}

fn sign_out(csrf: &str) -> String {
    format!(
        r#"<form method="post" action="/sign-out"><input type="hidden" name="csrf" value="{csrf}"><button id="sign-out" class="quiet">Sign out</button></form>"#
    )
}

fn layout(title: &str, corner: &str, main: &str) -> String {
    format!(
        r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="stylesheet" href="/style.css"></head>
<body><header><a class="brand" href="/">Harbour Bank</a>{corner}</header>
<main>{main}</main>
<footer>An example that comes with Facestep. No real money moves.</footer></body></html>"#
    )
}

/// Text from outside, with what HTML would take for its own made harmless.
fn text(raw: &str) -> String {
    let mut safe = String::with_capacity(raw.len());
    for letter in raw.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_provider_says_cannot_write_into_the_page() {
        let description = Some("<script>alert(1)</script>".to_owned());
        let page = refused(&Refusal::Provider { error: "access_denied\"".to_owned(), description });
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script"));
        assert!(page.contains("access_denied&quot;"));
    }
}
