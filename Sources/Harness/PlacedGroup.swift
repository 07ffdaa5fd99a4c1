// PlacedGroup: the nodes that a placement chose for an adversary group, as summaries and reports tell of them.
import JSON
import Scenario

/// An adversary group whose nodes were chosen and not listed.
public struct PlacedGroup: Sendable, Equatable {
    public let placement: String
    public let attack: String
    /// Labels, in the order in which they were chosen.
    public let nodes: [String]

    /// - Returns: `nil` where the nodes are listed.
    init?(_ group: AdversaryGroup) {
        guard let placement = group.nodes.placement else { return nil }
        self.placement = placement.kind
        attack = group.attack.kind
        nodes = group.nodes.labels
    }

    /// "signFlip by degree: 3 7".
    public var inWords: String {
        let most = 32
        let names = nodes.prefix(most).joined(separator: " ")
        return "\(attack) by \(placement): \(names)" + (nodes.count > most ? " and \(nodes.count - most) more" : "")
    }
}

extension JSONLine {
    mutating func append(_ group: PlacedGroup) {
        appendObject { object in
            object.add("placement", group.placement)
            object.add("attack", group.attack)
            object.add("nodes", group.nodes) { $0.append(text: $1) }
        }
    }
}
