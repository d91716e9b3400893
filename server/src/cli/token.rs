//! `token …`: secrets by which programs deploy and use the Forge.

use clap::Subcommand;

use crate::admin::Command;
use crate::config::Span;

pub(super) const EXAMPLES: &str = "Examples:
  quartermaster token create --scope deploy --label 'GitLab hook' --expires 365d
  quartermaster token create --scope forge-write:acme --scope deploy
  quartermaster token create --scope forge-read --expires never --json
  quartermaster token list
  quartermaster token revoke 1f0c77ab

A token is shown once, when it is made. Requests carry it as `X-Authentication: TOKEN` or
`Authorization: Bearer TOKEN`; webhooks as `?token=TOKEN`.";

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Make a token and print it
    Create {
        /// What it allows: `deploy`, `forge-read`, `forge-write:AUTHOR` or `forge-write:*`; may be given many times
        #[arg(long = "scope", value_name = "SCOPE", required = true, value_delimiter = ',')]
        scopes: Vec<String>,
        /// How long it is good: `90d`, `12h`, …, or `never` to expire
        #[arg(long, value_name = "SPAN", default_value = "90d", value_parser = expiry)]
        expires: Expiry,
        /// What it is for
        #[arg(long, value_name = "TEXT", default_value = "")]
        label: String,
    },
    /// Every token, without its secret
    List,
    /// Make tokens void at once
    Revoke {
        #[arg(required = true)]
        ids: Vec<String>,
    },
}

/// How long a token is good.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Expiry {
    Never,
    After(Span),
}

fn expiry(text: &str) -> Result<Expiry, String> {
    if text == "never" {
        return Ok(Expiry::Never);
    }
    let span = Span::parse(text).filter(|span| span.0.as_secs() > 0);
    span.map(Expiry::After).ok_or_else(|| format!("'{text}' is no span of time, such as `90d` or `12h`, nor `never`"))
}

impl Token {
    pub(super) fn command(&self) -> Command {
        match self {
            Self::Create { scopes, expires, label } => Command::TokenCreate {
                scopes: scopes.clone(),
                label: label.clone(),
                expires_in: match expires {
                    Expiry::Never => None,
                    Expiry::After(span) => Some(span.0.as_secs()),
                },
            },
            Self::List => Command::TokenList,
            Self::Revoke { ids } => Command::TokenRevoke { ids: ids.clone() },
        }
    }
}
