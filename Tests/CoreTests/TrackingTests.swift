// Gradient tracking: against its recurrence written down apart from it, and what it promises.
import Aggregation
import Kernels
import Learning
import TestSupport
import Testing
import Wire

@testable import Core

/// f(x) = ½ a (x − c)², whose gradient is a (x − c); nothing where the node has no data.
private struct Slope: LocalModel {
    let steepness: Float
    let centre: Float
    var samples = 1
    let dimension = 1
    static let step: Float = 0.1

    func initialParameters() -> [Float] { [0] }
    func stepSize(in round: Round) -> Double { Double(Self.step) }
    func accumulate(_ gradient: inout [Float], state: inout LocalState, in round: Round) {}
    func batchLosses(of models: [[Float]], round: Round, scratch: inout TrainingScratch) -> [Double] { [] }

    func step(
        _ parameters: inout [Float], state: inout LocalState, round: Round, scratch: inout TrainingScratch
    ) -> StepReport {
        parameters[0] -= Self.step * steepness * (parameters[0] - centre)
        return StepReport(loss: 0, samples: samples)
    }

    func gradient(
        at parameters: Span<Float>, round: Round, into gradient: inout MutableSpan<Float>,
        scratch: inout TrainingScratch
    ) -> StepReport {
        gradient[0] = samples == 0 ? 0 : steepness * (parameters[0] - centre)
        return StepReport(loss: 0, samples: samples)
    }
}

/// A ring of nodes with weight 1/3 for each neighbour.
private struct Ring {
    let trainers: [Slope]
    let exchange: any Exchange
    private(set) var functions: [RoundFunction]
    private(set) var states: [NodeState]
    private let configurations: [NodeConfiguration]

    init(_ trainers: [Slope], _ exchange: any Exchange.Type) throws {
        let count = trainers.count
        let made = try exchange.init(.defaults(exchange.parameters))
        let configurations = trainers.indices.map { node in
            NodeConfiguration(
                node: NodeID(node), dimension: 1, rounds: 10_000,
                neighbours: [(node + 1) % count, (node + count - 1) % count].sorted().map {
                    .init(node: NodeID($0), weight: 1.0 / 3, receives: true)
                }, budget: Budget(count: 0, weight: 0), exchange: exchange, seed: 1)
        }
        let functions = zip(configurations, trainers).map {
            RoundFunction(
                $0, exchange: made, rule: WeightedMean(.defaults(WeightedMean.parameters)), trainer: $1)
        }
        states = zip(functions, trainers).map { $0.firstState($1.initialParameters()) }
        (self.trainers, self.exchange, self.configurations, self.functions) = (
            trainers, made, configurations, functions
        )
    }

    /// - Returns: what each node sent.
    mutating func round(_ number: Int) -> [[Float]] {
        var scratch = TrainingScratch()
        var workspace = Workspace(dimension: 1, degree: 2)
        let halfSteps = trainers.indices.map { node in
            var (vector, kept) = (states[node].shared, states[node].kept)
            _ = LocalWork(trainers[node], exchange: exchange).step(
                &vector, state: &kept, round: Round(number), scratch: &scratch)
            return functions[node].halfStep(vector, from: [], kept: kept, in: Round(number))
        }
        for node in trainers.indices {
            let heard = configurations[node].neighbours.map {
                ReceivedModel(sender: $0.node, message: halfSteps[$0.node.index].own)
            }
            states[node] = functions[node](
                halfSteps[node], with: RoundInputs(heard: heard), among: configurations[node].wholeNeighbourhood,
                using: &workspace)
        }
        return halfSteps.map(\.own.values)
    }

    var models: [Double] { states.map { Double($0.parameters[0]) } }
}

@Suite("Gradient tracking")
struct TrackingTests {
    private static let trainers = [(1, -1), (0.5, 3), (2, 0.5), (1, 8), (3, 2), (0.25, -6)].map {
        Slope(steepness: Float($0.0), centre: Float($0.1))
    }
    /// Where the mean of all gradients is 0.
    private static let optimum = {
        let sums = trainers.reduce((0.0, 0.0)) {
            ($0.0 + Double($1.steepness * $1.centre), $0.1 + Double($1.steepness))
        }
        return sums.0 / sums.1
    }()

