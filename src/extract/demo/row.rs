//! One logged request of the demo, small enough to keep some ten thousand planted ones in memory.

/// Milliseconds since the start of the extract; negative before it.
pub(super) type Millis = i64;

/// Milliseconds in a second.
pub(super) const SECOND: Millis = 1_000;
/// Milliseconds in a minute.
pub(super) const MINUTE: Millis = 60 * SECOND;
/// Milliseconds in an hour.
pub(super) const HOUR: Millis = 60 * MINUTE;
/// Milliseconds in a day.
pub(super) const DAY: Millis = 24 * HOUR;

/// A client's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Address {
    /// IPv4.
    V4(u32),
    /// In 2001:db8::/32: the 32 bits after the prefix name the network and the customer, the number is the host.
    V6(u32, u16),
}

impl Address {
    /// An IPv4 address from its four numbers.
    pub(super) const fn v4(a: u8, b: u8, c: u8, d: u8) -> Address {
        Address::V4(u32::from_be_bytes([a, b, c, d]))
    }
}

/// What was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// A fixed path.
    Path(&'static str),
    /// A file by its number.
    File(u32),
}

/// The text that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prompt {
    /// None.
    None,
    /// A person's question; every number gives one.
    Chat(u64),
    /// An application's fixed text with something of the day in it.
    App {
        /// Which application.
        app: u64,
        /// What it asks this time.
        item: u64,
    },
    /// The planted template.
    Template(u64),
    /// A planted request for as much text as possible.
    Lengthy(u64),
}

/// A model, by its place in [`super::text::MODELS`].
pub(super) type Model = u8;

/// One request. What belongs to the account (org, payment) is not repeated here, nor is what belongs to the network (asn, country).
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// When it came in.
    pub(super) at: Millis,
    /// Who: the place in `World::accounts`; nobody where the caller could not be told.
    pub(super) account: Option<u32>,
    /// The key's number; 0 for none.
    pub(super) key: u64,
    /// The session's number; 0 for none.
    pub(super) session: u64,
    /// From where.
    pub(super) ip: Address,
    /// The place in `World::networks`.
    pub(super) network: u16,
    /// The place in `text::AGENTS`.
    pub(super) agent: u16,
    /// The device's number; 0 for none.
    pub(super) device: u64,
    /// What was called.
    pub(super) endpoint: Endpoint,
    /// How.
    pub(super) method: &'static str,
    /// HTTP status.
    pub(super) status: u16,
    /// The provider's word for what went wrong.
    pub(super) error: &'static str,
    /// Which model answered.
    pub(super) model: Option<Model>,
    /// Tokens read.
    pub(super) tokens_in: u32,
    /// Tokens written.
    pub(super) tokens_out: u32,
    /// Milliseconds until the answer was complete.
    pub(super) latency: u32,
    /// What was asked.
    pub(super) prompt: Prompt,
    /// What the safety filter said.
    pub(super) flag: &'static str,
    /// And why.
    pub(super) category: &'static str,
}
