// Figures 1, 2 and 15 by the nodes themselves: ten honest users and a strategic one who wants labels shifted by one.
import Kernels
import Learning
import Personalisation
import Registry
import Scenario

/// One run of nodes.
struct StrategicCase: Sendable {
    enum Attack: Sendable {
        case none
        case counterGradients(settle: Int = 0)
        case model
        /// So many points, each of which counts so often, with scores that differ so much; labels tilted or plain.
        case softLabels(Int, weight: Double, scatter: Double, isTilted: Bool)
    }

    let name: String
    var coupling = "squaredL2"
    var attack = Attack.counterGradients()
    var topology = #"{"family": "complete", "nodes": 11}"#
    var rule = #"{"rule": "weightedMean", "tolerates": {"kind": "declared", "count": 0}}"#
    /// How own models are learned.
    var local = #""local": "solve""#
    var rounds = 40
    /// η: 1/6 and less for counter-gradients under λ = 1.
    var step = 0.15
}

struct StrategicImages {
    static let name = "images"
    static let lastLayerName = "last layer"
    static let columns = [
        "distance", "accuracy, true labels", "accuracy, shifted labels", "distance of the nearest node",
        "of the farthest",
    ]
    static let ridge = 0.01
    private static let strategic = 10
    /// Of the target model by itself.
    static let targetRow = "the target model"

    let request: PackRequest

    init(_ request: PackRequest) { self.request = request }

    static func row(_ name: String, _ moment: String = "end") -> String { "\(name), \(moment)" }

    // MARK: - Cases

    static let free = "no attack"
    static let freeL2 = "no attack, l2"
    static let freeSmooth = "no attack, smoothL2"
    static let attacked = "counter-gradients"
    static let attackedL2 = "counter-gradients, l2"
    static let attackedSmooth = "counter-gradients, smoothL2"
    static let stepped = "counter-gradients, own models by steps"
    static let settled = "counter-gradients, then the model they come to"
    static let model = "model attack"
    static let fewLabels = "soft labels, 3.3 % as many points as data"
    static let someLabels = "soft labels, three points for two parameters of a class"
    static let plainLabels = "soft labels"
    static let tiltedLabels = "tilted soft labels"
    static let sparse = "counter-gradients, 4-regular graph"
    static let robust = ["trimmedMean", "median", "csPlus"]
    static func robustName(_ rule: String) -> String { "counter-gradients, \(rule)" }

    /// Points that are 3.3 % as many as the data, and one and a half and three a parameter of a class.
    private var few: Int { request.choose(quick: 47, full: 2_000) }
    private var some: Int { request.choose(quick: 100, full: 1_180) }
    private var enough: Int { request.choose(quick: 200, full: 2_400) }
    /// How often each of them counts.
    private static let plainWeight = 10_000.0
    /// The lighter points are, the more of them it takes for labels that hold all of the pull, and the less is lost to
    /// single precision.
    private var exact: (points: Int, weight: Double) { request.choose(quick: (400, 1_500), full: (2_400, 10_000)) }