    @Test("follows y ← W y + ∇f(x) − ∇f(x⁻), x ← W (x − η y)")
    func recurrence() throws {
        var ring = try Ring(Self.trainers, TrackingExchange.self)
        let count = Self.trainers.count
        func slope(_ node: Int, _ x: Double) -> Double {
            Double(Self.trainers[node].steepness) * (x - Double(Self.trainers[node].centre))
        }
        func mix(_ v: [Double]) -> [Double] {
            v.indices.map { (v[$0] + v[($0 + 1) % count] + v[($0 + count - 1) % count]) / 3 }
        }
        var x = [Double](repeating: 0, count: count)
        var y = x.indices.map { slope($0, x[$0]) }
        for round in 0..<40 {
            let sent = ring.round(round)
            for node in x.indices {
                #expect(abs(Double(sent[node][0]) - (x[node] - 0.1 * y[node])) < 1e-4)
                #expect(abs(Double(sent[node][1]) - y[node]) < 1e-4)
            }
            let next = mix(zip(x, y).map { $0 - 0.1 * $1 })
            y = zip(mix(y), x.indices.map { slope($0, next[$0]) - slope($0, x[$0]) }).map(+)
            x = next
        }
    }

    @Test("nodes with different data come to the common optimum at a constant step, where plain gossip stays away")
    func exact() throws {
        func error(_ exchange: any Exchange.Type) throws -> Double {
            var ring = try Ring(Self.trainers, exchange)
            for round in 0..<600 { _ = ring.round(round) }
            return ring.models.map { abs($0 - Self.optimum) }.max() ?? .infinity
        }
        #expect(try error(TrackingExchange.self) < 1e-4)
        #expect(try error(ModelExchange.self) > 0.1)
    }

    @Test("a node without data follows the others, and the trackers add up to the gradients all the same")
    func withoutData() throws {
        var trainers = Self.trainers
        trainers[1].samples = 0
        var ring = try Ring(trainers, TrackingExchange.self)
        var sums: (Double, Double) = (0, 0)
        for round in 0..<600 {
            let before = ring.models
            let trackers = ring.round(round).map { Double($0[1]) }
            sums.0 = trackers.reduce(0, +)
            sums.1 = zip(trainers, before).reduce(0) {
                $0 + ($1.0.samples == 0 ? 0 : Double($1.0.steepness) * ($1.1 - Double($1.0.centre)))
            }
            #expect(abs(sums.0 - sums.1) < 1e-3, "round \(round)")
        }
        let rest = trainers.filter { $0.samples > 0 }
        let optimum =
            Double(rest.reduce(0) { $0 + $1.steepness * $1.centre }) / Double(rest.reduce(0) { $0 + $1.steepness })
        for model in ring.models { #expect(abs(model - optimum) < 1e-4) }
    }

    @Test("who enters with the trackers of others, and has no gradient of its own before, adds none to them")
    func entering() {
        let exchange = TrackingExchange(.defaults(TrackingExchange.parameters))
        let trainer = Slope(steepness: 1, centre: 4)
        var scratch = TrainingScratch()
        func train(_ shared: [Float], _ kept: inout LocalState) -> [Float] {
            var vector = shared
            _ = exchange.train(&vector, state: &kept, by: trainer, in: Round(7), scratch: &scratch)
            return vector
        }
        var kept = LocalState()
        #expect(train([1, 0.5], &kept) == [1 - 0.1 * 0.5, 0.5])
        #expect(kept == LocalState([NamedVector("tracked", [-3])]))
        #expect(train([2, 0.5], &kept)[1] == 0.5 - 2 + 3)
        var fresh = LocalState()
        #expect(train([1, 0], &fresh)[1] == -3, "a tracker that has not begun begins with the gradient")
    }
}
