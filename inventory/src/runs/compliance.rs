//! Compliance reports, as `InSpec` makes them.

use jiff::Timestamp;
use serde::Deserialize;

use super::message::{node_name, read, refused};
use super::{NodeName, RunId, time};
use crate::error::Error;

/// A compliance report to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCompliance {
    pub node: NodeName,
    /// The run that it was made in, where it was made in one.
    pub report: RunId,
    pub ended_at: Timestamp,
    pub environment: Option<String>,
    pub controls: Controls,
    /// JSON, as it was sent.
    pub document: Vec<u8>,
    pub received_at: Timestamp,
}

/// What lists show of a compliance report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComplianceRow {
    /// `None`: of no organization of ours.
    pub organization: Option<String>,
    pub node: NodeName,
    pub report: RunId,
    pub ended_at: Timestamp,
    pub environment: Option<String>,
    pub controls: Controls,
    /// Length of the document in bytes.
    pub size: u64,
}

/// Controls by what came of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Controls {
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
}

impl Controls {
    /// `failed` where any control did, else `passed` where any did, else `skipped`.
    pub fn status(self) -> &'static str {
        match self {
            Self { failed: 1.., .. } => "failed",
            Self { passed: 1.., .. } => "passed",
            _ => "skipped",
        }
    }
}

#[derive(Deserialize)]
struct Told {
    node_name: Option<String>,
    report_uuid: Option<String>,
    end_time: Option<String>,
    environment: Option<String>,
    profiles: Option<Vec<Profile>>,
}

#[derive(Deserialize)]
struct Profile {
    controls: Option<Vec<Control>>,
}

#[derive(Deserialize)]
struct Control {
    results: Option<Vec<Finding>>,
}

#[derive(Deserialize)]
struct Finding {
    status: Option<String>,
}

impl NewCompliance {
    /// Reads a report. What it holds of profiles beyond the results of controls is kept unread.
    pub fn parse(body: &[u8], at: Timestamp) -> Result<Self, Error> {
        let report: Told = read(body)?;
        let id = report.report_uuid.as_deref().unwrap_or_default();
        let mut controls = Controls::default();
        for control in report.profiles.iter().flatten().flat_map(|profile| profile.controls.iter().flatten()) {
            control.count(&mut controls);
        }
        Ok(Self {
            node: node_name(report.node_name.as_deref(), "node_name")?,
            report: RunId::parse(id).ok_or_else(|| refused(format!("report_uuid '{id}' is no UUID")))?,
            ended_at: report.end_time.as_deref().and_then(time).unwrap_or(at),
            environment: report.environment,
            controls,
            document: body.to_vec(),
            received_at: at,
        })
    }
}

impl Control {
    /// One result that failed fails a control; without such, one that was skipped leaves it open.
    fn count(&self, controls: &mut Controls) {
        let any = |status: &str| {
            let results = self.results.iter().flatten();
            results.filter_map(|result| result.status.as_deref()).any(|found| found == status)
        };
        if any("failed") {
            controls.failed += 1;
        } else if any("skipped") {
            controls.skipped += 1;
        } else {
            controls.passed += 1;
        }
    }
}
