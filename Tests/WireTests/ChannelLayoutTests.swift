// What messages hold: where each vector is, what tells two layouts apart, and what all that costs on the wire.
import Kernels
import Testing

@testable import Wire

@Suite("Channel layout")
struct ChannelLayoutTests {
    private static func layout(_ channels: (String, Int)...) -> ChannelLayout {
        ChannelLayout(channels.map { Channel($0.0, $0.1) })
    }

    /// Not models of 3 elements, whatever their bytes are.
    static let others = [
        layout(("model", 4)), layout(("gradient", 3)), layout(("model", 3), ("mass", 0)),
        layout(("model", 1), ("tracker", 2)), layout(("model", 3), ("tracker", 3)),
    ]

    @Test("channels follow each other without a gap, the first one from the start")
    func ranges() {
        let layout = Self.layout(("model", 5), ("tracker", 5), ("mass", 1))
        #expect(layout.ranges == [0..<5, 5..<10, 10..<11])
        #expect(layout.elementCount == 11 && layout.count == 3 && layout.first == Channel("model", 5))
        #expect("\(layout)" == "model of 5, tracker of 5, mass of 1")
        #expect(ChannelLayout.model(7) == Self.layout(("model", 7)) && ChannelLayout.model(7).ranges == [0..<7])
    }

    @Test("names, lengths and their order tell layouts apart")
    func digests() {
        let layouts =
            Self.others + [
                .model(3), Self.layout(("tracker", 3), ("model", 3)), Self.layout(("model", 2), ("tracker", 1)),
                Self.layout(("mode", 3), ("ltracker", 3)), Self.layout(("modeltracker", 3)),
            ]
        #expect(Set(layouts.map(\.digest)).count == layouts.count)
        // As PROTOCOL.md has it.
        #expect(ChannelLayout.model(3).digest == XXH64.hash([5] + Array("model".utf8) + [3, 0, 0, 0]))
    }

    @Test("a message of one channel is a header, a check and its vector; of several, their vectors and nothing more")
    func bytes() throws {
        for channels in [ChannelLayout.model(3)] + Self.others {
            let values = (0..<channels.elementCount).map { Float($0) + 0.5 }
            let message = ModelMessage(round: Round(2), values: values)
            let bytes = OutgoingFrame(.model(message), sender: NodeID(0), sequence: 0).bytes
            #expect(bytes.count == 36 + 4 * values.count)
            #expect(
                bytes.dropFirst(36).elementsEqual(
                    values.flatMap { value in
                        (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
                    }))
            var decoder = Decoder(limits: Limits(channels))
            var offset = 0
            let received = try decoder.next(bytes.span, offset: &offset)?.message()
            #expect(received == .model(message))
        }
    }

    @Test("a message has room for all channels, a state for the parameters alone")
    func lengths() {
        let limits = Limits(Self.layout(("model", 3), ("tracker", 3), ("mass", 1)))
        #expect(limits.payloadBytes(of: .model) == 28...28 && limits.payloadBytes(of: .state) == 12...12)
    }
}
