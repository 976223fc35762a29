//! The engine's threads step back behind the one that draws: a key is answered first, however much a query computes.

/// How far they step back, of 19 steps.
#[cfg(target_os = "linux")]
const STEPS: i32 = 10;

/// Lets the threads of the other parts go first on the processor. On Linux this is of the calling thread, and of those that it starts;
/// elsewhere niceness is of the whole process, so nothing is done.
pub(super) fn step() {
    // Where it is not allowed, queries take their turn like everybody.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(STEPS);
}
