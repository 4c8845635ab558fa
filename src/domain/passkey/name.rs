//! The name of a passkey, by which its owner recognises it.

use uuid::{Uuid, uuid};

use crate::domain::Device;
use crate::domain::text::{VisibleLineError, shown, visible_line};

/// The maximum length of a name.
const MAX_CHARS: usize = 64;

/// A name that is shown to the owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyName(String);

/// Password managers and systems by the AAGUID of their authenticators, from the list that the community keeps
/// (<https://github.com/passkeydeveloper/passkey-authenticator-aaguids>).
const MANAGERS: [(Uuid, &str); 16] = [
    (
        uuid!("fbfc3007-154e-4ecc-8c0b-6e020557d7bd"),
        "iCloud Keychain",
    ),
    (
        uuid!("dd4ec289-e01d-41c9-bb89-70fa845d4bf2"),
        "iCloud Keychain",
    ),
    (
        uuid!("ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4"),
        "Google Password Manager",
    ),
    (
        uuid!("adce0002-35bc-c60a-648b-0b25f1f05503"),
        "Chrome on Mac",
    ),
    (
        uuid!("08987058-cadc-4b81-b6e1-30de50dcbe96"),
        "Windows Hello",
    ),
    (
        uuid!("9ddd1817-af5a-4672-a2b9-3e3dd95000a9"),
        "Windows Hello",
    ),
    (
        uuid!("6028b017-b1d4-4c02-b4b3-afcdafc96bb2"),
        "Windows Hello",
    ),
    (
        uuid!("53414d53-554e-4700-0000-000000000000"),
        "Samsung Pass",
    ),
    (uuid!("bada5566-a7aa-401f-bd96-45619a55120d"), "1Password"),
    (uuid!("d548826e-79b4-db40-a3d8-11116f7e8349"), "Bitwarden"),
    (uuid!("531126d6-e717-415c-9320-3d9aa6981239"), "Dashlane"),
    (uuid!("b84e4048-15dc-4dd0-8640-f4f60813c8af"), "NordPass"),
    (uuid!("0ea242b4-43c4-4a1b-8b17-dd6d0b6baec6"), "Keeper"),
    (uuid!("fdb141b2-5d84-443e-8a35-4698c205a502"), "KeePassXC"),
    (uuid!("50726f74-6f6e-5061-7373-50726f746f6e"), "Proton Pass"),
    (uuid!("f3809540-7f14-49c1-a8b3-8f813b225541"), "Enpass"),
];

impl PasskeyName {
    /// Parses a name as its owner typed it.
    pub fn parse(raw: &str) -> Result<Self, VisibleLineError> {
        visible_line(raw, MAX_CHARS).map(Self)
    }

    /// Returns a name for a passkey whose owner gave none: that of its password manager, or of the device.
    #[must_use]
    pub fn suggested(aaguid: [u8; 16], device: &Device) -> Self {
        let aaguid = Uuid::from_bytes(aaguid);
        let manager = MANAGERS.iter().find(|(model, _)| *model == aaguid);
        let name = manager.map(|(_, name)| (*name).to_owned());
        let of_device = || shown(device.name.as_deref()?, MAX_CHARS);
        Self(
            name.or_else(of_device)
                .unwrap_or_else(|| "Passkey".to_owned()),
        )
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
