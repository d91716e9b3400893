//! Functions of the module vswitch.

use super::refuse;
use crate::error::Stop;
use crate::functions::digests::ruby_integer;
use crate::functions::{Call, Function};
use crate::signature::{Declared, required};
use crate::value::Value;

/// Bits of a mask.
const WIDEST: i64 = 4096;

pub(super) static FUNCTIONS: &[Function] = &[Function::new(
    "range_to_mask",
    &[
        Declared::new(&[required("range", "Pattern[/^$/]")]),
        Declared::new(&[required("range", r"Pattern[/^[0-9\-\,]/]")]),
        Declared::new(&[required("range", "Undef")]),
    ],
    |call| if call.dispatch == 1 { mask(call) } else { Ok(Value::Undef) },
)];

/// `1,3-5` as a hexadecimal mask of these bits.
fn mask(call: &mut Call<'_>) -> Result<Value, Stop> {
    let mut bits = vec![false; 1];
    for part in call.text(0).split(',').filter(|part| !part.is_empty()) {
        let number = |text: &str| ruby_integer(&Value::from(text));
        let (first, last) = match part.split_once('-') {
            Some((first, last)) => (number(first), number(last.split('-').next().unwrap_or_default())),
            None => (number(part), number(part)),
        };
        if first.max(last) >= WIDEST {
            return refuse(format!("range_to_mask(): more than {WIDEST} bits"));
        }
        for bit in first.max(0)..=last {
            let bit = bit as usize;
            if bits.len() <= bit {
                bits.resize(bit + 1, false);
            }
            bits[bit] = true;
        }
    }
    let digit = |four: &[bool]| four.iter().rev().fold(0_u32, |sum, bit| sum << 1 | u32::from(*bit));
    let text: String = bits.chunks(4).rev().filter_map(|four| char::from_digit(digit(four), 16)).collect();
    let text = text.trim_start_matches('0');
    Ok(Value::from(if text.is_empty() { "0" } else { text }))
}
