// Handshakes: what a stranger says first, to a link over a stream, to one over datagrams, and to the door before it. A
// link opens for a neighbour's own hello alone; without keys, for one that says what a neighbour would.
import Cryptography
import Kernels
import Wire

extension FuzzTargets {
    static let handshakes = FuzzTarget("handshakes", "the first words of a stranger, over streams and datagrams") {
        [false, true].flatMap { isSealed in
            (0..<6).map { way in .script(isSealed ? 1 : 0, way, 1, 60, 0, 1, 200, 0, 4) }
        }
    } violation: { bytes in
        var input = FuzzInput(bytes)
        let isSealed = input.below(2) == 1
        let way = input.below(6)
        var greeting = greeting(isSealed: isSealed, toDatagrams: way >= 3)
        let whole = greeting
        if way % 3 == 2 {
            greeting = input.remaining()
        } else {
            greeting.spoil(by: &input)
            if way % 3 == 1 { WrittenFrame.mend(&greeting) }
            greeting += input.remaining()
        }
        let origin = Origin(greeting, whole)
        return way < 3
            ? violation(overStream: greeting, isSealed: isSealed, origin)
            : violation(overDatagrams: greeting, isSealed: isSealed, origin)
    }

    private static let believed = "a hello that is not the neighbour's own is believed"

    /// How much of a greeting is the neighbour's own.
    private struct Origin {
        /// Zeros that are put in the place of zeros spoil nothing.
        let isNeighbours: Bool
        /// Sender, hello and mark are; the other fields of the header may differ.
        let hasNeighboursMark: Bool

        init(_ greeting: [UInt8], _ whole: [UInt8]) {
            isNeighbours = greeting.starts(with: whole)
            hasNeighboursMark =
                greeting.count >= whole.count && greeting[8..<12] == whole[8..<12]
                && greeting[WrittenFrame.headerBytes..<whole.count] == whole[WrittenFrame.headerBytes...]
        }
    }

    /// The neighbour's own.
    private static func greeting(isSealed: Bool, toDatagrams: Bool) -> [UInt8] {
        if toDatagrams {
            var (link, effects) = (WireEnds.datagramLink(0, isSealed: isSealed), [DatagramLink.Effect]())
            link.start(at: WireEnds.start, into: &effects)
            guard case .transmit(let burst)? = effects.first else { preconditionFailure("a dialler greets") }
            return burst.bytes
        }
        var (link, effects) = (WireEnds.link(0, isSealed: isSealed), [LinkEffect]())
        link.start(into: &effects)
        guard case .transmit(let frame)? = effects.first else { preconditionFailure("a dialler greets") }
        return frame.bytes
    }

    private static func violation(overStream greeting: [UInt8], isSealed: Bool, _ origin: Origin) -> String? {
        var (link, effects) = (WireEnds.link(1, isSealed: isSealed), [LinkEffect]())
        link.receive(greeting.span, into: &effects)
        let hasOpened = effects.contains { if case .opened = $0 { true } else { false } }
        if isSealed, hasOpened { return "a link opens for who has not proved to have the key" }
        if isSealed, link.hasGreeted, !origin.hasNeighboursMark { return Self.believed }
        if origin.isNeighbours, !link.hasGreeted { return "the neighbour's own hello is refused: \(effects)" }
        let hasDelivered = effects.firstIndex { if case .deliver = $0 { true } else { false } }
        return hasDelivered != nil && !hasOpened ? "a message is delivered before the link is open" : nil
    }

    private static func violation(overDatagrams greeting: [UInt8], isSealed: Bool, _ origin: Origin) -> String? {
        let door = AddressValidator(
            local: WireEnds.identity(1), diallers: [NodeID(0)], keys: WireEnds.secrets(1, isSealed: isSealed).keys,
            secret: SipHash.Key([UInt8](0..<16)))
        switch door.judge(greeting.span, from: [127, 0, 0, 1, 0, 9], at: WireEnds.start) {
        case .admitted: return "a stranger is admitted who has not shown that it receives"
        case .asked(let answer) where answer.count >= greeting.count: return "an answer is as long as what it answers"
        case .asked, .refused: break
        }
        var (link, effects) = (WireEnds.datagramLink(1, isSealed: isSealed), [DatagramLink.Effect]())
        link.receive(greeting.span, at: WireEnds.start, into: &effects)
        if link.isOpen { return "a link opens for who has only greeted" }
        if isSealed, link.claimant != nil, !origin.hasNeighboursMark { return Self.believed }
        return origin.isNeighbours && link.claimant == nil ? "the neighbour's own hello is refused: \(effects)" : nil
    }
}
