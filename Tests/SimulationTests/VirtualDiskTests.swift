// What a simulated node comes back from: its newest whole checkpoint, and the rounds that it has spoken for.
import Core
import Kernels
import Learning
import Metrics
import Testing
import Wire

@testable import Simulation

@Suite("Virtual disk")
struct VirtualDiskTests {
    private static let experiment = [UInt8](repeating: 7, count: 32)
    private static let channels = ChannelLayout.model(3)

    private static func left(by disk: VirtualDisk) -> (checkpoint: Checkpoint?, published: Round?)? {
        let (start, _) = disk.start(node: NodeID(2), experiment: experiment, channels: channels)
        guard case .restarted(let checkpoint, let published) = start else { return nil }
        return (checkpoint, published)
    }

    @Test("a node whose newest checkpoint has one wrong bit, any bit, comes back from the one before it, or from none")
    func corrupted() throws {
        var disk = VirtualDisk()
        disk.corruptNewest(3)
        #expect(Self.left(by: disk)?.checkpoint == nil)
        func save(_ round: Int) {
            let checkpoint = Checkpoint(rounds: round, state: NodeState([1, 2, Float(round)]))
            let isSaved = disk.save(checkpoint, node: NodeID(2), experiment: Self.experiment)
            #expect(isSaved)
        }
        func isNewestRefused(_ disk: VirtualDisk) -> Bool {
            disk.start(node: NodeID(2), experiment: Self.experiment, channels: Self.channels).isNewestRefused
        }
        save(4)
        let bytes = Checkpoint(rounds: 4, state: NodeState([1, 2, 4])).encoded(
            node: NodeID(2), experiment: Self.experiment)
        for draw in 0..<UInt64(8 * bytes.count) {
            var struck = disk
            struck.corruptNewest(draw)
            #expect(Self.left(by: struck)?.checkpoint == nil && isNewestRefused(struck))
        }
        #expect(Self.left(by: disk)?.checkpoint?.rounds == 4 && !isNewestRefused(disk))
        save(8)
        disk.corruptNewest(.max)
        #expect(Self.left(by: disk)?.checkpoint?.rounds == 4 && isNewestRefused(disk))
        save(12)
        #expect(Self.left(by: disk)?.checkpoint?.rounds == 12 && !isNewestRefused(disk))
    }

    @Test("a node comes back from the last that found room, and knows the last round that it may have spoken for")
    func last() throws {
        var random = RandomStream(seed: 5, purpose: .schedule, node: NodeID(2), round: Round(0))
        for _ in 0..<40 {
            var disk = VirtualDisk()
            #expect(Self.left(by: disk)?.published == nil && Self.left(by: disk)?.checkpoint == nil)
            disk.started()
            var (saved, next): (Int?, Int) = (nil, 0)
            for round in 0..<20 {
                disk.isFull = random.uniform() < 0.3
                // Some lines end several rounds at once.
                let line = TraceLine(
                    round: Round(round), inputs: [], next: Round(round + 1 + random.below(3)), result: 0)
                #expect(disk.write(line) == !disk.isFull)
                if !disk.isFull { next = line.next.number }
                if round.isMultiple(of: 3) {
                    let checkpoint = Checkpoint(rounds: round, state: NodeState([1, 2, Float(round)]))
                    #expect(disk.save(checkpoint, node: NodeID(2), experiment: Self.experiment) == !disk.isFull)
                    if !disk.isFull { saved = round }
                }
                // Coming and going changes nothing of it.
                if random.uniform() < 0.2 { disk.started() }
                let left = try #require(Self.left(by: disk))
                #expect(left.checkpoint?.rounds == saved && left.published == Round(next))
            }
        }
    }
}
