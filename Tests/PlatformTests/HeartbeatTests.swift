// A node's sign of life: written in place, read in place, and never believed where it is torn.
import Kernels
import Testing

@testable import Platform

extension PlatformTests {
    @Suite("Heartbeat") struct HeartbeatTests {
        private static func moment(_ milliseconds: Int) -> Instant { Instant(nanoseconds: .milliseconds(milliseconds)) }

        @Test("it tells each new round soon, and else that the loop stirs, once a second")
        func beats() throws {
            let folder = try TemporaryDirectory()
            let path = "\(folder.path)/heartbeat"
            var reader = HeartbeatReader(path)
            #expect(reader.read() == nil, "there is no file yet")
            var writer = try HeartbeatWriter(path, first: 100, at: Self.moment(0))
            #expect(reader.read() == nil, "nor anything in it")
            func told(in round: Int, at milliseconds: Int) throws -> [Int] {
                try writer.beat(in: round, at: Self.moment(milliseconds))
                return reader.read().map { [Int($0.beats), $0.round] } ?? []
            }
            #expect(try told(in: 0, at: 1) == [101, 0])
            #expect(try told(in: 0, at: 500) == [101, 0])
            #expect(try told(in: 3, at: 501) == [102, 3])
            #expect(writer.nextAt == Self.moment(1501))
            #expect(try told(in: 3, at: 1500) == [102, 3])
            #expect(try told(in: 3, at: 1501) == [103, 3])
            // Rounds that follow each other at once are told of together, and the last of them soon.
            #expect(try told(in: 4, at: 1502) == [103, 3])
            #expect(try told(in: 5, at: 1504) == [103, 3])
            #expect(writer.nextAt == Self.moment(1506))
            #expect(try told(in: 5, at: 1506) == [104, 5])
            #expect(writer.nextAt == Self.moment(2506))
            // The last round of all is told at once.
            try writer.beat(in: 6, at: Self.moment(1507), isLast: true)
            #expect(reader.read() == Heartbeat(beats: 105, round: 6))
            #expect(Files.size(of: path) == Heartbeat.byteCount)
            // The next process of the node goes on in the same file.
            writer = try HeartbeatWriter(path, first: 1000, at: Self.moment(9000))
            #expect(try told(in: 2, at: 9000) == [1001, 2])
        }

        @Test("what is torn between two of them is none")
        func torn() {
            let (old, new) = (Heartbeat(beats: 255, round: 99).encoded, Heartbeat(beats: 256, round: 100).encoded)
            #expect(Heartbeat(encoded: new) == Heartbeat(beats: 256, round: 100))
            for cut in 1..<Heartbeat.byteCount {
                let torn = Array(new[..<cut] + old[cut...])
                #expect(torn == old || torn == new || Heartbeat(encoded: torn) == nil, "\(cut)")
                #expect(Heartbeat(encoded: Array(new[..<cut])) == nil)
            }
        }
    }
}
