// Flood: the own model in many frames where one is due. It tests quotas, not the rule.
import Kernels
import Registry

/// Sends its own model so many times in each round. The receiver's link takes the first frame, and refuses and counts
/// the others by their headers (`duplicateRound`): the models are those of a run in which the node is honest. Past the
/// share of time and memory that a neighbour has, it is heard after all others, and nobody waits for it (`flood`).
public struct Flood: ModelAttack {
    public static let name = "flood"
    public static let aliases = ["spam"]
    public static let summary = "Sends its own model in many frames, all but one of which must be refused by the link."
    public static let forgesModels = false
    public static let parameters = [
        Parameter.count("frames", 2...100_000, default: 20, "how many to each victim in a round")
    ]

    /// Of all frames to one victim in a round: 16 MiB.
    private static let mostElements = 4 << 20

    private let frames: Int

    public init(_ parameters: ParameterValues) { frames = parameters.count("frames") }

    public func check(dimension: Int) throws(ConfigurationFault) {
        let most = max(2, Self.mostElements / max(1, dimension))
        guard frames <= most else {
            throw ConfigurationFault(
                .notAllowed(
                    key: "frames of \(Self.name)", given: "\(frames)",
                    allowed: "at most \(most) where a model has \(dimension) elements"))
        }
    }

    public var needs: AttackNeeds { .own }

    public func plan(seeing view: borrowing AttackView) -> [Float] { view.own }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        .flood(plan, frames: frames)
    }
}
