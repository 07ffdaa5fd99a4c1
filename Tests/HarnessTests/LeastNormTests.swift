// The output of least aggregate norm, against all models of a run that comes out with its last one.
import Kernels
import Learning
import Scenario
import Simulation
import Testing

@testable import Harness

@Suite("Output")
struct OutputTests {
    /// Every honest node's model after each number of rounds.
    private func models(_ settings: [String]) throws -> [NodeID: [[Float]]] {
        let assembly = try smallAssembly(settings + ["measure.every=1"])
        var models: [NodeID: [[Float]]] = [:]
        var simulator = try Simulator(assembly, options: .init())
        let result = simulator.run { observation in
            if case .snapshot(let node, _, let model) = observation { models[node, default: []].append(model) }
        }
        for node in assembly.honest {
            guard case .finished(let model) = result.endings[node.index] else { continue }
            models[node, default: []].append(model)
        }
        return models.filter { assembly.honest.contains($0.key) }
    }

    @Test(
        "is the model from which a round went the least way by step size, at every moment",
        arguments: ["model", "gradient", "update"])
    func least(exchange: String) throws {
        let settings = [
            "training.exchange=\(exchange)", "aggregation.rule=trimmedMean", "training.momentum=0",
            #"training.stepSize={"kind": "constant", "value": 2}"#,
        ]
        let last = try models(settings)
        let least = try models(settings + ["training.output=leastNorm"])
        #expect(last.count == 4 && least.count == 4)
        var differing = 0
        for (node, path) in last {
            let ways = zip(path, path.dropFirst()).map { start, end in
                zip(start, end).reduce(0.0) { $0 + Double($1.1 - $1.0) * Double($1.1 - $1.0) }
            }
            #expect(path.count == 21 && least[node]?.first == path[0])
            for rounds in 1...20 {
                let shortest = ways[..<rounds].indices.min { (ways[$0], $0) < (ways[$1], $1) } ?? 0
                // What was rounded otherwise may make another one the shortest of two that are alike.
                let found = least[node]?[rounds]
                let place = path.firstIndex { $0 == found }
                #expect(place.map { ways[$0] <= ways[shortest] * (1 + 1e-5) } == true, "node \(node), \(rounds) rounds")
                if place != rounds { differing += 1 }
            }
        }
        #expect(differing > 0)
    }
}
