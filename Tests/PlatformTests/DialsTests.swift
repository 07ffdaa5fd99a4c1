// Dials: how long a neighbour that is dialled may take to answer.
import Kernels
import Scenario
import Testing
import Wire

@testable import Platform

@Suite("Dials")
struct DialsTests {
    private static func moment(_ milliseconds: Int) -> Instant { Instant(nanoseconds: .milliseconds(milliseconds)) }
    private static let neighbour = NodeID(1)

    private static func dials() -> Dials {
        let local = LinkIdentity(
            experiment: [UInt8](repeating: 1, count: 32), run: .none, node: NodeID(0), incarnation: 1,
            limits: Limits(.model(1)))
        return Dials(
            TransportSettings(
                local: local, keys: nil, neighbours: [neighbour], listen: "127.0.0.1:0", patience: .milliseconds(400),
                addressOf: { _ in nil }), now: moment(0))
    }

    @Test("one that has never answered may be starting, and has as long as anyone")
    func starting() {
        var dials = Self.dials()
        for _ in 0..<3 {
            #expect(dials.handshake(with: Self.neighbour) == nil)
            dials.retry(Self.neighbour, at: Self.moment(1_000))
        }
    }

    @Test("one that was there a moment ago has a tenth of a second, then twice as much each time until it is back")
    func lost() {
        var dials = Self.dials()
        #expect(dials.due(at: Self.moment(0)) == [Self.neighbour])
        dials.opened(Self.neighbour, at: Self.moment(3))
        for expected in [100, 200, 400, 800] {
            #expect(dials.handshake(with: Self.neighbour) == .milliseconds(expected))
        }
        dials.retry(Self.neighbour, at: Self.moment(2_000))
        #expect(dials.due(at: Self.moment(3_000)) == [Self.neighbour])
        dials.opened(Self.neighbour, at: Self.moment(3_002))
        #expect(dials.handshake(with: Self.neighbour) == .milliseconds(100))
    }

    @Test("where the way is long, it has four times as long as it took")
    func far() {
        var dials = Self.dials()
        _ = dials.due(at: Self.moment(0))
        dials.opened(Self.neighbour, at: Self.moment(90))
        #expect(dials.handshake(with: Self.neighbour) == .milliseconds(360))
    }
}
