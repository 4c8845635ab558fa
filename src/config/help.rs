//! The overview of settings in `-h`: a line or two for each section. `--help` explains each setting.

use clap::Command;

/// The last line of `--help`.
pub(super) const SOURCES: &str = "Each setting is also an environment variable. A flag takes precedence over LATCHKEY_<NAME>, which takes precedence over <NAME>.";

/// Lists the sections of these settings with their first flags.
pub(super) fn overview(settings: &Command) -> String {
    const WIDTH: usize = 60;
    let mut sections: Vec<(&str, Vec<String>)> = Vec::new();
    for setting in settings.get_arguments() {
        let heading = setting.get_help_heading().unwrap_or("Other");
        let flag = format!("--{}", setting.get_long().unwrap_or_default());
        match sections.iter_mut().find(|(section, _)| *section == heading) {
            Some((_, flags)) => flags.push(flag),
            None => sections.push((heading, vec![flag])),
        }
    }
    let mut text = "Settings (--help explains each, with its variable and its default):".to_owned();
    for (heading, flags) in sections {
        // The parentheses of a heading explain values, which `-h` does not list.
        let name = heading.split(" (").next().unwrap_or(heading);
        let mut line = String::new();
        let mut left = flags.len();
        for flag in &flags {
            if !line.is_empty() && line.len() + flag.len() > WIDTH {
                break;
            }
            let comma = if line.is_empty() { "" } else { ", " };
            line = format!("{line}{comma}{flag}");
            left -= 1;
        }
        if left > 0 {
            line = format!("{line} and {left} more");
        }
        text = format!("{text}\n\n{name}:\n  {line}");
    }
    text
}
