// Element-wise kernels and reductions against their slow twins, at every length where a lane or a block may end.
import Kernels
import TestSupport
import Testing

@Suite("Vector kernels")
struct VectorKernelsTests {
    static let lengths = Array(0...40) + [63, 65, 1_023, 1_024, 1_025, 1_055, 1_056, 1_057, 2_047, 2_049, 5_001]

    @Test("reductions agree with sums in Double", arguments: lengths)
    func reductions(_ count: Int) {
        let (x, y) = (seededValues(count), seededValues(count, lane: 1))
        // Values are at most 2: blocks of Floats lose less than this.
        let tolerance = 1e-6 * Double(count)
        #expect(abs(sum(x.span) - slowSum(x)) <= tolerance)
        #expect(abs(dot(x.span, y.span) - slowDot(x, y)) <= tolerance)
        #expect(abs(squaredNorm(x.span) - slowDot(x, x)) <= tolerance)
        #expect(abs(squaredDistance(x.span, y.span) - slowSquaredDistance(x, y)) <= tolerance)
    }

    @Test("reductions of small whole numbers are exact, so that no element is missed or counted twice")
    func wholeNumbers() {
        for count in Self.lengths {
            let x = (0..<count).map { Float($0 % 13 - 6) }
            let y = (0..<count).map { Float($0 % 7) }
            #expect(sum(x.span) == slowSum(x))
            #expect(dot(x.span, y.span) == slowDot(x, y))
            #expect(squaredDistance(x.span, y.span) == slowSquaredDistance(x, y))
        }
    }

    @Test("a long sum keeps the digits that one Float would lose")
    func longSum() {
        let x = [Float](repeating: 0.1, count: 1_000_000)
        #expect(abs(sum(x.span) / (1_000_000 * Double(Float(0.1))) - 1) < 1e-6)
    }

    @Test("the distance of close models does not cancel")
    func closeModels() {
        let x = seededValues(1_000).map { 1_000 + $0 }
        let y = x.map { $0.nextUp }
        #expect(abs(squaredDistance(x.span, y.span) / slowSquaredDistance(x, y) - 1) < 1e-5)
        #expect(squaredDistance(x.span, x.span) == 0)
    }

    @Test("element-wise kernels do to each element what they say", arguments: lengths)
    func elementwise(_ count: Int) {
        let (x, y) = (seededValues(count), seededValues(count, lane: 1))
        let a: Float = 0.3
        func result(_ body: (inout MutableSpan<Float>) -> Void) -> [Float] {
            var values = y
            var span = values.mutableSpan
            body(&span)
            return values
        }
        #expect(result { axpy(a, x.span, into: &$0) } == zip(x, y).map { $1 + a * $0 })
        #expect(result { scale(a, &$0) } == y.map { a * $0 })
        #expect(result { fill(&$0, with: a) } == y.map { _ in a })
        #expect(result { copy(x.span, into: &$0) } == x)
        let z = seededValues(count, lane: 2)
        let stepped = x.indices.map { y[$0] + a * (x[$0] - z[$0]) }
        #expect(result { addScaledDifference(a, x.span, minus: z.span, into: &$0) } == stepped)
    }

    @Test("clipping leaves what is inside, and brings what is outside to the radius")
    func clipping() {
        #expect(clipFactor(norm: 1, radius: 2) == 1)
        #expect(clipFactor(norm: 2, radius: 2) == 1)
        #expect(clipFactor(norm: 8, radius: 2) == 0.25)
        #expect(clipFactor(norm: 1, radius: 0) == 0)
        #expect(clipFactor(norm: 0, radius: 0) == 1)
        #expect(clipFactor(norm: 0, radius: .infinity) == 1)
    }

    @Test("one value that is not finite is noticed wherever it stands", arguments: [1, 7, 8, 9, 33, 100])
    func finiteness(_ count: Int) {
        func isFinite(_ values: [Float]) -> Bool { allFinite(values.span) }
        let x = seededValues(count)
        #expect(isFinite(x))
        for position in x.indices {
            for value: Float in [.infinity, -.infinity, .nan, .signalingNaN, -.nan] {
                var damaged = x
                damaged[position] = value
                #expect(!isFinite(damaged))
            }
        }
        #expect(isFinite([.greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, -0.0]))
    }

    @Test("a batch keeps its rows in order and forgets them on request")
    func vectorBatch() {
        var rows = VectorBatch(columns: 3, capacity: 2)
        #expect(rows.rows == 0)
        rows.append([1, 2, 3])
        rows.append([4, 5, 6])
        #expect(rows.rows == 2 && Array(rows.elements[rows.range(ofRow: 1)]) == [4, 5, 6])
        rows.removeAll()
        #expect(rows.rows == 0 && rows.elements.isEmpty)
        var distances = [1.0]
        squaredDistances(among: rows, into: &distances)
        #expect(distances.isEmpty)
    }
}
