// Robust descent where nodes differ the more the longer their gradients are, with adaptive and with static clipping.
import Kernels
import Registry

/// Losses (a_i/2)|x − c_i|² with curvatures a_i from 1 − s to 1 + s: (G, B)-dissimilarity with B² the variance of the
/// a_i over their squared mean, and G² what is left at the optimum. Descent starts far away; hostile nodes send the
/// negative of the honest mean, 10 times as long.
enum ClippedDescent {
    static let name = "clipped descent"
    static let near = "after 100 rounds"
    static let late = "after 500 rounds"
    private static let count = 17
    private static let hostile = 4
    private static let dimension = 10
    private static let spread = 0.5
    private static let distance: Float = 100
    private static let stepSize: Float = 0.1
    static let plain = "trimmed mean after NNM"
    static let adaptive = "the same after ARC"
    static let clipped = "the same after clipping at 0.1"
    static let loose = "the same after clipping at 2"

    static func calculation() throws(ConfigurationFault) -> Calculation {
        let rules = [
            (plain, try RuleTrial("trimmedMean", after: ["nnm"]), nil as Float?),
            (adaptive, try RuleTrial("trimmedMean", after: ["arc", "nnm"]), nil),
            (loose, try RuleTrial("trimmedMean", after: ["nnm"]), 2),
            (clipped, try RuleTrial("trimmedMean", after: ["nnm"]), 0.1),
        ]
        return Calculation(name) { shouldStop in
            var table = CalculatedTable(rows: "distance from the honest optimum", columns: [near, late])
            for (name, rule, length) in rules {
                if shouldStop() { return nil }
                table.add(name, try distances(rule, clippedAt: length, at: [100, 500]))
            }
            return table
        }
    }

    private static func distances(
        _ rule: RuleTrial, clippedAt length: Float?, at moments: [Int]
    ) throws -> [Double?] {
        var rule = rule
        let honest = count - hostile
        var random = RandomStream(seed: 1, purpose: .data)
        var curvatures: [Float] = []
        var centres: [[Float]] = []
        for node in 0..<honest {
            let place = Float(node) / Float(honest - 1) * 2 - 1
            curvatures.append(1 + Float(spread) * place)
            var centre = [Float](repeating: 0, count: dimension)
            random.fillGaussian(&centre, mean: 0, standardDeviation: 0.1)
            centres.append(centre)
        }
        let total = curvatures.reduce(0, +)
        let optimum = (0..<dimension).map { j in
            zip(curvatures, centres).reduce(Float(0)) { $0 + $1.0 * $1.1[j] } / total
        }
        var x = optimum
        x[0] += distance
        var distances: [Double?] = []
        for round in 1...(moments.max() ?? 0) {
            var inputs = zip(curvatures, centres).map { curvature, centre in
                (0..<dimension).map { curvature * (x[$0] - centre[$0]) }
            }
            let forged = (0..<dimension).map { j in -10 * inputs.reduce(Float(0)) { $0 + $1[j] } / Float(honest) }
            inputs += Array(repeating: forged, count: hostile)
            if let length { inputs = inputs.map { clip($0, at: length) } }
            let step = try rule.aggregate(inputs, hostile: hostile)
            for j in 0..<dimension { x[j] -= stepSize * step[j] }
            if moments.contains(round) {
                distances.append(
                    Double(zip(x, optimum).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()))
            }
        }
        return distances
    }

    private static func clip(_ vector: [Float], at length: Float) -> [Float] {
        let norm = vector.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
        return norm <= length ? vector : vector.map { $0 * (length / norm) }
    }

    static var claims: [Claim] {
        func claim(
            _ statement: String, _ quantity: String, _ expectation: Claim.Expectation, _ a: String, _ b: String,
            _ moment: String
        ) -> Claim {
            Claim(
                statement,
                published: "ARC adapts to the length of gradients, a static threshold does not "
                    + "(arXiv 2405.14432)", quantity: quantity, expectation, isShare: false, over: nil
            ) { evidence throws(MissingFigure) in
                try evidence.number(name, a, moment) / evidence.number(name, b, moment)
            }
        }
        return [
            claim(
                "Under (G, B)-dissimilarity static clipping stalls far from the optimum, and ARC does not",
                "distance with clipping at 0.1 over that with ARC, \(near)", .above(10), clipped, adaptive, near),
            claim(
                "In the end ARC is within twice the distance of the rule alone",
                "distance with ARC over that without clipping, \(late)",
                .below(2), adaptive, plain, late),
        ]
    }

    static var figures: [PackFigure] {
        [
            PackFigure(
                "Descent under (G, B)-dissimilarity",
                note: "17 nodes, 4 hostile, curvatures from 0.5 to 1.5, start 100 from the optimum, step 0.1.",
                .calculation(name))
        ]
    }
}
