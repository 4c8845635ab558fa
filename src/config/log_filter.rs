//! The filter of the log.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

/// The reason why a text is not a filter of the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum LogFilterError {
    #[error("has {0:?}, which is no level: {FORM}")]
    UnknownLevel(String),
    #[error("is not a filter ({0}): {FORM}")]
    Malformed(String),
}

const FORM: &str = "write off, error, warn, info, debug or trace, or targets with levels, as in info,latchkey=debug";

/// Parses a filter. Refuses a single word that is not a level: it would be taken for a target, and nothing would be logged.
pub(super) fn log_filter(text: &str) -> Result<String, LogFilterError> {
    let directives: Vec<_> = text.split(',').map(str::trim).collect();
    let mut words = directives
        .iter()
        .filter(|word| !word.is_empty() && !word.contains(['=', '[']));
    if let Some(word) = words.find(|word| word.parse::<LevelFilter>().is_err()) {
        return Err(LogFilterError::UnknownLevel((*word).to_owned()));
    }
    let filter = directives.join(",");
    match EnvFilter::try_new(&filter) {
        Ok(_) => Ok(filter),
        Err(error) => Err(LogFilterError::Malformed(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::log_filter;

    #[test]
    fn a_word_that_is_not_a_level_is_not_taken_for_a_target() {
        for text in [
            "verbose",
            "info,verbose",
            "latchkey",
            "latchkey=loud",
            "latchkey=info=very",
        ] {
            let problem = log_filter(text).unwrap_err().to_string();
            assert!(problem.contains("info,latchkey=debug"), "{text}: {problem}");
        }
        for text in [
            "info",
            "WARN",
            "off",
            "latchkey=debug",
            "info,latchkey::mail=trace",
            "info, sqlx=warn",
        ] {
            let filter = text.replace(", ", ",");
            assert_eq!(log_filter(text), Ok(filter));
        }
    }
}
