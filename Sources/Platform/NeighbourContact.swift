// NeighbourContact: whether a node has ever reached a neighbour, and what it says where it has not.
import Kernels

/// The neighbours of a node, as long as it has met none of them.
struct NeighbourContact {
    /// So long everything may take to start.
    static let silence: Nanoseconds = .milliseconds(1_000)
    /// More neighbours than that are counted, not named.
    private static let mostNamed = 8

    private let dialled: [NodeID]
    private let diallers: [NodeID]
    private let addresses: NeighbourAddresses
    /// Whether none has been met, where there are some.
    private(set) var isAlone: Bool
    /// When the node says whom it waits for; `nil` where it will not.
    private(set) var speaksAt: Instant?

    /// - Parameter speaksAt: `nil` for a node that need not say anything.
    init(_ settings: TransportSettings, addresses: NeighbourAddresses, speaksAt: Instant?) {
        diallers = settings.diallers
        dialled = settings.neighbours.filter { !settings.diallers.contains($0) }
        self.addresses = addresses
        isAlone = !settings.neighbours.isEmpty
        self.speaksAt = isAlone ? speaksAt : nil
    }

    mutating func linkUp() {
        isAlone = false
        speaksAt = nil
    }

    /// Whom the node waits for and where; once, when it is time.
    ///
    /// - Parameter address: where the node itself is reached.
    mutating func word(at now: Instant, listening address: String) -> String? {
        guard let moment = speaksAt, moment <= now else { return nil }
        speaksAt = nil
        var parts: [String] = []
        if !dialled.isEmpty { parts.append("dials \(Self.list(dialled) { addresses.description(of: $0) })") }
        if !diallers.isEmpty { parts.append("is dialled at \(address) by \(Self.list(diallers) { "\($0)" })") }
        return "no neighbour yet; \(parts.joined(separator: "; "))"
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
