// Messages of several channels: each is mixed by itself, with a memory of its own, and admitted only whole.
import Aggregation
import Kernels
import Learning
import Registry
import TestSupport
import Testing
import Wire

@testable import Core

@Suite("Channels of a message")
struct ChannelsTests {
    private static let configuration = NodeConfiguration(
        node: NodeID(0), dimension: 2, rounds: 9,
        neighbours: (1...4).map { .init(node: NodeID($0), weight: 0.2, receives: true) },
        budget: Budget(count: 1, weight: 0.2), exchange: TrackingExchange.self, seed: 1)

    private static func function(_ rule: any GossipRule) -> RoundFunction {
        RoundFunction(configuration, exchange: TrackingExchange(.defaults(TrackingExchange.parameters)), rule: rule)
    }

    private static func rule(_ name: String) throws -> any GossipRule {
        let type = try RuleCatalog.gossip.entry(named: name)
        return try type.init(.defaults(type.parameters))
    }

    private static func message(_ values: [Float], round: Int = 1) -> ModelMessage {
        ModelMessage(round: Round(round), values: values)
    }

    private static func heard(_ vectors: [[Float]], round: Int = 1) -> [ReceivedModel] {
        vectors.enumerated().map { ReceivedModel(sender: NodeID($0 + 1), message: message($1, round: round)) }
    }

    private static func close(
        _ function: inout RoundFunction, _ own: [Float], _ others: [[Float]], round: Int = 1
    ) -> (NodeState, MixReport) {
        var workspace = Workspace(dimension: 2, degree: 4)
        let state = function(
            HalfStep(start: [], own: message(own, round: round), kept: LocalState()),
            with: RoundInputs(heard: heard(others, round: round)), among: configuration.wholeNeighbourhood,
            using: &workspace)
        return (state, workspace.report)
    }

    @Test("a rule chooses in each channel by itself: whom Krum keeps in one, it need not in the other")
    func apart() throws {
        // Node 1 is the odd one among the models, node 4 among the trackers.
        let others: [[Float]] = [[90, 90, 1, 1], [2, 2, 2, 2], [2, 2, 2, 2], [2, 2, -70, -70]]
        var function = Self.function(try Self.rule("krum"))
        let (state, report) = Self.close(&function, [2, 2, 2, 2], others)
        #expect(state.shared == [2, 2, 2, 2] && state.parameters == [2, 2])
        #expect(report.treatments.count == 4)
    }

    @Test("every rule makes of a channel what it makes of messages that hold nothing else")
    func alone() throws {
        let own: [Float] = [1, 2, 30, -40]
        let others: [[Float]] = [[1, 3, 31, -41], [2, 2, 29, -38], [0, 1, 30, -44], [900, -900, 1e4, 5]]
        for name in RuleCatalog.gossip.names {
            let rule = try Self.rule(name)
            // Rules that compare models are not for trackers.
            guard !rule.needs.contains(.models), !rule.needs.contains(.modelBefore), !rule.needs.contains(.hostile)
            else { continue }
            var both = Self.function(rule)
            let mixed = Self.close(&both, own, others).0.shared
            for (channel, exchange) in [ModelExchange.self, GradientExchange.self].enumerated()
                as EnumeratedSequence<
                    [any Exchange.Type]
                >
            {
                let range = 2 * channel..<2 * channel + 2
                let configuration = NodeConfiguration(
                    node: NodeID(0), dimension: 2, rounds: 9, neighbours: Self.configuration.neighbours,
                    budget: Self.configuration.budget, exchange: exchange, seed: 1)
                var single = RoundFunction(
                    configuration, exchange: try exchange.init(.defaults(exchange.parameters)), rule: rule)
                var workspace = Workspace(dimension: 2, degree: 4)
                let expected = single.mix(
                    Self.message(Array(own[range])), with: Self.heard(others.map { Array($0[range]) }), offenders: [],
                    among: configuration.wholeNeighbourhood, using: &workspace)
                #expect(Array(mixed[range]) == expected, "\(name), channel \(channel)")
            }
        }
    }

    @Test("a rule remembers each channel by its name, and a checkpoint brings it back")
    func memory() throws {
        let type = try RuleCatalog.gossip.entry(named: "centredClipping")
        let rule = try type.init(
            ParameterValues([("centre", .text("previous"))], declared: type.parameters, key: "rule"))
        var function = Self.function(rule)
        let others: [[Float]] = [[1, 1, 5, 5], [2, 2, 6, 6], [1, 2, 5, 6], [2, 1, 6, 5]]
        let (state, _) = Self.close(&function, [1, 1, 5, 5], others)
        #expect(
            state.ruleMemory == [
                NamedVector("model", Array(state.shared[..<2])), NamedVector("tracker", Array(state.shared[2...])),
            ])
        let identity = [UInt8](repeating: 3, count: 32)
        let bytes = Checkpoint(rounds: 2, state: state).encoded(node: NodeID(0), experiment: identity)
        let back = try Checkpoint(
            encoded: bytes, node: NodeID(0), experiment: identity, channels: Self.configuration.shared)
        #expect(back.state == state)
        for other in [ChannelLayout.model(4), .model(2), ChannelLayout([Channel("model", 2), Channel("mass", 2)])] {
            #expect(throws: CheckpointFault.wrongDimension) {
                _ = try Checkpoint(encoded: bytes, node: NodeID(0), experiment: identity, channels: other)
            }
        }
        var restored = Self.function(rule)
        restored.restore(back.state)
        // Far from what is remembered, so that clipping begins there to some effect.
        func next(_ function: RoundFunction) -> [Float] {
            var function = function
            let far: [[Float]] = [
                [1e3, 2e3, -3e3, 5e3], [4e3, 1e3, -2e3, 6e3], [2e3, 2e3, 7e3, 5e3], [1e3, 3e3, 0, 0],
            ]
            return Self.close(&function, [9e3, 9e3, -9e3, 9e3], far, round: 2).0.shared
        }
        #expect(next(restored) == next(function))
        let (kept, forgotten) = (next(restored), next(Self.function(rule)))
        #expect(kept[..<2] != forgotten[..<2] && kept[2...] != forgotten[2...])
    }

    @Test("a message of another length than all channels together is an offence", arguments: [0, 2, 3, 5])
    func admission(elements: Int) {
        let neighbour = NeighbourState(Self.configuration.neighbours[0])
        func verdict(_ count: Int) -> Admission {
            Admission.judge(
                Self.message([Float](repeating: 1, count: count)), from: neighbour, in: Round(1),
                by: Self.configuration)
        }
        #expect(verdict(elements) == .refused(.wrongDimension) && verdict(4) == .current)
    }

    @Test("what was done to a neighbour in one channel only, it was done in part")
    func reports() {
        var (first, second) = (MixReport(rows: 2), MixReport(rows: 2))
        (first.threshold, second.threshold, first.reachedLimit) = (3, 900, true)
        second.join(first)
        #expect(second.treatments == [.kept, .kept] && second.threshold == 3 && second.reachedLimit)
        let others: [[Float]] = [[9, 9, 1, 1], [2, 2, 2, 2], [3, 3, 3, 3], [3, 3, 9e6, 9e6]]
        var function = Self.function(GeometricTrimmedSum(.defaults(GeometricTrimmedSum.parameters)))
        let report = Self.close(&function, [2, 2, 2, 2], others).1
        #expect(report.treatments == [.split, .kept, .kept, .split])
        #expect(report.threshold.map { $0 < 99 } == true, "that of the models")
    }
}
