use facestep::domain::oidc::client::ReturnAddress;

fn forge(address: url::Url) -> ReturnAddress {
    ReturnAddress(address)
}

fn main() {}
