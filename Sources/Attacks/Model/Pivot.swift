// Pivot: reads which way one honest node leans, and pushes that way as far as the subset of least variance still takes
// all hostile vectors in. The attack on generalisation that no data can make.
import Kernels
import Registry

/// With u the direction in which the pivot's vector lies from the mean of the other honest ones, all hostile nodes send
/// the honest mean moved along u to the greatest coordinate x at which, among the honest coordinates and f copies of x,
/// the n − f vectors of least variance are still those with all f copies (Boudou, Le Bars, Gupta, Bellet 2025, arXiv
/// 2506.18020, the tailored attack on SMEA). On a line it is exact; in more dimensions only u counts.
///
/// Where the pivot leans nowhere, the direction of the round before is kept. As the variances tie at x itself, the
/// distance from the honest mean is shortened by `margin`.
public struct Pivot: ModelAttack {
    public static let name = "pivot"
    public static let aliases = ["tailored"]
    public static let summary =
        "Pushes the way one honest node leans, as far as SMEA takes all hostile vectors in."
    public static let parameters = [
        Parameter.count("pivot", 0...1_000_000, default: 0, "index of the node whose vector shows the way"),
        Parameter.number("margin", 0...0.5, default: 5e-7, "share by which it stays short of where variances tie"),
    ]
    /// With half of the nodes hostile or more nothing holds it back.
    private static let farthest = 10.0

    private let pivot: NodeID
    private let margin: Double
    /// The direction of the last round that had one.
    public var memory: [Float] = []

    public init(_ parameters: ParameterValues) {
        pivot = NodeID(parameters.count("pivot"))
        margin = parameters.number("margin")
    }

    public var needs: AttackNeeds { [.own, .heard, .past] }

    public mutating func plan(seeing view: borrowing AttackView) -> [Float] {
        let honest = view.heard.map(\.model)
        guard let mean = mean(honest) else { return view.own }
        if let towards = direction(view) { memory = towards }
        guard memory.count == mean.count else { return mean }
        let way = memory
        func coordinate(_ model: [Float]) -> Double {
            model.indices.reduce(0) { $0 + Double(model[$1]) * Double(way[$1]) }
        }
        let here = coordinate(mean)
        let there = Self.reach(among: honest.map(coordinate), hostile: view.surroundings.hostile)
        return mean.moved(Float((1 - margin) * (there - here)), along: way)
    }

    /// From the mean of the other honest nodes to the pivot, of length 1; `nil` where they are one, or not heard.
    private func direction(_ view: borrowing AttackView) -> [Float]? {
        guard let tip = view.model(of: pivot) else { return nil }
        guard let rest = mean(view.heard.filter { $0.sender != pivot }.map(\.model)) else { return nil }
        let way = tip - rest
        let norm = way.norm
        return norm > 0 && norm.isFinite ? way * Float(1 / norm) : nil
    }

    /// The greatest x, no less than the greatest coordinate, up to which the window of n − f sorted values with all the
    /// copies of x varies no more than any other; on a line the subsets of least variance are windows.
    static func reach(among honest: [Double], hostile: Int) -> Double {
        let sorted = honest.sorted()
        guard let greatest = sorted.last, let least = sorted.first, hostile > 0 else { return honest.max() ?? 0 }
        let most = greatest + farthest * max(greatest - least, greatest.magnitude)
        let size = sorted.count
        guard size > hostile else { return most }
        func isTaken(_ x: Double) -> Bool {
            let all = sorted + [Double](repeating: x, count: hostile)
            let own = variance(all[hostile...])
            return (0..<hostile).allSatisfy { own <= variance(all[$0..<$0 + size]) }
        }
        guard isTaken(greatest) else { return greatest }
        var (inside, outside) = (greatest, most)
        while isTaken(outside), outside.magnitude < 1e300 {
            inside = outside
            outside = greatest + 2 * (outside - greatest)
            if outside == inside { return inside }
        }
        // Down to neighbouring numbers.
        while true {
            let middle = inside + (outside - inside) / 2
            guard middle > inside, middle < outside else { return inside }
            if isTaken(middle) { inside = middle } else { outside = middle }
        }
    }

    private static func variance(_ values: ArraySlice<Double>) -> Double {
        let mean = values.reduce(0, +) / Double(values.count)
        return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    }

    public func forge(
        for victim: NodeID, by plan: [Float], seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        .model(plan)
    }
}
