//! Disarming links and addresses in every text of a dossier: `hxxp://evil[.]example/x`, `1.2.3[.]4`, `2001[:]db8[:][:]1`, `ana[at]evil.example`.
//! For forms that people read; programs take the values as they are.

use std::net::IpAddr;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::domain::Role;

use super::dossier::{Dossier, Visitor};

/// A link, an address of IPv6, one of IPv4, one of mail.
static ALIVE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let link = r"(?P<scheme>http|ftp)(?P<s>s?)://(?P<host>[^\s/?#\x22'<>]*)";
    let six = r"(?P<six>\b[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7}|::[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)";
    let four = r"(?P<four>\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}\b)";
    let mail = r"(?P<user>[\w.+-]+)@(?P<domain>[\w-]+(?:\.[\w-]+)+)";
    Regex::new(&format!("(?i){link}|{six}|{four}|{mail}")).ok()
});

/// The dossier with nothing in it that a click could follow.
#[must_use]
pub(super) fn applied(mut dossier: Dossier) -> Dossier {
    dossier.visit(&mut Disarm);
    dossier.defanged = true;
    dossier
}

struct Disarm;

impl Visitor for Disarm {
    fn text(&mut self, text: &mut String) {
        *text = disarmed(text);
    }

    fn value(&mut self, _role: Role, value: &mut String) {
        *value = disarmed(value);
    }
}

/// A text with its links and addresses disarmed. What is disarmed already stays as it is.
pub fn disarmed(text: &str) -> String {
    let Some(alive) = &*ALIVE else { return text.to_owned() };
    let one = |found: &Captures<'_>| -> String {
        let whole = found.get(0).map_or("", |whole| whole.as_str());
        let part = |name: &str| found.name(name).map(|part| part.as_str());
        if let (Some(scheme), Some(host)) = (part("scheme"), part("host")) {
            let scheme = if scheme.starts_with(['h', 'H']) { "hxxp" } else { "fxp" };
            let host = host.replace("[.]", ".").replace('.', "[.]");
            return format!("{scheme}{}://{host}", part("s").unwrap_or_default().to_lowercase());
        }
        if let (Some(user), Some(domain)) = (part("user"), part("domain")) {
            return format!("{user}[at]{}", domain.replace('.', "[.]"));
        }
        match whole.parse::<IpAddr>() {
            Ok(IpAddr::V4(_)) => whole.rsplit_once('.').map_or_else(|| whole.to_owned(), |(net, host)| format!("{net}[.]{host}")),
            Ok(IpAddr::V6(_)) => whole.replace(':', "[:]"),
            Err(_) => whole.to_owned(),
        }
    };
    alive.replace_all(text, one).into_owned()
}

#[cfg(test)]
mod tests {
    use super::disarmed;

    #[test]
    fn links_and_addresses_are_disarmed_once_and_nothing_else() {
        for (alive, safe) in [
            ("see HTTPS://evil.example/a.b?c", "see hxxps://evil[.]example/a.b?c"),
            ("ip:203.0.113.9,198.51.100.7", "ip:203.0.113[.]9,198.51.100[.]7"),
            ("2001:db8::1", "2001[:]db8[:][:]1"),
            ("ana@evil.example", "ana[at]evil[.]example"),
            ("at 12:30:45 version 1.2.3 of 10", "at 12:30:45 version 1.2.3 of 10"),
            ("999.1.1.1", "999.1.1.1"),
        ] {
            assert_eq!(disarmed(alive), safe);
            assert_eq!(disarmed(safe), safe);
        }
    }
}
