// Vectors in double precision as plain arrays of one length.

extension [Double] {
    var squaredNorm: Double { dot(self) }
    public var norm: Double { squaredNorm.squareRoot() }

    func dot(_ other: [Double]) -> Double {
        var sum = 0.0
        for i in indices { sum += self[i] * other[i] }
        return sum
    }

    /// self + factor · direction.
    public func moved(_ factor: Double, along direction: [Double]) -> [Double] {
        var moved = self
        for i in indices { moved[i] += factor * direction[i] }
        return moved
    }

    func scaled(by factor: Double) -> [Double] {
        var scaled = self
        for i in indices { scaled[i] *= factor }
        return scaled
    }

    func replacing(_ index: Int, with value: Double) -> [Double] {
        var changed = self
        changed[index] = value
        return changed
    }

    /// Class by class and then biases, without what is the same for all classes.
    public func centred(classCount: Int) -> [Double] {
        let p = count / classCount - 1
        var result = self
        for j in 0...p {
            func place(_ a: Int) -> Int { j < p ? a * p + j : classCount * p + a }
            let mean = (0..<classCount).reduce(0) { $0 + self[place($1)] } / Double(classCount)
            for a in 0..<classCount { result[place(a)] -= mean }
        }
        return result
    }

    public func distance(to other: [Double]) -> Double { moved(-1, along: other).norm }
}
