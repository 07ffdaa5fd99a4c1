// Frames as whoever carries a stream finds them: the same however the stream is cut, up to what is no frame.
import Kernels
import Testing

@testable import Wire

@Suite("Frame cutter")
struct FrameCutterTests {
    /// What an open link has sent.
    private static func frames() -> [[UInt8]] {
        var (dialler, _) = LinkTests.openPair()
        let model = ModelMessage(round: Round(4), values: [1, 2, 3])
        return [.model(model), .waiting(Round(5)), .bye(.finished)].map { dialler.frame(for: $0).bytes }
    }

    /// What a cutter makes of a stream that comes in pieces of so many bytes.
    private static func cut(_ bytes: [UInt8], piece: Int) -> [[UInt8]] {
        var cutter = FrameCutter(limits: LinkTests.identity(0).limits)
        var found: [[UInt8]] = []
        for start in stride(from: 0, to: bytes.count, by: piece) {
            cutter.append(bytes[start..<min(start + piece, bytes.count)])
            while let frame = cutter.next() { found.append(frame) }
        }
        return found + [cutter.rest()].compactMap(\.self)
    }

    @Test("finds every frame, however the stream is cut", arguments: [1, 7, 28, 1000])
    func cutsAnywhere(piece: Int) {
        let frames = Self.frames()
        #expect(Self.cut(frames.flatMap(\.self), piece: piece) == frames)
    }

    @Test("half a frame is the rest", arguments: [1, 27, 29])
    func rest(bytes: Int) {
        let frames = Self.frames()
        let half = Array(frames[0].prefix(bytes))
        #expect(Self.cut(frames[1] + half, piece: 1000) == [frames[1], half])
    }

    @Test("what is no frame goes on as it is, with all behind it")
    func astray() {
        let frames = Self.frames()
        let noise = [UInt8](repeating: 9, count: 40)
        let found = Self.cut(frames[0] + noise + frames[1], piece: 50)
        #expect(found.first == frames[0] && Array(found.dropFirst().joined()) == noise + frames[1])
    }
}