    var cases: [StrategicCase] {
        typealias Case = StrategicCase
        let steps = #""local": "step""#
        // Without an attack on gradients larger steps are safe, and needed where only one user pulls.
        var cases = [
            Case(name: Self.free, attack: .none, step: 0.9),
            Case(name: Self.attacked),
            Case(name: Self.freeL2, coupling: "l2", attack: .none, rounds: 60),
            Case(name: Self.attackedL2, coupling: "l2", rounds: 60),
            Case(name: Self.freeSmooth, coupling: "smoothL2", attack: .none, rounds: 60),
            Case(name: Self.attackedSmooth, coupling: "smoothL2", rounds: 60),
            Case(name: Self.stepped, local: steps + #", "ownRate": 0.005"#, rounds: 400),
            Case(name: Self.settled, attack: .counterGradients(settle: 30), rounds: 60),
            Case(name: Self.model, attack: .model, rounds: 80, step: 0.9),
            Case(
                name: Self.fewLabels,
                attack: .softLabels(few, weight: Self.plainWeight, scatter: 3, isTilted: false), rounds: 40,
                step: 0.9),
            Case(
                name: Self.someLabels,
                attack: .softLabels(some, weight: Self.plainWeight, scatter: 3, isTilted: false), rounds: 40,
                step: 0.9),
            Case(
                name: Self.plainLabels,
                attack: .softLabels(enough, weight: Self.plainWeight, scatter: 3, isTilted: false), rounds: 60,
                step: 0.9),
            Case(
                name: Self.tiltedLabels,
                attack: .softLabels(exact.points, weight: exact.weight, scatter: 3, isTilted: true), rounds: 80,
                step: 0.9),
            Case(name: Self.sparse, topology: #"{"family": "randomRegular", "nodes": 11, "degree": 4, "seed": 3}"#),
        ]
        for rule in Self.robust {
            cases.append(
                Case(
                    name: Self.robustName(rule),
                    rule: #"{"rule": "\#(rule)", "tolerates": {"kind": "declared", "count": 1}}"#))
        }
        return cases
    }

    var setting: [String] {
        [
            "Ten honest users and a strategic one on \(request.images.title), shared out at random, softmax, ν = "
                + "\(Self.ridge), complete graph. The target has learned the whole training part with labels shifted "
                + "by one. Counter-gradients know nothing of the others; the model attack and the labels are told the "
                + "others' pull at the target, as a run of counter-gradients ends with it.",
            "Steps: 0.15 under counter-gradients (1/(6λ) and less), else 0.9; own models are solved for in every "
                + "round, or go one step. Distances leave out what all classes share: softmax does not see it.",
        ]
    }

    // MARK: - Experiments

    /// The data as they are shared out.
    static func plain(_ request: PackRequest) -> PackExperiment {
        StrategicImages(request).experiment(StrategicCase(name: free, attack: .none))
    }

    /// Of the users who are not strategic.
    static func honestShards(_ request: PackRequest) throws(ConfigurationFault) -> [Samples] {
        let assembly = try plain(request).assembly()
        var shards: [Samples] = []
        for node in assembly.topology.nodes where node.index != strategic {
            shards.append(try assembly.shard(of: node).picked)
        }
        return shards
    }

    private func experiment(
        _ one: StrategicCase, attack: String = "", model: String = #""softmax""#
    ) -> PackExperiment {
        let adversary = attack.isEmpty ? "[]" : #"[{"nodes": ["\#(Self.strategic)"], "attack": \#(attack)}]"#
        let every = max(1, one.rounds / 5)
        return PackExperiment(
            name: one.name,
            json: """
                {"topology": \(one.topology), "aggregation": \(one.rule), "adversary": \(adversary),
                 "task": {"dataset": \(request.images.dataset), "split": "iid", "model": \(model)},
                 "training": {"rounds": \(one.rounds), "batchSize": 1000000, "momentum": 0, "stepSize": \(one.step),
                   "weightDecay": \(2 * Self.ridge),
                   "exchange": {"kind": "personal", "coupling": "\(one.coupling)", \(one.local)}},
                 "measure": {"every": \(every)}}
                """)
    }

    /// - Returns: `nil` where the attack's data are not found: they come to nothing, and no claim on them is decided.
    private func assembly(
        _ one: StrategicCase, _ material: ImageMaterial, pull: [Double], model: String = #""softmax""#
    ) throws -> Assembly? {
        do {
            return try experiment(one, attack: attack(one, material, pull: pull), model: model).assembly()
        } catch {
            guard case .notFound = error.problem else { throw error }
            return nil
        }
    }

    /// The attack as an experiment has it.
    private func attack(_ one: StrategicCase, _ material: ImageMaterial, pull: [Double]) -> String {
        let strategic = material.target.moved(0.5, along: pull)
        switch one.attack {
        case .none: return ""
        case .counterGradients(let settle):
            return #"{"kind": "commonCGA", "target": \#(material.target.parameter), "settle": \#(settle)}"#
        case .model: return #"{"kind": "ownModel", "target": \#(strategic.parameter)}"#
        case .softLabels(let points, let weight, let scatter, let isTilted):
            let held = pull.moved(2 * Self.ridge, along: strategic)
            let tilt = isTilted ? held.parameter : "\"0\""
            return #"{"kind": "softLabels", "target": \#(strategic.parameter), "points": \#(points), "#
                + #""weight": \#(weight), "scatter": \#(scatter), "pull": \#(tilt)}"#
        }
    }

    /// G(θ†) of the honest nodes.
    private func pull(
        _ material: ImageMaterial, _ shouldStop: () -> Bool
    ) throws(ConfigurationFault) -> [Double] {
        let losses = try Self.honestShards(request).map { LocalLoss.softmax(SoftSamples($0), ridge: Self.ridge) }
        return CommonModelGame(losses, SquaredL2Coupling(strength: 1)).pull(
            at: material.target, isCancelled: shouldStop)
    }

    var calculation: Calculation {
        Calculation(Self.name) { shouldStop in
            let material = try ImageMaterial(Self.plain(request), ridge: Self.ridge, isCancelled: shouldStop)
            if shouldStop() { return nil }
            let pull = try self.pull(material, shouldStop)
            if shouldStop() { return nil }
            var table = CalculatedTable(rows: "attack, round", columns: Self.columns)
            table.add(
                Self.targetRow, [0, material.accuracy(material.target), material.success(material.target), nil, nil])
            for one in cases {
                guard let assembly = try self.assembly(one, material, pull: pull) else { continue }
                guard let run = try CommonModelRun(assembly, but: Self.strategic, shouldStop) else {
                    return nil
                }
                let start = material.distance(run.moments[0].models[0])
                for moment in run.moments {
                    let distances = moment.models.map { material.distance($0) / start }
                    let mean = moment.mean
                    table.add(
                        Self.row(one.name, moment.rounds == one.rounds ? "end" : "round \(moment.rounds)"),
                        [
                            material.distance(mean) / start, material.accuracy(mean),
                            material.success(mean), distances.min(), distances.max(),
                        ])
                }
            }
            return table
        }
    }

    // MARK: - The last layer

    static let lastLayerAttacks = ["no attack", "counter-gradients", "model attack", "tilted soft labels"]
    static func byNodes(_ attack: String) -> String { "\(attack), by nodes" }

    /// The last layer of a net whose lower one is fixed.
    private static let lastLayerModel = #"{"kind": "features", "count": 48}"#

    private static let lastLayerCases: [StrategicCase] = [
        StrategicCase(name: lastLayerAttacks[0], attack: .none, step: 0.9),
        StrategicCase(name: lastLayerAttacks[1]),
        StrategicCase(name: lastLayerAttacks[2], attack: .model, rounds: 60, step: 0.9),
        StrategicCase(
            name: lastLayerAttacks[3],
            attack: .softLabels(200, weight: lastLayerWeight, scatter: lastLayerScatter, isTilted: true), rounds: 60,
            step: 0.9),
    ]
    private static let (lastLayerWeight, lastLayerScatter) = (10_000.0, 3.0)

    /// The same attacks on softmax of fixed random features: in double precision, and by nodes. Poison is embeddings,
    /// the same in both.
    var lastLayer: Calculation {
        Calculation(Self.lastLayerName) { shouldStop in
            let plain = try self.experiment(
                Self.lastLayerCases[0], model: Self.lastLayerModel
            ).assembly()
            let net = plain.objective
            var shards: [Samples] = []
            for node in plain.topology.nodes where node.index != Self.strategic {
                shards.append(net.embedded(try plain.shard(of: node).picked))
            }
            let material = try ImageMaterial(
                training: Samples(joining: shards), test: net.embedded(try plain.testPart()), ridge: Self.ridge,
                isCancelled: shouldStop)
            let game = CommonModelGame(
                shards.map { .softmax(SoftSamples($0), ridge: Self.ridge) }, SquaredL2Coupling(strength: 1))
            let target = material.target
            let free = game.solve(isCancelled: shouldStop).common
            if shouldStop() { return nil }
            let pull = game.pull(at: target, isCancelled: shouldStop)
            var table = CalculatedTable(rows: "attack", columns: Array(Self.columns.prefix(3)))
            table.add(Self.targetRow, [0, material.accuracy(target), material.success(target)])
            func add(_ name: String, _ end: [Double]?) {
                table.add(
                    name,
                    [
                        end.map { material.distance($0) / material.distance(free) },
                        end.map { material.accuracy($0) }, end.map { material.success($0) },
                    ])
            }
            var ends: [(name: String, end: [Double]?)] = []
            var poison: SoftSamples?
            for one in Self.lastLayerCases {
                guard let assembly = try self.assembly(one, material, pull: pull, model: Self.lastLayerModel) else {
                    continue
                }
                if case .softLabels = one.attack {
                    let shard = try assembly.shard(of: NodeID(Self.strategic)).picked
                    poison = SoftSamples(Samples(features: shard.features, targets: shard.targets, axes: shard.axes))
                }
                guard let run = try CommonModelRun(assembly, but: Self.strategic, shouldStop) else { return nil }
                ends.append((Self.byNodes(one.name), run.end?.mean))
            }
            let exact = exactEnds(game, material, from: free, against: pull, poison, shouldStop)
            for (name, end) in zip(Self.lastLayerAttacks, exact) { add(name, end) }
            for (name, end) in ends { add(name, end) }
            return shouldStop() ? nil : table
        }
    }

    /// Where the common model ends, in double precision, in the order of `lastLayerAttacks`.
    ///
    /// - Parameter poison: the strategic node's data, the same points and labels that it has by nodes.
    private func exactEnds(
        _ game: CommonModelGame, _ material: ImageMaterial, from free: [Double], against pull: [Double],
        _ poison: SoftSamples?, _ shouldStop: () -> Bool
    ) -> [[Double]?] {
        let target = material.target
        let model = target.moved(0.5, along: pull)
        let path = GradientLimits.counterGradients(
            game, to: target, stepSize: 1 / (6 * Double(game.losses.count)), rounds: 40, shouldStop)
        if shouldStop() { return [] }
        let led = poison.map {
            game.joined(by: LocalLoss.softmax($0, ridge: Self.ridge, weight: Self.lastLayerWeight)).solve(
                from: free, isCancelled: shouldStop
            ).common
        }
        return [
            free, path.models.last, game.joined(by: model).solve(from: free, isCancelled: shouldStop).common, led,
        ]
    }
}
