//! A customer's account: a balance, and what was paid.

use serde::{Deserialize, Serialize};

/// An amount in cents.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money(pub i64);

/// One line of the account.
#[derive(Clone)]
pub struct Payment {
    pub with: String,
    pub about: String,
    pub amount: Money,
}

/// A transfer that the customer asked for.
#[derive(Clone, Serialize, Deserialize)]
pub struct Transfer {
    pub to: String,
    pub reference: String,
    pub amount: Money,
}

/// What a customer has.
#[derive(Clone)]
pub struct Account {
    pub balance: Money,
    pub payments: Vec<Payment>,
}

impl Account {
    /// Every customer begins with the same account.
    pub fn opened() -> Self {
        let payment = |with: &str, about: &str, cents| Payment {
            with: with.into(),
            about: about.into(),
            amount: Money(cents),
        };
        Self {
            balance: Money(1_248_055),
            payments: vec![
                payment("Quayside Grocers", "Card payment", -6_420),
                payment("Northern Light & Power", "Direct debit", -8_815),
                payment("Mariner Institute", "Salary", 318_500),
                payment("Ferry Line", "Card payment", -2_750),
            ],
        }
    }

    /// Carries a transfer out; false where the balance does not allow it.
    pub fn carry_out(&mut self, transfer: &Transfer) -> bool {
        if transfer.amount.0 <= 0 || transfer.amount.0 > self.balance.0 {
            return false;
        }
        self.balance.0 -= transfer.amount.0;
        let payment = Payment {
            with: transfer.to.clone(),
            about: transfer.reference.clone(),
            amount: Money(-transfer.amount.0),
        };
        self.payments.insert(0, payment);
        true
    }
}

impl Money {
    /// Reads `250` or `250.00`.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, cents) = text.trim().split_once('.').unwrap_or((text.trim(), "00"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(cents) || cents.len() != 2 {
            return None;
        }
        let whole: i64 = whole.parse().ok().filter(|whole| *whole < 1_000_000)?;
        Some(Self(whole * 100 + cents.parse::<i64>().ok()?))
    }
}

impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "−" } else { "" };
        let whole = (self.0.abs() / 100).to_string();
        let mut grouped = String::new();
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        write!(f, "{sign}€{grouped}.{:02}", self.0.abs() % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_with_or_without_cents() {
        assert!(Money::parse("250") == Some(Money(25_000)));
        assert!(Money::parse(" 0.05 ") == Some(Money(5)));
        for wrong in ["", "-1", "1.5", "1e9", "1,000", "9999999", ".50", "١"] {
            assert!(Money::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn an_amount_is_written_in_groups_of_three() {
        assert_eq!(Money(1_248_055).to_string(), "€12,480.55");
        assert_eq!(Money(-5).to_string(), "−€0.05");
    }

    #[test]
    fn more_than_there_is_cannot_be_sent() {
        let mut account = Account::opened();
        let transfer = |cents| Transfer { to: "x".into(), reference: "y".into(), amount: Money(cents) };
        assert!(!account.carry_out(&transfer(account.balance.0 + 1)));
        assert!(!account.carry_out(&transfer(-1)));
        assert!(account.carry_out(&transfer(account.balance.0)));
        assert_eq!(account.balance.0, 0);
    }
}
