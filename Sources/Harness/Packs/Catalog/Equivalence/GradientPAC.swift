// Theorems 2 and 3: linear and logistic regression are gradient-PAC, so that enough data say whatever model one wants.
import Kernels
import Learning

/// For all θ, ⟨θ − θ†, ∇L(θ)⟩ ≥ A I |θ − θ†| min(1, |θ − θ†|) − B I^α |θ − θ†| with I samples labelled by θ†, α < 1.
/// Measured are A, from below, where the second term counts little, and |argmin L − θ†|.
enum GradientPAC {
    static let name = "gradient-PAC"
    private static let growth = "A, least of 200 models"
    private static let error = "error of the optimum"
    private static let losses = ["linear", "logistic"]
    private static let counts = [100, 1_000, 10_000]
    private static func row(_ loss: String, _ count: Int) -> String { "\(loss), \(count) samples" }

    static let calculation = Calculation(name) { shouldStop in
        var table = CalculatedTable(rows: "loss, samples", columns: [growth, error])
        let target = [1.0, -0.5, 0.25]
        for loss in losses {
            for count in counts {
                if shouldStop() { return nil }
                var random = RandomStream(seed: 5, purpose: .data)
                let points = (0..<count).map { _ -> DataPoint in
                    let query = target.map { _ in random.gaussian() }
                    let mean = zip(query, target).reduce(0) { $0 + $1.0 * $1.1 }
                    guard loss == losses[1] else { return DataPoint(query, mean + 0.5 * random.gaussian()) }
                    return DataPoint(query, random.uniform() < 1 / (1 + Elementary.exp(-mean)) ? 1 : -1)
                }
                let local = loss == losses[0] ? LocalLoss.leastSquares(points) : .logistic(points)
                var least = Double.infinity
                for _ in 0..<200 {
                    let direction = target.map { _ in random.gaussian() }
                    let length = 0.5 + 4 * random.uniform()
                    let way = direction.map { $0 * length / direction.norm }
                    let slope = local.gradient(at: target.moved(1, along: way))
                    let product = zip(way, slope).reduce(0) { $0 + $1.0 * $1.1 }
                    least = min(least, product / (Double(count) * length * min(1, length)))
                }
                table.add(row(loss, count), [least, local.minimiser(isCancelled: shouldStop).distance(to: target)])
            }
        }
        return table
    }

    static var claims: [Claim] {
        losses.flatMap { loss in
            let title = loss == losses[0] ? "Linear" : "Logistic"
            return [
                Claim.computed(
                    "\(title) regression: gradients point away from the target, the more the more data",
                    published: "theorem \(loss == losses[0] ? 2 : 3)",
                    quantity: "A with 10,000 samples over that with 100", .above(0.5)
                ) { evidence throws(MissingFigure) in
                    try evidence.number(name, row(loss, counts[2]), growth)
                        / evidence.number(name, row(loss, counts[0]), growth)
                },
                Claim.computed(
                    "\(title) regression: data say the model that labelled them",
                    published: "theorem \(loss == losses[0] ? 2 : 3)",
                    quantity: "error with 10,000 samples over that with 100 (1/10 at the rate 1/√I)", .below(0.5)
                ) { evidence throws(MissingFigure) in
                    try evidence.number(name, row(loss, counts[2]), error)
                        / evidence.number(name, row(loss, counts[0]), error)
                },
            ]
        }
    }
}
