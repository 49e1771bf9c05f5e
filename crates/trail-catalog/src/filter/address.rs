//! Addresses: IPv4 as IPv6-mapped, ordered by their 128 bits.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub(crate) const EXPECTED: &str = "an IPv4 or IPv6 address, or a network such as \"10.0.0.0/8\" in quotes";

/// Reads an address.
pub(crate) fn address(text: &str) -> Option<Ipv6Addr> {
    match text.parse::<IpAddr>().ok()? {
        IpAddr::V4(v4) => Some(v4.to_ipv6_mapped()),
        IpAddr::V6(v6) => Some(v6),
    }
}

/// The first and last address that a text means: one address, or a network with its prefix length.
pub(crate) fn span(text: &str) -> Option<(Ipv6Addr, Ipv6Addr)> {
    let Some((base, length)) = text.split_once('/') else {
        let one = address(text)?;
        return Some((one, one));
    };
    let base = address(base)?;
    if length.is_empty() || length.len() > 3 || !length.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let length: u32 = length.parse().ok()?;
    let bits = if base.to_ipv4_mapped().is_some() { 32 } else { 128 };
    let host_bits = bits - u32::min(length, bits);
    if length > bits {
        return None;
    }
    // Shifting by all 128 bits is not defined for the plain operator.
    let host = 1u128.checked_shl(host_bits).map_or(u128::MAX, |size| size - 1);
    let first = base.to_bits() & !host;
    Some((Ipv6Addr::from_bits(first), Ipv6Addr::from_bits(first | host)))
}

/// An address as it is written, IPv4 in four numbers.
pub(crate) fn show(address: Ipv6Addr) -> String {
    match address.to_ipv4_mapped() {
        Some(v4) => Ipv4Addr::to_string(&v4),
        None => address.to_string(),
    }
}
