// Elementary against the C library, in units in the last place, and at the values where libraries differ.
import Glibc
import Kernels
import TestSupport
import Testing

@Suite("Elementary functions")
struct ElementaryTests {
    /// The distance in units in the last place of `expected`.
    private func units(_ value: Double, _ expected: Double) -> Double {
        value == expected ? 0 : (value - expected).magnitude / expected.ulp
    }

    /// `count` values spread over the range, in seeded places.
    private func sweep(_ range: ClosedRange<Double>, count: Int = 50_000) -> [Double] {
        var stream = RandomStream(seed: 1, purpose: .measurement)
        return (0..<count).map { _ in range.lowerBound + stream.uniform() * (range.upperBound - range.lowerBound) }
    }

    @Test("exp is within 2 units", arguments: [-708.0...709.78, -1.0...1.0, -1e-9...1e-9, -745...(-708)])
    func exponential(_ range: ClosedRange<Double>) {
        #expect(sweep(range).map { units(Elementary.exp($0), Glibc.exp($0)) }.max()! <= 2)
    }

    @Test("exp is right where it over- or underflows")
    func exponentialLimits() {
        #expect(Elementary.exp(0.0) == 1)
        #expect(Elementary.exp(-Double.infinity) == 0)
        #expect(Elementary.exp(Double.infinity) == .infinity)
        #expect(Elementary.exp(Double.nan).isNaN)
        #expect(Elementary.exp(709.782712893384) < .infinity)
        #expect(Elementary.exp(709.7827128933842) == .infinity)
        #expect(Elementary.exp(-745.1332191019411) == Double.leastNonzeroMagnitude)
        #expect(Elementary.exp(-745.1332191019413) == 0)
    }

    @Test(
        "log is within 2 units",
        arguments: [0.5...2, 0.999...1.001, 1e-300...1e300, Double.leastNonzeroMagnitude...1e-308])
    func logarithm(_ range: ClosedRange<Double>) {
        #expect(sweep(range).map { units(Elementary.log($0), Glibc.log($0)) }.max()! <= 2)
    }

    @Test("log is within 2 units over all exponents and exact at the edges")
    func logarithmLimits() {
        var stream = RandomStream(seed: 2, purpose: .measurement)
        let values = (0..<50_000).map { _ in Double(bitPattern: stream.next() >> 1) }.filter(\.isFinite)
        #expect(values.map { units(Elementary.log($0), Glibc.log($0)) }.max()! <= 2)
        #expect(Elementary.log(1) == 0)
        #expect(Elementary.log(0) == -.infinity)
        #expect(Elementary.log(-0.0) == -.infinity)
        #expect(Elementary.log(.infinity) == .infinity)
        #expect(Elementary.log(-1).isNaN)
        #expect(Elementary.log(.nan).isNaN)
        #expect(units(Elementary.log(.leastNonzeroMagnitude), Glibc.log(.leastNonzeroMagnitude)) <= 1)
    }

    @Test("sine and cosine of turns are within 2 units", arguments: [-0.125...0.125, -2.0...2.0, 1e6...1e7])
    func sineAndCosine(_ range: ClosedRange<Double>) {
        for turns in sweep(range, count: 20_000) {
            let (sine, cosine) = Elementary.sineCosine(ofTurns: turns)
            // The C library takes radians: a quarter turn is taken off exactly, so that only 2π is rounded.
            let quarters = (turns * 4).rounded()
            let radians = Float80(turns - quarters / 4) * 2 * Float80.pi
            let (s, c) = (Double(sinl(radians)), Double(cosl(radians)))
            let expected = [(s, c), (c, -s), (-s, -c), (-c, s)][Int(quarters) & 3]
            #expect(units(sine, expected.0) <= 2 && units(cosine, expected.1) <= 2, "at \(turns) turns")
        }
    }

    @Test("sine and cosine are exact at quarter turns, however many")
    func quarterTurns() {
        for turns in [0.0, 1, -3, 0x1p60, Double.greatestFiniteMagnitude] {
            #expect(Elementary.sineCosine(ofTurns: turns) == (0, 1))
        }
        #expect(Elementary.sineCosine(ofTurns: 0.25) == (1, 0))
        #expect(Elementary.sineCosine(ofTurns: -0.25) == (-1, 0))
        #expect(Elementary.sineCosine(ofTurns: 7.5) == (0, -1))
        for turns in [Double.infinity, -.infinity, .nan] {
            let (sine, cosine) = Elementary.sineCosine(ofTurns: turns)
            #expect(sine.isNaN && cosine.isNaN)
        }
    }

    @Test("the normal quantile inverts the C library's distribution function to 1e-13")
    func quantile() {
        let probabilities = sweep(0...0.5, count: 20_000) + (1...300).map { pow(10, -Double($0)) }
        for p in probabilities {
            let z = Elementary.normalQuantile(p)
            let density = Glibc.exp(-z * z / 2) / (2 * Double.pi).squareRoot()
            // One Newton step of the inverse is the error of z.
            #expect(abs((erfc(-z / 2.0.squareRoot()) / 2 - p) / density) <= 1e-13 * abs(z), "at \(p)")
        }
    }

    @Test("the normal quantile is odd about 1/2 and infinite at the ends")
    func quantileLimits() {
        #expect(Elementary.normalQuantile(0.5) == 0)
        for p in [0.25, 0.125, 0x1p-20] { #expect(Elementary.normalQuantile(1 - p) == -Elementary.normalQuantile(p)) }
        #expect(Elementary.normalQuantile(0) == -.infinity)
        #expect(Elementary.normalQuantile(1) == .infinity)
        for p in [-0.1, 1.1, .nan, .infinity] { #expect(Elementary.normalQuantile(p).isNaN) }
    }

    @Test("exp of Float is within 2 units, and lanes do not differ from one value")
    func floats() {
        let values = sweep(-86.98...88.722).map { Float($0) }
        for start in stride(from: 0, to: values.count, by: 8) {
            let lanes = Elementary.exp(SIMD8(values[start..<start + 8]))
            for lane in 0..<8 {
                let x = values[start + lane]
                let exact = Glibc.exp(Double(x))
                #expect(abs(Double(lanes[lane]) - exact) <= 2 * Double(Float(exact).ulp), "at \(x)")
                #expect(Elementary.exp(x) == lanes[lane])
            }
        }
    }

    @Test("exp of Float is clamped at both ends")
    func floatLimits() {
        #expect(Elementary.exp(Float(0)) == 1)
        for x: Float in [-86.99, -87.4, -104, -1e30, -.infinity] { #expect(Elementary.exp(x) == 0) }
        for x: Float in [88.73, 89, 1e30, .infinity] { #expect(Elementary.exp(x) == .infinity) }
        #expect(Elementary.exp(Float.nan).isNaN)
    }

    @Test("tanh in lanes is within 3e-7, odd, and never beyond 1")
    func hyperbolicTangent() {
        for x in stride(from: Float(-12), through: 12, by: 0.003_7) {
            let value = Elementary.tanh(SIMD8<Float>(repeating: x))[3]
            #expect(abs(Double(value) - Glibc.tanh(Double(x))) < 3e-7 && abs(value) <= 1, "\(x)")
        }
        let ends = Elementary.tanh(SIMD8<Float>(-.infinity, -200, -0.0, 0, 1e-20, 200, .infinity, .nan))
        #expect(ends[0] == -1 && ends[1] == -1 && ends[2] == 0 && ends[3] == 0 && ends[4] == 1e-20)
        #expect(ends[5] == 1 && ends[6] == 1 && ends[7].isNaN)
    }
}
