//! Functions of the module monit.

use super::refuse;
use crate::error::Stop;
use crate::functions::strings::ruby_class;
use crate::functions::{Call, Function, ruby_text};
use crate::value::{Hash, Value};

const RESOURCES: &[&str] = &[
    "CPU",
    "CPU(USER)",
    "CPU(SYSTEM)",
    "CPU(WAIT)",
    "TOTAL CPU",
    "CHILDREN",
    "LOADAVG(1MIN)",
    "LOADAVG(5MIN)",
    "LOADAVG(15MIN)",
    "TOTAL MEMORY",
    "MEMORY",
    "SWAP",
];

const OPERATORS: &[&str] = &["<", ">", "!=", "==", "GT", "LT", "EQ", "NE", "GREATER", "LESS", "EQUAL", "NOTEQUAL"];

const ACTIONS: &[&str] = &["ALERT", "RESTART", "START", "STOP", "EXEC", "UNMONITOR"];

const HTTP: &[&str] = &["REQUEST", "STATUS", "CHECKSUM", "HOSTHEADER", "CONTENT"];

const APACHE_STATUS: &[&str] = &[
    "LOGLIMIT",
    "CLOSELIMIT",
    "DNSLIMIT",
    "KEEPALIVELIMIT",
    "REPLYLIMIT",
    "REQUESTLIMIT",
    "STARTLIMIT",
    "WAITLIMIT",
    "GRACEFULLIMIT",
    "CLEANUPLIMIT",
];

pub(super) static FUNCTIONS: &[Function] = &[Function::legacy("monit_validate_tests", 0, None, tests)];

/// Checks the tests of a service and adds to each its condition in monit's language.
fn tests(call: &mut Call<'_>) -> Result<Value, Stop> {
    let check = ruby_text::to_s(call.argument(0)).to_uppercase();
    let Value::Array(tests) = call.argument(1) else {
        let (shown, class) = (ruby_text::inspect(call.argument(1)), ruby_class(call.argument(1)));
        return refuse(format!("undefined method `each_with_index' for {shown}:{class}"));
    };
    let mut checked = Vec::new();
    for test in tests.iter() {
        let Value::Hash(test) = test else {
            return refuse(format!("undefined method `[]' for {}:{}", ruby_text::inspect(test), ruby_class(test)));
        };
        checked.push(Value::hash(one(&check, (**test).clone())?));
    }
    Ok(Value::array(checked))
}

fn one(check: &str, mut test: Hash) -> Result<Hash, Stop> {
    let kind = upper(&test, "type").unwrap_or_default();
    set(&mut test, "type", kind.clone());
    let is_resource = RESOURCES.contains(&kind.as_str());
    let fits = match check {
        "FILESYSTEM" => matches!(kind.as_str(), "FSFLAGS" | "SPACE" | "INODE" | "PERM" | "PERMISSION"),
        "HOST" => kind == "CONNECTION",
        "PROCESS" => is_resource || kind == "CONNECTION",
        "SYSTEM" => is_resource,
        _ => false,
    };
    if !fits {
        return refuse(format!("Tests for '{check}': invalid test type '{kind}'"));
    }
    let subject = format!("Tests for '{check}' ('{kind}'): ");
    if let Some(tolerance) = test.get(&Value::from("tolerance")).cloned() {
        let Some(cycles) = tolerance.get("cycles").map(ruby_text::to_s) else {
            return refuse(format!("{subject}tolerance must be a hash with 'cycles' key and optionally 'times'."));
        };
        let written = match tolerance.get("times").map(ruby_text::to_s) {
            Some(times) => format!("{times} TIMES WITHIN {cycles} CYCLES"),
            None => format!("{cycles} CYCLES"),
        };
        set(&mut test, "tolerance", written);
    }
    let action = upper(&test, "action").unwrap_or_else(|| "ALERT".to_owned());
    set(&mut test, "action", action.clone());
    if !ACTIONS.contains(&action.as_str()) {
        return refuse(format!("{subject}invalid action '{action}'"));
    }
    if action == "EXEC" && text(&test, "exec").is_none() {
        return refuse(format!("{subject}missing command for exec action"));
    }
    let mandatory = |name: &str| text(&test, name).ok_or_else(|| format!("{subject}'{name}' is mandatory"));
    let condition = match kind.as_str() {
        "FSFLAGS" => format!("CHANGED {kind}"),
        "PERM" | "PERMISSION" => match mandatory("value") {
            Ok(value) => format!("FAILED {kind} {value}"),
            Err(message) => return refuse(message),
        },
        "CONNECTION" => connection(&subject, &mut test)?,
        _ => {
            let operator = match mandatory("operator") {
                Ok(operator) if OPERATORS.contains(&operator.as_str()) => operator,
                Ok(operator) => return refuse(format!("{subject}invalid operator: {operator}")),
                Err(message) => return refuse(message),
            };
            match mandatory("value") {
                Ok(value) => format!("{kind} {operator} {value}"),
                Err(message) => return refuse(message),
            }
        }
    };
    set(&mut test, "condition", condition);
    Ok(test)
}

