// Data on which robust learning generalises worst: one node's sample decides which way the aggregate leans.
import Kernels
import Registry

/// n nodes with m samples each, in the order of the nodes, the last f of them hostile (split `byGroup`); for the model
/// `linearLoss` with gradients exchanged on a complete graph under SMEA. After Boudou, Le Bars, Gupta, Bellet 2025
/// (arXiv 2506.18020); the constants are worked out anew.
///
/// Node 0 is the pivot: its first sample is the only random one, −1 or +1, and its others are 0. The other honest nodes
/// are sure of theirs:
/// - `poisoning`: n − 2f − 1 at 0 and f at −1, hostile ones at +1. SMEA keeps the pivot's group and the side that the
///   pivot leans to, so that the model moves by γC(f + 1/m)/(n − f) a round.
/// - `byzantine`: half at −1 and half at +1, one at 0 where their number is odd: the greatest variance, under cover of
///   which forgeries get farthest. Hostile nodes have 0, and are meant to forge (attack `pivot`).
/// - `uneven`: the same with no zero, the larger part at +1.
/// - `stochastic`: for batches of one sample and models kept at 0 or above (projection `box`). A sample is (z, w), and
///   needs the model's bend. n − 2f − 1 nodes at 0; f honest ones hold the model down, with a slope C(1 − ε) at 0 that
///   rises to C; hostile ones have −(1 − ε/2), with ε = `tilt`, and pull it up. At 0 the former are nearer to 0, so
///   that nothing moves. Once the pivot's −1 has been drawn, the model is where the latter are nearer, and runs away;
///   with +1 it never leaves 0.
///
/// The test part is both ends of the range, −1 and +1.
public struct WorstCaseData: DataSource, Dataset {
    public static let name = "worstCase"
    public static let summary = "The instances on which SMEA generalises worst, for linearLoss, n nodes in order."
    public static let parameters = [
        Parameter.choice(
            "instance", ["poisoning", "byzantine", "uneven", "stochastic"], default: "poisoning",
            "what the honest nodes but the first are sure of"),
        Parameter.choice("draw", ["minus", "plus"], default: "minus", "the first node's first sample, -1 or +1"),
        Parameter.count("nodes", 3...100_000, default: 15, "n, the last f of which are hostile"),
        Parameter.count("hostile", 0...50_000, default: 3, "f, less than n/2"),
        Parameter.count("samplesPerNode", 1...10_000, default: 8, "m"),
        Parameter.number(
            "tilt", 1e-4...0.5, default: 0.125, "ε: how much flatter those who hold the model down are at 0"),
    ]

    private let given: ParameterValues
    private let nodes: Int
    private let hostile: Int
    private let samplesPerNode: Int

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        given = parameters
        nodes = parameters.count("nodes")
        hostile = parameters.count("hostile")
        samplesPerNode = parameters.count("samplesPerNode")
        guard 2 * hostile < nodes else {
            throw ConfigurationFault(
                .notAllowed(
                    key: "task.dataset.hostile", given: "\(hostile)",
                    allowed: "less than half of the \(nodes) nodes"))
        }
    }

    private var isStochastic: Bool { given.text("instance") == "stochastic" }
    private var isDrawnAbove: Bool { given.text("draw") == "plus" }
    private var width: Int { isStochastic ? 2 : 1 }

    public var digest: String { generatedDigest(Self.name, given) }
    public var shape: SampleShape { SampleShape(featureCount: width, targets: .none) }
    public var trainingCount: Int { nodes * samplesPerNode }
    public func testCount() -> Int { 2 }
    public func trainingTargets() -> Targets { .none(trainingCount) }

    public func trainingGroups() -> [Int32]? {
        (0..<Int32(nodes)).flatMap { [Int32](repeating: $0, count: samplesPerNode) }
    }

    public func trainingFeatures(ofRows rows: [Int32]) -> [Float] {
        rows.flatMap { row -> [Float] in
            let (node, position) = (Int(row) / samplesPerNode, Int(row) % samplesPerNode)
            guard node == 0 else { return sample(of: node) }
            let tip: Float = position > 0 ? 0 : isDrawnAbove ? 1 : -1
            return Array([tip, 0].prefix(width))
        }
    }

    public func testPart() -> Samples {
        Samples(features: [-1, 1].flatMap { [$0, 0].prefix(width) }, targets: .none(2), axes: [width])
    }

    /// What a node other than the first is sure of.
    private func sample(of node: Int) -> [Float] {
        let place = node - 1
        let sure = nodes - hostile - 1
        let tilt = Float(given.number("tilt"))
        switch given.text("instance") {
        case "poisoning": return [place >= sure ? 1 : place < sure - hostile ? 0 : -1]
        case "byzantine":
            let half = sure / 2
            return [place >= sure ? 0 : place < half ? -1 : place < 2 * half ? 1 : 0]
        case "uneven": return [place >= sure ? 0 : place < sure / 2 ? -1 : 1]
        default:
            if place >= sure { return [tilt / 2 - 1, 0] }
            return place < sure - hostile ? [0, 0] : [1 - tilt, tilt]
        }
    }
}
