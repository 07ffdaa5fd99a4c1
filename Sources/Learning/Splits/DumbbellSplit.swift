// Dumbbell split: half of the classes to the first half of the nodes, the others to the second: the worst case for
// graphs of two parts with a narrow bridge.
import Kernels
import Registry

/// The first half of the classes is shared out at random in the first half of the nodes and the second in the second,
/// after a share (1 − p) / 2 of each has changed sides: p = 1 parts them, p = 0 is nearly iid.
public struct DumbbellSplit: Split {
    public static let name = "dumbbell"
    public static let summary = "The first half of the classes to the first half of the nodes, the rest to the others."
    public static let parameters = [
        Parameter.number("p", 0...1, default: 1, "1: each half has its classes alone; 0: both have all of them")
            .known(as: "heterogeneity")
    ]

    private let p: Double

    public init(_ parameters: ParameterValues) { p = parameters.number("p") }

    public func assign(
        _ basis: SplitBasis, participants: Int, random: inout RandomStream
    ) throws(ConfigurationFault) -> [[Int32]] {
        let classes = try samplesByClass(basis.targets)
        // Odd ones are of the first half.
        let (nodes, split) = ((participants + 1) / 2, (classes.count + 1) / 2)
        guard participants > 1 else {
            return (0..<participants).map { _ in shuffled(classes.joined(), &random) }
        }
        let halves = [classes[..<split], classes[split...]].map { shuffled($0.joined(), &random) }
        let kept = halves.map { $0.count - Int((1 - p) / 2 * Double($0.count)) }
        let first = halves[0][..<kept[0]] + halves[1][kept[1]...]
        let second = halves[1][..<kept[1]] + halves[0][kept[0]...]
        return cutEvenly(shuffled(first, &random), parts: nodes)
            + cutEvenly(shuffled(second, &random), parts: participants - nodes)
    }

    private func shuffled(_ samples: some Sequence<Int32>, _ random: inout RandomStream) -> [Int32] {
        var samples = Array(samples)
        random.shuffle(&samples)
        return samples
    }
}