fn connection(subject: &str, test: &mut Hash) -> Result<String, Stop> {
    let mut condition = "FAILED".to_owned();
    let port = text(test, "port");
    if let Some(socket) = text(test, "unixsocket") {
        condition.extend(["UNIXSOCKET ", &socket]);
    } else {
        let Some(port) = port else { return refuse(format!("{subject}'port' or 'unixsocket' is mandatory")) };
        if let Some(host) = text(test, "host") {
            condition.extend([" HOST ", &host]);
        }
        condition.extend([" PORT ", &port]);
        if let Some(socket) = upper(test, "socket_type") {
            condition.extend([" TYPE ", &socket]);
            set(test, "socket_type", socket.clone());
            if socket == "TCPSSL" {
                if let Some(cypher) = upper(test, "socket_type_cypher") {
                    condition.extend([" ", &cypher]);
                    set(test, "socket_type_cypher", cypher);
                }
                if let Some(checksum) = text(test, "socket_type_checksum") {
                    condition.extend([" CERTMD5 ", &checksum]);
                }
            }
        }
        if let Some(protocol) = upper(test, "protocol") {
            set(test, "protocol", protocol.clone());
            if protocol != "GENERIC" {
                condition.extend(["\n    PROTOCOL ", &protocol, " "]);
            }
            if let Some(wanted) = test.get(&Value::from("protocol_test")) {
                condition.push_str(&protocol_test(subject, &protocol, wanted)?);
            }
        }
    }
    if let Some(timeout) = text(test, "timeout") {
        condition.extend(["\n    WITH TIMEOUT ", &timeout, " SECONDS"]);
    }
    if let Some(retry) = text(test, "retry") {
        condition.extend([" RETRY ", &retry]);
    }
    Ok(condition)
}

fn protocol_test(subject: &str, protocol: &str, wanted: &Value) -> Result<String, Stop> {
    let mut condition = String::new();
    let mut add = |key: &str, value: &str| condition.extend(["\n    ", key, " ", value]);
    let options = match protocol {
        "HTTP" => HTTP,
        "APACHE-STATUS" => APACHE_STATUS,
        _ => {
            let Value::Array(pairs) = wanted else {
                return refuse(format!("{subject}protocol_test must be an array of hashes with send/expect pairs."));
            };
            for pair in pairs.iter() {
                let entries: Vec<(String, String)> = entries(pair);
                let has = |name: &str| entries.iter().any(|(key, _)| key == name);
                if !has("SEND") || !has("EXPECT") {
                    return refuse(format!(
                        "{subject}missing options in {protocol} ckeck: SEND, EXPECT are mandatory."
                    ));
                }
                for (key, value) in &entries {
                    add(key, value);
                }
            }
            return Ok(condition);
        }
    };
    if !matches!(wanted, Value::Hash(_)) {
        let options = options.join(", ");
        return refuse(format!("{subject}protocol_test must be a hash with any of this keys: {options}."));
    }
    let entries = entries(wanted);
    let invalid: Vec<&str> = entries.iter().map(|(key, _)| key.as_str()).filter(|key| !options.contains(key)).collect();
    if !invalid.is_empty() {
        return refuse(format!("{subject}invalid options in {protocol} ckeck: {}", invalid.join(", ")));
    }
    if let Some(request) = wanted.get("request").map(ruby_text::to_s) {
        add("REQUEST", &request);
    }
    let rest = wanted.as_hash().into_iter().flatten().filter(|(key, _)| key.as_str() != Some("request"));
    for (key, value) in rest {
        add(&ruby_text::to_s(key).to_uppercase(), &ruby_text::to_s(value));
    }
    Ok(condition)
}

/// Keys in capitals, and values, as texts.
fn entries(hash: &Value) -> Vec<(String, String)> {
    let entries = hash.as_hash().into_iter().flatten();
    entries.map(|(key, value)| (ruby_text::to_s(key).to_uppercase(), ruby_text::to_s(value))).collect()
}

fn text(test: &Hash, name: &str) -> Option<String> {
    test.get(&Value::from(name)).map(ruby_text::to_s)
}

fn upper(test: &Hash, name: &str) -> Option<String> {
    text(test, name).map(|text| text.to_uppercase())
}

fn set(test: &mut Hash, name: &str, value: String) {
    test.insert(Value::from(name), Value::from(value));
}
