//! Each client of the field: signs in, is refused, steps up, refreshes, signs out.

use std::process::Command;

use super::{
    apache, cargo,
    customer::{Asked, Customer},
    packages,
    shop::{Plans, Shop},
    site::Site,
    support::processes::Provider,
};

/// What every client has to bring its customer through.
async fn succeeds(provider: &Provider, shop: &str, asked: Asked) {
    let customer = Customer::enters(shop, provider, asked).await;
    customer.allows_nothing().await;
    customer.signs_in().await;
    customer.declines().await;
    customer.steps_up().await;
    customer.stays().await;
    customer.signs_out().await;
    customer.leaves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn openid_client_signs_in_steps_up_refreshes_and_signs_out() {
    let provider = Provider::start_enrolled().await;
    let plans = Plans::read_within(&packages::node(), "openid-client.md", &provider);
    let mut program = Command::new(packages::node().join("node_modules/.bin/node"));
    program.arg(plans.write("shop.mjs"));
    succeeds(&provider, &Shop::open(plans, program).await.origin, Asked::Once).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn authlib_signs_in_steps_up_refreshes_and_signs_out() {
    let provider = Provider::start_enrolled().await;
    let plans = Plans::read("authlib.md", &provider);
    plans.write("shop.py");
    let mut program = Command::new(packages::python().join("bin/flask"));
    program.args(["--app", "shop", "run", "--port", &plans.port.to_string()]);
    succeeds(&provider, &Shop::open(plans, program).await.origin, Asked::Once).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mod_auth_openidc_signs_in_steps_up_refreshes_and_signs_out() {
    let provider = Provider::start_enrolled().await;
    let plans = Plans::read("mod-auth-openidc.md", &provider);
    let program = apache::serve(&plans);
    succeeds(&provider, &Shop::open(plans, program).await.origin, Asked::Once).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_openidconnect_crate_signs_in_steps_up_refreshes_and_signs_out() {
    let provider = Provider::start_enrolled().await;
    let plans = Plans::read("openidconnect.md", &provider);
    let program = Command::new(cargo::compile(&plans, "shop.rs"));
    succeeds(&provider, &Shop::open(plans, program).await.origin, Asked::Once).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_client_ts_signs_in_steps_up_refreshes_and_signs_out() {
    let provider = Provider::start_enrolled().await;
    let plans = Plans::read("oidc-client-ts.md", &provider);
    plans.write("index.html");
    plans.write("shop.js");
    succeeds(&provider, &Site::open(plans).origin, Asked::EachTime).await;
}
