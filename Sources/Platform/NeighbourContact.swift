// NeighbourContact: whether a node has ever reached a neighbour, and what it says where it has not.
import Kernels

/// The neighbours that a node has not met yet.
struct NeighbourContact {
    /// So long everything may take to start.
    static let silence: Nanoseconds = .milliseconds(1_000)
    /// More neighbours than that are counted, not named.
    private static let mostNamed = 8

    private let dialled: [NodeID]
    private let diallers: [NodeID]
    private let addresses: NeighbourAddresses
    private let joining: Nanoseconds
    /// Ascending.
    private var unmet: [NodeID]
    /// When the node says whom it waits for, as it has met nobody; `nil` where it will not.
    private var speaksAt: Instant?
    /// When it goes on without those that it has not met by then, and says so.
    private var goesOnAt: Instant?

    /// - Parameters:
    ///   - start: when the node began to look for neighbours; `nil` for one that need not say anything.
    ///   - joining: how long it waits for them.
    init(_ settings: TransportSettings, addresses: NeighbourAddresses, from start: Instant?, joining: Nanoseconds) {
        diallers = settings.diallers
        dialled = settings.neighbours.filter { !settings.diallers.contains($0) }
        self.addresses = addresses
        self.joining = joining
        unmet = settings.neighbours.sorted()
        guard let start, !unmet.isEmpty else { return }
        speaksAt = joining > Self.silence ? start + Self.silence : nil
        goesOnAt = start + joining
    }

    /// Whether none has been met, where there are some.
    var isAlone: Bool { !unmet.isEmpty && unmet.count == dialled.count + diallers.count }

    /// When there may be something to say.
    var nextWordAt: Instant? { speaksAt ?? goesOnAt }

    mutating func linkUp(_ neighbour: NodeID) {
        unmet.removeAll { $0 == neighbour }
        speaksAt = nil
        if unmet.isEmpty { goesOnAt = nil }
    }

    /// Whom the node waits for and where, or goes on without; each once, when it is time.
    ///
    /// - Parameter address: where the node itself is reached.
    mutating func word(at now: Instant, listening address: String) -> String? {
        if let moment = speaksAt, moment <= now {
            speaksAt = nil
            return "no neighbour yet; \(whereabouts(address))"
        }
        guard let moment = goesOnAt, moment <= now else { return nil }
        goesOnAt = nil
        let seconds = Double(joining) / 1e9
        return "goes on after \(seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)") s without "
            + "\(Self.list(unmet) { "\($0)" }); \(whereabouts(address))"
    }

    /// How those are looked for that were not met.
    private func whereabouts(_ address: String) -> String {
        var parts: [String] = []
        let (sought, awaited) = (dialled.filter(unmet.contains), diallers.filter(unmet.contains))
        if !sought.isEmpty { parts.append("dials \(Self.list(sought) { addresses.description(of: $0) })") }
        if !awaited.isEmpty { parts.append("is dialled at \(address) by \(Self.list(awaited) { "\($0)" })") }
        return parts.joined(separator: "; ")
    }

    /// What there is to say of a node that ends now; `nil` where it has met someone, or nobody was to be met.
    var isolationWarning: String? {
        guard isAlone else { return nil }
        let neighbours = Self.list((dialled + diallers).sorted()) { "\($0)" }
        return "never reached a neighbour (\(neighbours)): its model comes from its own data alone"
    }

    private static func list(_ nodes: [NodeID], _ name: (NodeID) -> String) -> String {
        let rest = nodes.count - mostNamed
        return nodes.prefix(mostNamed).map(name).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }
}
