// Datagrams: what comes to an open link over datagrams: those of the peer, lost, doubled, late, spoilt, and false ones
// with the right check, while time passes.
import Cryptography
import Kernels
import Wire

extension FuzzTargets {
    static let datagrams = FuzzTarget(
        "datagrams", "datagrams of an open link: lost, doubled, late, spoilt, false", allocationPerByte: 64
    ) {
        [false, true].flatMap { isSealed in
            (0..<8).map { way in
                .script(isSealed ? 1 : 0) + (0..<12).flatMap { [UInt8].script(7, 4, $0, way, $0, 3, 1, 2) }
            }
        }
    } violation: { bytes in
        var input = FuzzInput(bytes)
        var conversation = input.below(2) == 1 ? DatagramConversation.sealed : DatagramConversation.plain
        for _ in 0..<96 where !input.isEmpty { conversation.step(&input) }
        return conversation.violation
    }
}

/// Two links over datagrams, and all that was ever on its way between them.
private struct DatagramConversation {
    static let plain = DatagramConversation(isSealed: false)
    static let sealed = DatagramConversation(isSealed: true)

    private let isSealed: Bool
    private var links: [DatagramLink]
    private var now = WireEnds.start
    /// By receiver.
    private var underway: [[[UInt8]]] = [[], []]
    private var past: [[[UInt8]]] = [[], []]
    private var hasClosed = [false, false]
    private var newestRound: [Round?] = [nil, nil]
    private var session: UInt64 = 0
    private(set) var violation: String?

    private init(isSealed: Bool) {
        self.isSealed = isSealed
        links = [0, 1].map { WireEnds.datagramLink($0, isSealed: isSealed) }
        var effects: [DatagramLink.Effect] = []
        links[0].start(at: now, into: &effects)
        take(effects, of: 0)
        var hellos: [[UInt8]] = []
        for _ in 0..<4 {
            for receiver in [1, 0] {
                hellos += underway[receiver].filter { $0[5] == 1 }
                while !underway[receiver].isEmpty { deliver(underway[receiver].removeFirst(), to: receiver) }
            }
        }
        precondition(links.allSatisfy(\.isOpen), "a handshake without disturbance opens a link")
        // As the page of the protocol has it: sender and hello of the dialler, then of the accepter.
        var transcript: [UInt8] = []
        for hello in [hellos[0], hellos[1]] {
            transcript += hello[8..<12]
            transcript += hello[WrittenFrame.headerBytes..<hello.count - 16]
        }
        session = XXH64.hash(transcript)
    }

    /// Does the next thing that the input says.
    mutating func step(_ input: inout FuzzInput) {
        let choice = input.byte()
        let (way, receiver) = (choice % 9, Int(choice >> 4) % 2)
        var effects: [DatagramLink.Effect] = []
        switch way {
        case 0:
            now = now + .milliseconds(Int(input.byte()))
            for end in [0, 1] {
                links[end].timer(at: now, into: &effects)
                take(effects, of: end)
                effects = []
            }
        case 1 where !underway[receiver].isEmpty:
            underway[receiver].remove(at: input.below(underway[receiver].count))
        case 2 where !past[receiver].isEmpty:
            deliver(past[receiver][input.below(past[receiver].count)], to: receiver)
        case 3 where !underway[receiver].isEmpty:
            var datagram = underway[receiver][input.below(underway[receiver].count)]
            datagram.spoil(by: &input)
            if input.below(2) == 0 { WrittenFrame.mend(&datagram, session: session) }
            deliver(datagram, to: receiver)
        case 4:
            var frame = WrittenFrame(
                kind: input.byte() % 10, flags: UInt16(input.below(4)), sender: UInt32(input.below(3)),
                sequence: UInt64(input.byte()), session: session)
            for _ in 0..<4 { frame.payload.append(littleEndian: UInt64(input.byte())) }
            frame.payload += input.bytes(input.below(64))
            deliver(frame.bytes, to: receiver)
        case 5:
            deliver(input.bytes(input.below(64)), to: receiver)
        case 6:
            links[receiver].unreachable(at: now, into: &effects)
            take(effects, of: receiver)
        case 7:
            links[1 - receiver].send(WireEnds.message(&input), at: now, into: &effects)
            take(effects, of: 1 - receiver)
        default:
            guard !underway[receiver].isEmpty else { return }
            deliver(underway[receiver].remove(at: input.below(underway[receiver].count)), to: receiver)
        }
    }

    private mutating func deliver(_ datagram: [UInt8], to receiver: Int) {
        if past[receiver].count < 64 { past[receiver].append(datagram) }
        var effects: [DatagramLink.Effect] = []
        let cost = links[receiver].receive(datagram.span, at: now, into: &effects)
        if cost.bytes > datagram.count { violation = "\(cost.bytes) bytes are charged for \(datagram.count)" }
        take(effects, of: receiver)
    }

    private mutating func take(_ effects: [DatagramLink.Effect], of end: Int) {
        for effect in effects {
            switch effect {
            // Models that came too late are counted at the end of a read.
            case .refused(.duplicateRound, _, _): continue
            case _ where hasClosed[end]: violation = "after its end a link says \(effect)"
            case .transmit(let burst):
                for datagram in burst.datagrams {
                    let most = DatagramLink.datagramBytes(isSealed: isSealed)
                    if datagram.count > most { violation = "\(datagram.count) bytes in a datagram of at most \(most)" }
                    // A copy without the room of its burst.
                    if underway[1 - end].count < 64 { underway[1 - end].append(datagram.map { $0 }) }
                }
            case .deliver(let message):
                violation = WireEnds.violation(message) ?? violation
                guard case .model(let model) = message else { break }
                if let newest = newestRound[end], model.round <= newest {
                    violation = "a model of round \(model.round) after one of \(newest)"
                }
                newestRound[end] = model.round
            case .close: hasClosed[end] = true
            case .opened, .refused: break
            }
        }
        if (links[end].nextTimer == nil) != hasClosed[end] { violation = "only a closed link wants no timer" }
    }
}
