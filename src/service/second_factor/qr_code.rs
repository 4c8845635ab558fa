//! QR codes, which carry the secret of an authenticator app from the screen to the phone.

use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use crate::service::error::AuthError;

/// The width and height of the smallest image, in pixels. It scales without loss.
const MIN_SIZE: u32 = 200;

/// Draws a text as a QR code: an SVG element, dark on light, with the border that cameras need. A page may show it as an image
/// or insert it as it is.
///
/// # Errors
/// `Unexpected` when the text is too long for a QR code: more than 2,300 bytes.
pub fn draw(text: &str) -> Result<String, AuthError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)
        .map_err(|error| AuthError::Unexpected(format!("a QR code: {error}")))?;
    let image = code
        .render()
        .min_dimensions(MIN_SIZE, MIN_SIZE)
        .dark_color(svg::Color("#000"))
        .light_color(svg::Color("#fff"))
        .build();
    // A declaration of XML has no place inside a page.
    let element = image.find("<svg").map_or("", |start| &image[start..]);
    Ok(element.to_owned())
}
