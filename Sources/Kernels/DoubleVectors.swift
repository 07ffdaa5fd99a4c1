// Vectors in double precision as plain arrays of one length, for problems that are solved to many digits; what nodes
// train and mix is in spans of Float.

extension [Double] {
    public var squaredNorm: Double { dot(self) }
    public var norm: Double { squaredNorm.squareRoot() }

    public func dot(_ other: [Double]) -> Double {
        var sum = 0.0
        for i in indices { sum += self[i] * other[i] }
        return sum
    }

    /// self + factor · direction.
    public func moved(_ factor: Double, along direction: [Double]) -> [Double] {
        var moved = self
        moved.move(factor, along: direction)
        return moved
    }

    /// The same in place.
    public mutating func move(_ factor: Double, along direction: [Double]) {
        for i in indices { self[i] += factor * direction[i] }
    }

    public func scaled(by factor: Double) -> [Double] {
        var scaled = self
        for i in indices { scaled[i] *= factor }
        return scaled
    }

    /// self − other.
    public func minus(_ other: [Double]) -> [Double] {
        var difference = self
        for i in indices { difference[i] -= other[i] }
        return difference
    }

    public func distance(to other: [Double]) -> Double { minus(other).norm }

    public func replacing(_ index: Int, with value: Double) -> [Double] {
        var changed = self
        changed[index] = value
        return changed
    }
}
