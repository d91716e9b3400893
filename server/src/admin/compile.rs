//! `compile …`

use model::Certname;
use serde_json::Value;

use super::AdminError;
use crate::rooms::Rooms;

/// Compiles a catalog; answers with its document.
pub(super) async fn compile(
    _rooms: &Rooms,
    _node: Certname,
    _facts: Option<Value>,
    _environment: Option<&str>,
) -> Result<Value, AdminError> {
    Err(AdminError::Refused("this build has no compiler".to_owned()))
}
