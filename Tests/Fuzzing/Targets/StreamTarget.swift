// Stream: what a neighbour says on an open link over a stream: true frames, spoilt, repeated and false ones, cut
// anywhere, read at once, in pieces, or straight into place. All three must come to the same.
import Kernels
import Wire

extension FuzzTargets {
    static let stream = FuzzTarget("stream", "frames of an open link over a stream, cut anywhere") {
        [false, true].flatMap { isSealed in
            (0..<6).map { way in
                .script(isSealed ? 1 : 0, 7 * way) + (0..<8).flatMap { [UInt8].script(way, 4 + $0, $0, 3, 1, 2) }
            }
        }
    } violation: { bytes in
        var input = FuzzInput(bytes)
        let isSealed = input.below(2) == 1
        let piece = 1 + input.below(97)
        var (sender, receiver) = isSealed ? StreamReading.sealed : StreamReading.plain
        var sent: [[UInt8]] = []
        while !input.isEmpty, sent.count < 64 { sent.append(StreamReading.next(&input, of: &sender, after: sent)) }
        let stream = sent.flatMap { $0 }

        let atOnce = StreamReading(receiver, of: stream, piece: max(1, stream.count), inPlace: false)
        if let violation = atOnce.violation { return violation }
        for inPlace in [false, true] {
            let other = StreamReading(receiver, of: stream, piece: piece, inPlace: inPlace)
            if other.words != atOnce.words {
                return "in pieces of \(piece)\(inPlace ? ", in place" : ""): \(other.words); at once: \(atOnce.words)"
            }
        }
        return nil
    }
}

/// A stream as a link has read it.
private struct StreamReading {
    static let plain = ends(isSealed: false)
    static let sealed = ends(isSealed: true)

    private static func ends(isSealed: Bool) -> (Link, Link) {
        let ends = WireEnds.opened(isSealed: isSealed)
        return (ends.dialler, ends.accepter)
    }

    private(set) var words: [String] = []
    private(set) var violation: String?

    init(_ start: Link, of stream: [UInt8], piece: Int, inPlace: Bool) {
        var (link, rest) = (start, stream[...])
        var effects: [LinkEffect] = []
        while !rest.isEmpty, link.isOpen {
            var chunk = Array(rest.prefix(piece))
            rest = rest.dropFirst(piece)
            if inPlace { Self.land(&chunk, on: &link) }
            link.receive(chunk.span, into: &effects)
        }
        var outdated = 0
        for effect in effects {
            // Models that came too late are counted at the end of a read.
            if words.last == "close", !Self.isCount(effect) { violation = "after its end a link says \(effect)" }
            switch effect {
            case .deliver(let message):
                violation = WireEnds.violation(message) ?? violation
                // Of announcements that follow each other the last one says it all; how many are told is no matter.
                if case .waiting = message, words.last?.hasPrefix("waiting") == true { words.removeLast() }
                words.append(WireEnds.words(message))
            case .refused(.duplicateRound, _, let count): outdated += count
            case .refused(let rejection, let peer, let count):
                words.append("\(count) times \(rejection) of \(peer.map { "\($0)" } ?? "nobody")")
            case .opened: violation = "an open link opens"
            case .transmit: words.append("answer")
            case .close: words.append("close")
            }
        }
        if link.isOpen != !words.contains("close") { violation = "an end that is not told, or none that is" }
        words.append("\(outdated) outdated")
    }

    private static func isCount(_ effect: LinkEffect) -> Bool {
        if case .refused(.duplicateRound, _, _) = effect { true } else { false }
    }

    /// Puts bytes of a piece where the link wants them.
    private static func land(_ chunk: inout [UInt8], on link: inout Link) {
        _ = link.land { before, vector, filled in
            let count = min(max(0, chunk.count - before), 4 * vector.count - filled)
            guard count > 0 else { return 0 }
            unsafe vector.withUnsafeMutableBytes { place in
                for index in 0..<count { unsafe place[filled + index] = chunk[before + index] }
            }
            chunk.removeSubrange(before..<before + count)
            return count
        }
    }

    /// What comes next on the stream.
    static func next(_ input: inout FuzzInput, of sender: inout Link, after sent: [[UInt8]]) -> [UInt8] {
        switch input.below(6) {
        case 0:
            return input.bytes(1 + input.below(64))
        case 1:
            var frame = sender.frame(for: WireEnds.message(&input)).bytes
            frame.spoil(by: &input)
            return frame
        case 2:
            guard !sent.isEmpty else { return [] }
            return sent[input.below(sent.count)]
        case 3:
            var frame = sender.frame(for: WireEnds.message(&input)).bytes
            frame.spoil(by: &input)
            WrittenFrame.mend(&frame)
            return frame
        case 4:
            let kind = input.byte()
            var frame = WrittenFrame(
                kind: kind, flags: UInt16(input.below(4)), sender: UInt32(input.below(3)),
                round: UInt32(input.byte()), sequence: UInt64(input.byte()))
            frame.claimedLength = input.below(2) == 0 ? nil : input.integer(UInt32.self)
            frame.payload = input.bytes(input.below(40))
            return frame.bytes
        default:
            return sender.frame(for: WireEnds.message(&input)).bytes
        }
    }
}
