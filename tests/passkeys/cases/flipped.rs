//! Answers with one bit flipped after they were signed.

use super::{Case, SignIn, new_passkey, registration};
use crate::authenticator::{Algorithm, Attestation, decoded, sha256, tamper};
use crate::service::{OFFERED, Service, phone};

/// Attestation objects with each bit flipped once that belongs to no authenticator data.
pub fn in_frames() -> Vec<Case> {
    let genuine = new_passkey(Algorithm::EdDsa, |_| ());
    let length = |field: &str| decoded(&genuine["response"][field]).len();
    let bits = (length("attestationObject") - length("authenticatorData")) * 8;
    let flipped = (0..bits).map(|bit| {
        let mut credential = genuine.clone();
        tamper(&mut credential, "attestationObject", |bytes| {
            bytes[bit / 8] ^= 1 << (bit % 8);
        });
        // The name of the format takes the bytes 6 to 9. Its texts are all ASCII, but for the highest bit.
        let is_name = (6..10).contains(&(bit / 8)) && bit % 8 < 7;
        let what = if is_name {
            "a flipped bit: the format"
        } else {
            "a flipped bit: the frame"
        };
        registration(&Service::new(), what, &credential)
    });
    flipped.collect()
}

/// Assertions with bits flipped at places that a fixed seed chooses.
pub fn in_assertions() -> Vec<Case> {
    let mut cases = Vec::new();
    for algorithm in OFFERED {
        let mut sign_in = SignIn::new(phone(algorithm));
        let genuine = sign_in.answer(|_| ());
        for field in ["clientDataJSON", "authenticatorData", "signature"] {
            for number in 0..40 {
                let mut credential = genuine.clone();
                tamper(&mut credential, field, |bytes| {
                    // Signatures of ECDSA differ each time, and so do the places of their types and lengths.
                    let is_ecdsa = field == "signature" && algorithm == Algorithm::Es256;
                    let bytes = if is_ecdsa { &mut bytes[5..34] } else { bytes };
                    flip(bytes, number);
                });
                cases.push(sign_in.case(format!("a flipped bit: {field}"), &credential));
            }
        }
    }
    cases
}

/// Registrations with bits flipped at places that a fixed seed chooses: without an attestation, and with one by the credential.
pub fn in_registrations() -> Vec<Case> {
    let mut cases = Vec::new();
    let service = Service::new();
    for algorithm in OFFERED {
        for (own, mark) in [(false, ""), (true, ", signed")] {
            let genuine = new_passkey(algorithm, |draft| {
                if own {
                    draft.attestation = Attestation::Own;
                }
            });
            let data = decoded(&genuine["response"]["authenticatorData"]).len();
            for number in 0..50 {
                let mut credential = genuine.clone();
                tamper(&mut credential, "clientDataJSON", |bytes| {
                    // The highest bit would make text that is not UTF-8.
                    let place = flip(bytes, number);
                    bytes[place] &= 0x7f;
                });
                let what = format!("a flipped bit: clientDataJSON{mark}");
                cases.push(registration(&service, what, &credential));
                let mut credential = genuine.clone();
                let mut what = "";
                tamper(&mut credential, "attestationObject", |bytes| {
                    let start = bytes.len() - data;
                    let place = flip(&mut bytes[start..], number);
                    what = part(place, algorithm);
                });
                let what = format!("a flipped bit: {what}{mark}");
                cases.push(registration(&service, what, &credential));
            }
        }
    }
    cases
}

/// Flips a bit that a number chooses, and returns the place of its byte.
fn flip(bytes: &mut [u8], number: u32) -> usize {
    let random = sha256(format!("bit {number} of {} bytes", bytes.len()).as_bytes());
    let place = usize::from(u16::from_be_bytes([random[0], random[1]])) % bytes.len();
    bytes[place] ^= 1 << (random[2] % 8);
    place
}

/// Returns the part of authenticator data that a byte belongs to.
fn part(place: usize, algorithm: Algorithm) -> &'static str {
    // The numbers inside the key.
    let numbers = match algorithm {
        Algorithm::Es256 => [97..129, 132..164],
        Algorithm::Rs256 => [98..354, 356..359],
        _ => [97..129, 0..0],
    };
    match place {
        0..32 => "the hash of the relying party",
        32 => "the flags",
        33..37 => "the counter",
        37..53 => "the AAGUID",
        53..55 => "the length of the id",
        55..87 => "the id",
        _ if numbers.iter().any(|range| range.contains(&place)) => "the numbers of the key",
        _ => "the form of the key",
    }
}
