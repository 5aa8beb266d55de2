//! What a person does, page by page.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use thirtyfour::{By, WebDriver, WebElement};

use super::{bank::Bank, processes::PASSWORD};

/// A person in front of a browser.
pub struct Visit<'a>(pub &'a WebDriver);

impl Visit<'_> {
    /// Opens an address.
    pub async fn open(&self, address: &str) {
        self.0.goto(address).await.unwrap();
    }

    /// The element of this selector, once it is there.
    pub async fn sees(&self, selector: &str) -> WebElement {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            if let Ok(element) = self.0.find(By::Css(selector)).await {
                return element;
            }
            if Instant::now() > deadline {
                self.give_evidence(selector).await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Fails with what the page shows instead, in words and as a picture.
    async fn give_evidence(&self, awaited: &str) -> ! {
        let picture = Path::new(env!("CARGO_TARGET_TMPDIR")).join("instead.png");
        self.0.screenshot(&picture).await.unwrap();
        let words = self.0.find(By::Css("body")).await.unwrap().text().await.unwrap();
        panic!("never came: {awaited}; instead, as in {}:\n{words}", picture.display());
    }

    /// The first of these selectors that comes.
    pub async fn sees_one_of(&self, selectors: &[&'static str]) -> &'static str {
        let mut seen = "";
        while seen.is_empty() {
            self.sees(&selectors.join(",")).await;
            for selector in selectors {
                if self.shows(selector).await {
                    seen = selector;
                }
            }
        }
        seen
    }

    /// Whether the element of this selector is there now.
    pub async fn shows(&self, selector: &str) -> bool {
        self.0.find(By::Css(selector)).await.is_ok()
    }

    /// The prompts that the capture page shows, each once in a row, until one of these selectors comes.
    pub async fn prompts_until(&self, ends: &[&'static str]) -> Vec<String> {
        let mut prompts: Vec<String> = Vec::new();
        while !self.shows(&ends.join(",")).await {
            let script = "return document.getElementById('main')?.dataset.action ?? ''";
            let shown =
                self.0.execute(script, vec![]).await.ok().and_then(|shown| shown.convert::<String>().ok());
            match shown.filter(|shown| !shown.is_empty()) {
                Some(shown) if prompts.last() != Some(&shown) => prompts.push(shown),
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        prompts
    }

    /// Presses the element of this selector.
    pub async fn presses(&self, selector: &str) {
        self.sees(selector).await.click().await.unwrap();
    }

    /// Types into the element of this selector.
    pub async fn types(&self, selector: &str, text: &str) {
        let element = self.sees(selector).await;
        element.clear().await.unwrap();
        element.send_keys(text).await.unwrap();
    }

    /// All words on the page.
    pub async fn words(&self) -> String {
        self.sees("body").await.text().await.unwrap()
    }

    /// Signs in at the provider.
    pub async fn signs_in(&self, username: &str) {
        self.types("#username", username).await;
        self.types("#password", PASSWORD).await;
        self.presses("#sign-in button[type=submit]").await;
    }

    /// Goes through the parent workflow up to its capture.
    pub async fn enrols_with(&self, document_number: &str) {
        self.presses("#agree").await;
        self.types("#document-number", document_number).await;
        self.presses("#identity button[type=submit]").await;
        self.begins_capture().await;
    }

    /// Chooses a way on the page before the camera opens.
    pub async fn chooses_way(&self, way: &str) {
        self.presses(&format!("#way-{way}")).await;
    }

    /// Begins a capture from its briefing.
    pub async fn begins_capture(&self) {
        self.presses("#begin button[type=submit]").await;
    }

    /// Signs in at the bank through the provider.
    pub async fn signs_in_at_the_bank(&self, bank: &Bank, username: &str) {
        self.open(&bank.origin).await;
        self.presses("#sign-in").await;
        self.signs_in(username).await;
        self.sees("#greeting").await;
    }

    /// Begins a capture if the page before it is shown; a fresh start may skip it.
    pub async fn begins_capture_if_briefed(&self) {
        if self.sees_one_of(&["#begin", "#ceremony"]).await == "#begin" {
            self.begins_capture().await;
        }
    }

    /// After a refused or stopped capture: gives up, so that the client is told.
    pub async fn gives_up_after_refusal(&self) {
        self.sees_one_of(&["#outcome", ".trouble:not([hidden])"]).await;
        self.presses("#decline button").await;
    }
}
