// An evaluation read back from a line of the laboratory's metrics.
import JSON
import Metrics

extension EvaluationRecord {
    /// What was not finite is no number any more.
    ///
    /// - Returns: `nil` for what is no such line.
    init?(_ line: JSONValue) {
        guard let rounds = line.member("rounds")?.count, let test = Scores(line) else { return nil }
        let distance = line.member("consensusDistance")
        func figure(_ key: String) -> Double? { distance?.member(key)?.number }
        self.init(
            rounds: rounds, nodes: line.member("nodes")?.count ?? 0, test: test,
            validation: line.member("validation").flatMap(Scores.init),
            optimum: line.member("optimum").flatMap { optimum in
                Spread(optimum.member("excessLoss"), isBetterBelow: true).flatMap { excess in
                    Spread(optimum.member("distance"), isBetterBelow: true).map {
                        OptimumGap(excessLoss: excess, distance: $0)
                    }
                }
            },
            distance: ConsensusDistance(
                rootMeanSquare: figure("rms") ?? .nan, relative: figure("relative"), median: figure("median") ?? .nan,
                medianRelative: figure("medianRelative")),
            figures: Figures(line.member("measures")))
    }
}

extension Scores {
    fileprivate init?(_ json: JSONValue) {
        guard let loss = Spread(json.member("loss"), isBetterBelow: true) else { return nil }
        self.init(accuracy: Spread(json.member("accuracy"), isBetterBelow: false), loss: loss)
    }
}

extension Spread {
    fileprivate init?(_ json: JSONValue?, isBetterBelow: Bool) {
        guard let json, json.isObject else { return nil }
        func figure(_ key: String) -> Double { json.member(key)?.number ?? .nan }
        let (worst, best) = (figure("worst"), figure("best"))
        self.init(
            least: isBetterBelow ? best : worst, mean: figure("mean"), greatest: isBetterBelow ? worst : best,
            averageModel: figure("averageModel"))
    }
}
