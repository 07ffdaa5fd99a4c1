// EffectQueue: a core's effects in order, until its driver has carried them out. Where a trace line cannot be kept,
// nothing that follows it is carried out until it is: a node that says what it has not written down could say another
// thing after a restart.
import Kernels
import Metrics

/// What a core has asked for and a driver has not done yet.
///
/// While a line is held back its node stands still, as in a long local step: it hears its neighbours and says nothing.
/// No step is under way meanwhile, so what waits is bounded: what follows one mix.
public struct EffectQueue: Sendable {
    /// A core appends to these.
    public var effects: [NodeEffect] = []
    private var position = 0
    /// When the line that everything waits for could not be kept for the first time.
    public private(set) var blockedSince: Instant?

    public init() {}

    /// The next effect that may be carried out.
    public mutating func next() -> NodeEffect? {
        guard blockedSince == nil else { return nextWake() }
        guard position < effects.count else {
            removeAll()
            return nil
        }
        defer { position += 1 }
        return effects[position]
    }

    /// When the node wakes up follows from no mix, and is asked for anew at every event.
    private mutating func nextWake() -> NodeEffect? {
        let wake = effects[position...].firstIndex { if case .wake = $0 { true } else { false } }
        return wake.map { effects.remove(at: $0) }
    }

    /// The trace line that everything waits for, to be tried again.
    public var blockedLine: TraceLine? {
        guard blockedSince != nil, case .trace(let line) = effects[position] else { return nil }
        return line
    }

    /// The trace line that `next` returned last cannot be kept now.
    public mutating func blockOnTrace(at now: Instant) {
        position -= 1
        blockedSince = now
    }

    /// The node has stood still for so long, and could not try meanwhile.
    public mutating func postpone(by time: Nanoseconds) { blockedSince = blockedSince.map { $0 + time } }

    /// The line is kept now, and what follows it may be carried out.
    public mutating func release() {
        position += 1
        blockedSince = nil
    }

    /// Forgets what was not carried out, for good.
    public mutating func removeAll() {
        effects.removeAll(keepingCapacity: true)
        position = 0
        blockedSince = nil
    }
}
