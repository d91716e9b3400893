//! Internet addresses with the length of their network's prefix, as Ruby's `IPAddr` reads them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address, and how many bits of it name the network.
#[derive(Clone, Copy, Debug)]
pub(super) struct Network {
    /// As it was written.
    pub(super) address: IpAddr,
    pub(super) prefix: u32,
}

impl Network {
    /// `192.0.2.1`, `2001:db8::1`, in brackets or not, with a prefix length or netmask or without.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
        let address: IpAddr = address.split('%').next()?.parse().ok()?;
        let bits = bits(address);
        let prefix = match prefix {
            None => bits,
            Some(prefix) => match prefix.parse::<u32>() {
                Ok(prefix) if prefix <= bits => prefix,
                Ok(_) => return None,
                Err(_) => match prefix.parse::<IpAddr>().ok()? {
                    IpAddr::V4(mask) if bits == 32 => mask.to_bits().leading_ones(),
                    IpAddr::V6(mask) if bits == 128 => mask.to_bits().leading_ones(),
                    _ => return None,
                },
            },
        };
        Some(Self { address, prefix })
    }

    pub(super) fn is_v6(&self) -> bool {
        self.address.is_ipv6()
    }

    /// Whether an address is in the network.
    pub(super) fn contains(&self, other: IpAddr) -> bool {
        if self.address.is_ipv4() != other.is_ipv4() {
            return false;
        }
        let bits = bits(self.address);
        self.prefix == 0 || (number(self.address) ^ number(other)) >> (bits - self.prefix) == 0
    }

    /// The first address of the network.
    pub(super) fn first(&self) -> IpAddr {
        self.with(number(self.address) & self.mask())
    }

    /// The last address of the network.
    pub(super) fn last(&self) -> IpAddr {
        self.with(number(self.address) & self.mask() | !self.mask() & self.all())
    }

    /// The netmask as an address.
    pub(super) fn netmask(&self) -> IpAddr {
        self.with(self.mask())
    }

    /// An address of the same family from its number.
    pub(super) fn with(&self, number: u128) -> IpAddr {
        match self.address {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::from_bits(number as u32)),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from_bits(number)),
        }
    }

    fn all(&self) -> u128 {
        if self.address.is_ipv4() { u128::from(u32::MAX) } else { u128::MAX }
    }

    fn mask(&self) -> u128 {
        let rest = bits(self.address) - self.prefix;
        if rest == 128 { 0 } else { self.all() >> rest << rest }
    }
}

/// How many bits an address has.
pub(super) fn bits(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// An address as a number.
pub(super) fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// What Ruby says of a text that is no address; it says an address as a number, or leaves it out.
pub(super) fn complaint(text: &str) -> String {
    let (address, prefix) = text.split_once('/').unwrap_or((text, ""));
    if let Ok(address) = address.parse::<IpAddr>()
        && prefix.parse::<u32>().is_ok()
    {
        return format!("invalid length: {}", number(address));
    }
    let is_zero_filled = |part: &str| part.len() > 1 && part.starts_with('0');
    let parts: Vec<&str> = address.split('.').collect();
    let dotted = parts.len() == 4 && parts.iter().all(|part| part.parse::<u8>().is_ok());
    if dotted && parts.into_iter().any(is_zero_filled) {
        return "zero-filled number in IPv4 address is ambiguous: ".to_owned();
    }
    "invalid address: ".to_owned()
}
