// Draws from a stream: Gaussian, gamma, Dirichlet, permutations. Built on Elementary, so equal bits everywhere.

extension RandomStream {
    /// A standard normal draw (Box–Muller; both values of a pair are used).
    public mutating func gaussian() -> Double {
        if let value = spareGaussian {
            spareGaussian = nil
            return value
        }
        let radius = (-2 * Elementary.log(uniformOpen())).squareRoot()
        let angle = Elementary.sineCosine(ofTurns: uniform())
        spareGaussian = radius * angle.sine
        return radius * angle.cosine
    }

    /// Overwrites `values` with normal draws.
    public mutating func fillGaussian(_ values: inout [Float], mean: Double, standardDeviation: Double) {
        for index in values.indices { values[index] = Float(mean + standardDeviation * gaussian()) }
    }

    /// The logarithm of a Gamma(shape, 1) draw (Marsaglia, Tsang 2000). For shape < 1 the boost U^(1/shape) is taken in
    /// log space, where shape 0.001 does not underflow.
    public mutating func logGamma(shape: Double) -> Double {
        precondition(shape > 0, "a gamma distribution has a positive shape")
        if shape < 1 { return logGamma(shape: shape + 1) + Elementary.log(uniformOpen()) / shape }
        let d = shape - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let normal = gaussian()
            let base = 1 + c * normal
            guard base > 0 else { continue }
            let logCube = 3 * Elementary.log(base)
            let cube = base * base * base
            if Elementary.log(uniformOpen()) < 0.5 * normal * normal + d - d * cube + d * logCube {
                return Elementary.log(d) + logCube
            }
        }
    }

    /// A draw from the symmetric Dirichlet distribution: `count` shares that sum to 1.
    public mutating func dirichlet(_ concentration: Double, count: Int) -> [Double] {
        let logs = (0..<count).map { _ in logGamma(shape: concentration) }
        let greatest = logs.reduce(-.infinity, max)
        let weights = logs.map { Elementary.exp($0 - greatest) }
        let total = weights.reduce(0, +)
        return weights.map { $0 / total }
    }

    /// A uniformly random permutation in place (Fisher–Yates).
    @inlinable
    public mutating func shuffle<Element>(_ elements: inout [Element]) {
        for last in stride(from: elements.count - 1, to: 0, by: -1) { elements.swapAt(last, below(last + 1)) }
    }
}
