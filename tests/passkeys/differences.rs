//! The cases in which another verifier decides otherwise than ours, with the reasons. It decides as ours does in all others.

use std::fmt;

use self::Library::{PythonFido2, SimpleWebAuthn};
use self::Theirs::{Accepts, MayAccept, Refuses};
use crate::cases::{Case, Kind};

/// Another verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Library {
    SimpleWebAuthn,
    PythonFido2,
}

/// The verdict of another verifier on cases of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theirs {
    /// It accepts them all, and ours refuses some.
    Accepts,
    /// It accepts some that ours refuses.
    MayAccept,
    /// It refuses them all, and ours accepts some.
    Refuses,
}

/// A reason to decide otherwise, with the cases that it applies to.
pub struct Difference {
    pub libraries: &'static [Library],
    pub kinds: &'static [Kind],
    pub theirs: Theirs,
    pub cases: &'static [&'static str],
    pub reason: &'static str,
}

const BOTH: &[Kind] = &[Kind::Registration, Kind::Assertion];
const REGISTRATION: &[Kind] = &[Kind::Registration];
const ASSERTION: &[Kind] = &[Kind::Assertion];

const BOTH_LIBRARIES: &[Library] = &[SimpleWebAuthn, PythonFido2];

pub const DIFFERENCES: &[Difference] = &[
    // What the libraries leave to their caller.
    Difference {
        libraries: BOTH_LIBRARIES,
        kinds: REGISTRATION,
        theirs: Accepts,
        cases: &[
            "a credential with another id",
            "a credential with a longer id",
            "a credential with an id of 1,024 bytes",
            "a credential without an id",
            "the id of another credential",
            "a flipped bit: the id",
        ],
        reason: "It returns the id inside the authenticator data, and leaves it to its caller to check that.",
    },
    Difference {
        libraries: BOTH_LIBRARIES,
        kinds: REGISTRATION,
        theirs: Accepts,
        cases: &[
            "a key of another type",
            "a key with the number of another algorithm that is offered",
            "a key on another curve",
            "a key with a compressed point",
            "a key with a long coordinate",
            "a key with a short coordinate",
        ],
        reason: "It reads the numbers of a key only when it checks a signature, so such a passkey can never be used.",
    },
    Difference {
        libraries: BOTH_LIBRARIES,
        kinds: REGISTRATION,
        theirs: MayAccept,
        cases: &[
            "a flipped bit: the form of the key",
            "a flipped bit: the numbers of the key",
        ],
        reason: "It reads the numbers of a key only when it checks a signature, so such a passkey can never be used.",
    },
    Difference {
        libraries: &[PythonFido2],
        kinds: REGISTRATION,
        theirs: Accepts,
        cases: &[
            "a key of another algorithm",
            "an algorithm that was not offered",
        ],
        reason: "It leaves it to its caller to compare the algorithm with those that were offered.",
    },
    Difference {
        libraries: BOTH_LIBRARIES,
        kinds: ASSERTION,
        theirs: Accepts,
        cases: &["another user", "no user", "a user with more behind it"],
        reason: "It leaves it to its caller to compare the user.",
    },
    Difference {
        libraries: &[PythonFido2],
        kinds: ASSERTION,
        theirs: Accepts,
        cases: &["a user that is no text"],
        reason: "It leaves it to its caller to compare the user.",
    },
    Difference {
        libraries: BOTH_LIBRARIES,
        kinds: ASSERTION,
        theirs: Accepts,
        cases: &["a passkey that can no longer be backed up"],
        reason: "It does not know the flags of the registration.",
    },
    Difference {
        libraries: &[PythonFido2],
        kinds: BOTH,
        theirs: Accepts,
        cases: &["a passkey that is backed up although it cannot be"],
        reason: "It leaves the backup flags to its caller.",
    },
    Difference {
        libraries: &[SimpleWebAuthn],
        kinds: ASSERTION,
        theirs: Refuses,
        cases: &["a counter that does not grow"],
        reason: "Our store compares the counter, when it records the use.",
    },
    Difference {
        libraries: BOTH_LIBRARIES,
        kinds: BOTH,
        theirs: Accepts,
        cases: &["a page inside one of another origin"],
        reason: "It leaves framed pages to its caller. SimpleWebAuthn refuses them only if the outer page is named.",
    },
    Difference {
        libraries: BOTH_LIBRARIES,
        kinds: REGISTRATION,
        theirs: Accepts,
        cases: &[
            "a page that names another around it",
            "a page that names itself around it",
        ],
        reason: "It does not read the outer page; SimpleWebAuthn does so at assertions only.",
    },
    Difference {
        libraries: &[PythonFido2],
        kinds: ASSERTION,
        theirs: Accepts,
        cases: &[
            "a page that names another around it",
            "a page that names itself around it",
        ],
        reason: "It does not read the outer page.",
    },
    // Attestations, of which nothing depends on the model of the authenticator.
    Difference {
        libraries: &[SimpleWebAuthn],
        kinds: REGISTRATION,
        theirs: Refuses,
        cases: &[
            "a statement about the model that is wrong",
            "a format of tomorrow",
            "a flipped bit: the format",
        ],
        reason: "It verifies statements about the model, and refuses formats that it does not know. We read none of them.",
    },
    Difference {
        libraries: &[SimpleWebAuthn],
        kinds: REGISTRATION,
        theirs: Accepts,
        cases: &["an attestation by the credential with another algorithm"],
        reason: "It does not compare the algorithm of the statement with that of the key.",
    },
    // CBOR. Our limits are lower, and we read what RFC 8949 has beyond the form that authenticators must keep.
    Difference {
        libraries: BOTH_LIBRARIES,
        kinds: BOTH,
        theirs: Accepts,
        cases: &[
            "extensions that are too deep",
            "extensions that are too long",
        ],
        reason: "It has no limits of its own. It refuses what exhausts its stack.",
    },
    Difference {
        libraries: BOTH_LIBRARIES,
        kinds: BOTH,
        theirs: Refuses,
        cases: &["extensions of unknown length"],
        reason: "It does not read values without a length, which authenticators must not make.",
    },
    Difference {
        libraries: BOTH_LIBRARIES,
        kinds: REGISTRATION,
        theirs: Refuses,
        cases: &["an object of unknown length"],
        reason: "It does not read values without a length, which authenticators must not make.",
    },
    Difference {
        libraries: &[SimpleWebAuthn],
        kinds: BOTH,
        theirs: Refuses,
        cases: &["extensions with a longer number"],
        reason: "It does not read numbers that are longer than they need be, which authenticators must not make.",
    },
    Difference {
        libraries: &[SimpleWebAuthn],
        kinds: REGISTRATION,
        theirs: Refuses,
        cases: &["an object with a longer head"],
        reason: "It does not read numbers that are longer than they need be, which authenticators must not make.",
    },
    Difference {
        libraries: &[PythonFido2],
        kinds: BOTH,
        theirs: Refuses,
        cases: &["extensions with a tag"],
        reason: "It does not read tags, which authenticators must not make.",
    },
    Difference {
        libraries: BOTH_LIBRARIES,
        kinds: BOTH,
        theirs: Accepts,
        cases: &["extensions that are an empty list"],
        reason: "It does not check that extensions are a map.",
    },
    Difference {
        libraries: &[PythonFido2],
        kinds: BOTH,
        theirs: Accepts,
        cases: &[
            "extensions that are a list",
            "extensions that are a number",
            "extensions with an entry twice",
        ],
        reason: "It does not check that extensions are a map with each entry once.",
    },
    Difference {
        libraries: BOTH_LIBRARIES,
        kinds: REGISTRATION,
        theirs: Accepts,
        cases: &["an object that ends early"],
        reason: "It takes a byte string that ends early for a shorter one. Here, the end is that of the key.",
    },
    Difference {
        libraries: BOTH_LIBRARIES,
        kinds: REGISTRATION,
        theirs: MayAccept,
        cases: &["a flipped bit: the frame"],
        reason: "It takes a byte string that ends early for a shorter one, and does not check the types of entries.",
    },
    Difference {
        libraries: &[SimpleWebAuthn],
        kinds: REGISTRATION,
        theirs: Accepts,
        cases: &[
            "an object with more behind it",
            "a statement that is a list",
        ],
        reason: "It reads the first value only, and does not check the types of entries.",
    },
    Difference {
        libraries: &[PythonFido2],
        kinds: REGISTRATION,
        theirs: Accepts,
        cases: &[
            "an object with an entry twice",
            "a key with an entry twice",
            "a format that is no text",
        ],
        reason: "It takes the last entry of a name, and does not check the types of entries.",
    },
    // JSON, and the text of bytes.
    Difference {
        libraries: BOTH_LIBRARIES,
        kinds: BOTH,
        theirs: Accepts,
        cases: &["client data with a field twice"],
        reason: "It takes the last field of a name.",
    },
    Difference {
        libraries: &[SimpleWebAuthn],
        kinds: BOTH,
        theirs: Accepts,
        cases: &["client data behind a byte order mark"],
        reason: "It skips the mark, which no browser makes.",
    },
    Difference {
        libraries: &[PythonFido2],
        kinds: BOTH,
        theirs: Accepts,
        cases: &["a challenge with padding"],
        reason: "It compares the bytes of the challenge, not the text.",
    },
    Difference {
        libraries: &[PythonFido2],
        kinds: BOTH,
        theirs: Accepts,
        cases: &["another type of credential", "a type that is no text"],
        reason: "It takes a type that it does not know for none.",
    },
    Difference {
        libraries: BOTH_LIBRARIES,
        kinds: BOTH,
        theirs: MayAccept,
        cases: &[
            "text with a line end",
            "text with a sign of no alphabet",
            "text with too much padding",
        ],
        reason: "It skips characters that base64url does not have.",
    },
    Difference {
        libraries: BOTH_LIBRARIES,
        kinds: ASSERTION,
        theirs: MayAccept,
        cases: &["text with padding", "text behind a space"],
        reason: "It reads padding, and skips spaces.",
    },
    Difference {
        libraries: &[PythonFido2],
        kinds: REGISTRATION,
        theirs: MayAccept,
        cases: &["text behind a space"],
        reason: "It skips spaces.",
    },
    Difference {
        libraries: &[SimpleWebAuthn],
        kinds: BOTH,
        theirs: MayAccept,
        cases: &["text cut off inside a byte"],
        reason: "It skips a character that is too little for a byte.",
    },
    // Signatures.
    Difference {
        libraries: &[SimpleWebAuthn],
        kinds: ASSERTION,
        theirs: Accepts,
        cases: &[
            "DER with a byte behind it",
            "DER with a longer head",
            "DER with a third number",
            "DER without a length",
        ],
        reason: "It reads BER, takes the first two numbers, and checks the signature that they make.",
    },
    Difference {
        libraries: &[SimpleWebAuthn],
        kinds: ASSERTION,
        theirs: MayAccept,
        cases: &["a signature twice"],
        reason: "It reads the first value of ASN.1 only.",
    },
];

impl Difference {
    /// Returns whether it applies to a case.
    pub fn is_about(&self, library: Library, case: &Case) -> bool {
        self.libraries.contains(&library)
            && self.kinds.contains(&case.kind)
            && self.cases.contains(&case.what.as_str())
    }

    /// Returns each kind of case that it is about.
    pub fn pairs(&self) -> impl Iterator<Item = (&'static str, Kind)> {
        let Self { cases, kinds, .. } = *self;
        let pairs = cases
            .iter()
            .map(|what| kinds.iter().map(|kind| (*what, *kind)));
        pairs.flatten()
    }

    /// Returns whether it explains a verdict.
    pub fn explains(&self, case: &Case, is_accepted: bool) -> bool {
        match self.theirs {
            Accepts => is_accepted,
            MayAccept => is_accepted || case.ours.is_err(),
            Refuses => !is_accepted,
        }
    }
}

impl fmt::Display for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SimpleWebAuthn => f.write_str("SimpleWebAuthn"),
            PythonFido2 => f.write_str("python-fido2"),
        }
    }
}
