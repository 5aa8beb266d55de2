//! Apache with Debian's mod_auth_openidc: the page's configuration, and around it what a machine with Apache has anyway.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Command};

use super::shop::Plans;

/// Where Debian puts the modules.
const MODULES: &str = "/usr/lib/apache2/modules";
/// Those that the site needs.
const NEEDED: [&str; 9] = [
    "mpm_event",
    "alias",
    "authn_core",
    "authz_core",
    "authz_user",
    "dir",
    "include",
    "rewrite",
    "auth_openidc",
];

/// What the application behind Apache finds in its environment, where it says who is there.
const CUSTOMER: &str = r#"{"customer":{"sub":"<!--#echo encoding="none" var="OIDC_CLAIM_sub" -->","acr":"<!--#echo encoding="none" var="OIDC_CLAIM_acr" -->","auth_time":"<!--#echo encoding="none" var="OIDC_CLAIM_auth_time" -->"}}"#;
/// The same, where it says what they are called.
const NAME: &str = r#"{"name":"<!--#echo encoding="none" var="OIDC_CLAIM_name" -->"}"#;
/// What it says to whom it does not know.
const NOBODY: &str = r#"{"customer":null}"#;

/// Writes the site, and gives the command that serves it.
pub fn serve(plans: &Plans) -> Command {
    let pages = [("login", CUSTOMER), ("transfer", CUSTOMER), ("refresh", NAME), ("goodbye", NOBODY)];
    pages.into_iter().for_each(|(path, page)| {
        plans.write_text(&format!("site/{path}"), page);
    });
    // Started by root, Apache serves as another user, who has to come in.
    fs::set_permissions(plans.folder(), fs::Permissions::from_mode(0o755)).unwrap();
    let shop = plans.write("shop.conf");
    let folder = plans.folder().display();
    let modules: String =
        NEEDED.iter().map(|name| format!("LoadModule {name}_module {MODULES}/mod_{name}.so\n")).collect();
    let server = format!(
        "ServerRoot {folder}\nServerName 127.0.0.1\nListen 127.0.0.1:{port}\nPidFile {folder}/pid\n\
         ErrorLog /dev/stderr\nLogLevel warn auth_openidc:info\nUser www-data\nGroup www-data\n{modules}\
         DocumentRoot {folder}/site\n\
         <Directory {folder}/site>\nOptions Includes\nSetOutputFilter INCLUDES\nForceType application/json\n</Directory>\n\
         Include {shop}\n",
        port = plans.port,
        shop = shop.display(),
    );
    let mut apache = Command::new("/usr/sbin/apache2");
    // One process, which can be ended as one.
    apache.arg("-X").arg("-f").arg(plans.write_text("server.conf", &server));
    apache
}
