//! Attempt budgets, by account and over the whole population.

use diesel::prelude::*;

use super::{
    connection::{find_one, on_each_engine},
    row::{Place, milliseconds, one_row},
    schema::{attempt_budgets, population_attempts},
    transaction::Transaction,
};
use crate::{
    domain::{
        face::attempts::{AttemptBudget, DeviceScope},
        id::{DeviceId, UserId},
    },
    ports::{fault::Fault, store::AttemptStore},
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = attempt_budgets, treat_none_as_null = true)]
#[diesel(primary_key(user_id, scope))]
struct BudgetRow {
    user_id: String,
    scope: String,
    failures_in_a_row: i32,
    poor_pictures_in_a_row: i32,
    unfinished: i32,
    last_begun_at: Option<i64>,
    last_spent_at: Option<i64>,
    suspended_at: Option<i64>,
    version: i64,
}

impl BudgetRow {
    /// The row as it will be: one version on from what was read.
    fn next(budget: &AttemptBudget) -> Self {
        Self {
            user_id: budget.user.as_str().to_owned(),
            scope: scope_name(&budget.scope),
            failures_in_a_row: budget.failures_in_a_row,
            poor_pictures_in_a_row: budget.poor_pictures_in_a_row,
            unfinished: budget.unfinished,
            last_begun_at: budget.last_begun_at.map(milliseconds),
            last_spent_at: budget.last_spent_at.map(milliseconds),
            suspended_at: budget.suspended_at.map(milliseconds),
            version: budget.version + 1,
        }
    }

    fn parse(self) -> Result<AttemptBudget, Fault> {
        let at = Place::new("attempt_budgets", &format!("{}/{}", self.user_id, self.scope));
        Ok(AttemptBudget {
            user: at.proven("user_id", UserId::parse(&self.user_id))?,
            scope: at.proven("scope", parse_scope(&self.scope))?,
            failures_in_a_row: self.failures_in_a_row,
            poor_pictures_in_a_row: self.poor_pictures_in_a_row,
            unfinished: self.unfinished,
            last_begun_at: at.time_if_any("last_begun_at", self.last_begun_at)?,
            last_spent_at: at.time_if_any("last_spent_at", self.last_spent_at)?,
            suspended_at: at.time_if_any("suspended_at", self.suspended_at)?,
            version: self.version,
        })
    }
}

fn scope_name(scope: &DeviceScope) -> String {
    match scope {
        DeviceScope::Known(device) => format!("device:{device}"),
        DeviceScope::Unknown => "unknown".to_owned(),
    }
}

fn parse_scope(name: &str) -> Option<DeviceScope> {
    match name.strip_prefix("device:") {
        Some(device) => DeviceId::parse(device).map(DeviceScope::Known),
        None => (name == "unknown").then_some(DeviceScope::Unknown),
    }
}

impl AttemptStore for Transaction<'_> {
    fn find_budget(&mut self, user: &UserId, scope: &DeviceScope) -> Result<Option<AttemptBudget>, Fault> {
        self.step(|c| {
            let kept = attempt_budgets::table.find((user.as_str(), scope_name(scope)));
            let row = find_one!(c, kept.select(BudgetRow::as_select()))?;
            row.map(BudgetRow::parse).transpose()
        })
    }

    fn suspended_users(&mut self, most: i64) -> Result<Vec<UserId>, Fault> {
        use attempt_budgets::{suspended_at, user_id};
        self.step(|c| {
            let names: Vec<String> = attempt_budgets::table
                .filter(suspended_at.is_not_null())
                .select(user_id)
                .distinct()
                .order(user_id)
                .limit(most)
                .load(c)?;
            let parse =
                |name: String| Place::new("attempt_budgets", &name).proven("user_id", UserId::parse(&name));
            names.into_iter().map(parse).collect()
        })
    }

    fn is_suspended(&mut self, user: &UserId) -> Result<bool, Fault> {
        use attempt_budgets::{suspended_at, user_id};
        self.step(|c| {
            let suspended =
                attempt_budgets::table.filter(user_id.eq(user.as_str())).filter(suspended_at.is_not_null());
            Ok(diesel::select(diesel::dsl::exists(suspended)).get_result(c)?)
        })
    }

    fn save_budget(&mut self, budget: &AttemptBudget) -> Result<(), Fault> {
        self.step(|c| {
            let row = BudgetRow::next(budget);
            if budget.version == 0 {
                diesel::insert_into(attempt_budgets::table).values(&row).execute(c)?;
                return Ok(());
            }
            let read_before = attempt_budgets::table
                .filter(attempt_budgets::user_id.eq(&row.user_id))
                .filter(attempt_budgets::scope.eq(&row.scope))
                .filter(attempt_budgets::version.eq(budget.version));
            one_row(diesel::update(read_before).set(&row).execute(c)?, "attempt budget")
        })
    }

    fn clear_budgets(&mut self, user: &UserId) -> Result<(), Fault> {
        self.step(|c| {
            let theirs = attempt_budgets::table.filter(attempt_budgets::user_id.eq(user.as_str()));
            diesel::delete(theirs).execute(c)?;
            Ok(())
        })
    }

    fn spend_population(&mut self, window: i64, most: i64) -> Result<bool, Fault> {
        use population_attempts::{spent, table, time_window};
        self.step(|c| {
            let fresh = (time_window.eq(window), spent.eq(0));
            let opened = on_each_engine!(c, |inner| diesel::insert_into(table)
                .values(fresh)
                .on_conflict(time_window)
                .do_nothing()
                .execute(inner)?);
            if opened == 1 {
                // Nobody asks for older windows but a refund that comes late; the last one is kept for it.
                diesel::delete(table.filter(time_window.lt(window.saturating_sub(1)))).execute(c)?;
            }
            // One statement counts and compares, so that no two callers can both take the last one.
            let open = table.filter(time_window.eq(window)).filter(spent.lt(most));
            Ok(diesel::update(open).set(spent.eq(spent + 1)).execute(c)? == 1)
        })
    }

    fn has_population_room(&mut self, window: i64, most: i64) -> Result<bool, Fault> {
        use population_attempts::{spent, table};
        self.step(|c| {
            let counted: Option<i64> = table.find(window).select(spent).first(c).optional()?;
            Ok(counted.unwrap_or(0) < most)
        })
    }

    fn refund_population(&mut self, window: i64) -> Result<(), Fault> {
        use population_attempts::{spent, table, time_window};
        self.step(|c| {
            let counted = table.filter(time_window.eq(window)).filter(spent.gt(0));
            diesel::update(counted).set(spent.eq(spent - 1)).execute(c)?;
            Ok(())
        })
    }
}
