// WireEnds: the two ends of a link, node 0, which dials, and node 1, with keys or without.
import Cryptography
import Kernels
import Wire

enum WireEnds {
    static let channels = ChannelLayout([Channel("model", 5), Channel("weight", 1)])

    static func identity(_ node: Int) -> LinkIdentity {
        LinkIdentity(
            experiment: [UInt8](repeating: 7, count: 32), run: RunNonce(hashing: "fuzzing"), node: NodeID(node),
            incarnation: 5, limits: Limits(channels))
    }

    static func secrets(_ node: Int, isSealed: Bool) -> LinkSecrets {
        let key = EdgeKey([UInt8](repeating: 3, count: EdgeKey.byteCount))
        return LinkSecrets(
            keys: isSealed ? KeyRing([(NodeID(1 - node), key)]) : nil,
            challenge: [UInt8](repeating: UInt8(node), count: LinkSecrets.challengeBytes))
    }

    static func expectation(of node: Int) -> Link.Expectation {
        node == 0 ? .dialled(NodeID(1)) : .accepted(among: [NodeID(0)])
    }

    static func link(_ node: Int, isSealed: Bool) -> Link {
        Link(
            local: identity(node), expecting: expectation(of: node), secrets: secrets(node, isSealed: isSealed))
    }

    static func datagramLink(_ node: Int, isSealed: Bool) -> DatagramLink {
        DatagramLink(
            local: identity(node), expecting: expectation(of: node), secrets: secrets(node, isSealed: isSealed),
            pace: DatagramLink.Pace(patience: .milliseconds(5_000), receiveBuffer: 212_992), at: start)
    }

    static let start = Instant(nanoseconds: 0)

    /// Both ends, open.
    static func opened(isSealed: Bool) -> (dialler: Link, accepter: Link) {
        var ends = (dialler: link(0, isSealed: isSealed), accepter: link(1, isSealed: isSealed))
        var effects: (ofDialler: [LinkEffect], ofAccepter: [LinkEffect]) = ([], [])
        ends.dialler.start(into: &effects.ofDialler)
        while !effects.ofDialler.isEmpty || !effects.ofAccepter.isEmpty {
            while let bytes = taken(&effects.ofDialler) { ends.accepter.receive(bytes.span, into: &effects.ofAccepter) }
            while let bytes = taken(&effects.ofAccepter) { ends.dialler.receive(bytes.span, into: &effects.ofDialler) }
        }
        precondition(ends.dialler.isOpen && ends.accepter.isOpen, "a handshake without disturbance opens a link")
        return ends
    }

    private static func taken(_ effects: inout [LinkEffect]) -> [UInt8]? {
        while !effects.isEmpty { if case .transmit(let frame) = effects.removeFirst() { return frame.bytes } }
        return nil
    }

    /// A message of the kind and round that the input says.
    static func message(_ input: inout FuzzInput) -> Message {
        let kind = input.below(8)
        let round = Round(Int(input.byte()))
        let values = { (count: Int) in (0..<count).map { Float($0) } }
        return switch kind {
        case 0: .waiting(round)
        case 1: .stateRequest(round)
        case 2: .state(ModelMessage(round: round, values: values(channels.first.elements)))
        case 3: .bye(.finished)
        default: .model(ModelMessage(round: round, values: values(channels.elementCount)))
        }
    }

    /// What a message says, without its values: a NaN is unlike itself.
    static func words(_ message: Message) -> String {
        switch message {
        case .model(let model): "model of \(model.round), \(model.values.count) values, \(model.digest)"
        case .state(let model): "state of \(model.round), \(model.values.count) values, \(model.digest)"
        default: "\(message)"
        }
    }

    /// What is wrong with a message that a link has delivered.
    static func violation(_ message: Message) -> String? {
        let (values, expected): ([Float], Int)
        switch message {
        case .model(let model): (values, expected) = (model.values, channels.elementCount)
        case .state(let model): (values, expected) = (model.values, channels.first.elements)
        case .noise, .posing, .flood: return "a link delivered what no node may send: \(words(message))"
        case .waiting, .stateRequest, .bye: return nil
        }
        return values.count == expected ? nil : "\(words(message)) where \(expected) values belong"
    }
}
