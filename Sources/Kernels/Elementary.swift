// exp, log, tanh, sine and cosine of turns: our own, because the C library's differ by version and processor.
// Fixed order of operations, no fused multiply-add, at most 2 units in the last place; tanh, made of exp, loses more
// of them near 0, where its absolute error stays as small.

/// Elementary functions with the same bits on every machine.
public enum Elementary {
    /// ln 2 in two parts; the first has so few bits that its product with any exponent is exact.
    private static let log2High = 0x1.62E4_2FEEp-1
    private static let log2Low = 0x1.A39E_F357_93C76p-33
    /// The bits of the first number above √½.
    private static let leastSignificand: Int64 = 0x3FE6_A09E_667F_3BCE

    /// c₀ + x (c₁ + x (c₂ + …)). The loop counts up because only such a one is unrolled into constants.
    @inline(__always)
    static func polynomial<let count: Int>(_ x: Double, _ coefficients: InlineArray<count, Double>) -> Double {
        var sum = coefficients[count - 1]
        for step in 2..<count + 1 { sum = coefficients[count - step] + x * sum }
        return sum
    }

    /// The nearest whole number, ties to even, of |x| < 2⁵¹: `rounded` is a library call on older processors.
    @inline(__always)
    private static func nearest(_ x: Double) -> Double { (x + 0x1.8p52) - 0x1.8p52 }

    /// eˣ: k ln 2 is taken off in two parts, the rest (at most ln 2 / 2) goes through the Taylor series to degree 13.
    public static func exp(_ x: Double) -> Double {
        if x.isNaN { return x }
        if x > 709.8 { return .infinity }
        if x < -745.2 { return 0 }
        let k = nearest(x * 0x1.7154_7652_B82FEp0)
        let r = (x - k * log2High) - k * log2Low
        let series = polynomial(
            r,
            [
                1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5_040, 1.0 / 40_320, 1.0 / 362_880,
                1.0 / 3_628_800, 1.0 / 39_916_800, 1.0 / 479_001_600, 1.0 / 6_227_020_800,
            ])
        // 2ᵏ in two halves, so that neither the scale of a subnormal nor that of the greatest result overflows.
        let half = Int(k) >> 1
        return (1 + (r + r * r * series)) * powerOfTwo(half) * powerOfTwo(Int(k) - half)
    }

    private static func powerOfTwo(_ exponent: Int) -> Double {
        Double(bitPattern: UInt64(exponent + 1023) << 52)
    }

    /// ln x: x = 2ᵏ m with m from √½ to √2, and ln m = 2 artanh((m − 1) / (m + 1)).
    public static func log(_ x: Double) -> Double {
        guard x > 0 else { return x == 0 ? -.infinity : .nan }
        guard x < .infinity else { return x }
        // On the bits, since a branch would be missed half the time. A subnormal is first made normal.
        let isSubnormal = x < .leastNormalMagnitude
        let bits = Int64(bitPattern: (isSubnormal ? x * 0x1p54 : x).bitPattern)
        let exponent = (bits - leastSignificand) >> 52
        let m = Double(bitPattern: UInt64(bitPattern: bits - exponent << 52))
        let k = Double(isSubnormal ? exponent - 54 : exponent)
        let f = m - 1
        let s = f / (2 + f)
        let z = s * s
        let series =
            z
            * polynomial(
                z,
                [
                    2.0 / 3, 2.0 / 5, 2.0 / 7, 2.0 / 9, 2.0 / 11, 2.0 / 13, 2.0 / 15, 2.0 / 17, 2.0 / 19, 2.0 / 21,
                    2.0 / 23,
                ])
        // ln(1 + f) = f − (f²/2 − s (f²/2 + series)): the leading term is exact.
        let halfSquare = 0.5 * f * f
        return k * log2High - ((halfSquare - (s * (halfSquare + series) + k * log2Low)) - f)
    }

    /// sin 2πt and cos 2πt: quarters of a turn are taken off exactly, the rest goes through both Taylor series.
    public static func sineCosine(ofTurns t: Double) -> (sine: Double, cosine: Double) {
        guard t.isFinite else { return (.nan, .nan) }
        let turn = t.magnitude < 0x1p51 ? t - nearest(t) : t.remainder(dividingBy: 1)
        let quarters = nearest(turn * 4)
        let r = turn - quarters / 4
        let x = r * 0x1.921F_B544_42D18p2 + r * 0x1.1A62_6331_45C07p-52
        let z = x * x
        let odd = polynomial(
            z,
            [
                -1.0 / 6, 1.0 / 120, -1.0 / 5_040, 1.0 / 362_880, -1.0 / 39_916_800, 1.0 / 6_227_020_800,
                -1.0 / 1_307_674_368_000, 1.0 / 355_687_428_096_000,
            ])
        let even = polynomial(
            z,
            [
                1.0 / 2, -1.0 / 24, 1.0 / 720, -1.0 / 40_320, 1.0 / 3_628_800, -1.0 / 479_001_600,
                1.0 / 87_178_291_200, -1.0 / 20_922_789_888_000, 1.0 / 6_402_373_705_728_000,
            ])
        let sine = x + x * z * odd
        let cosine = 1 - z * even
        // Each quarter turns (sine, cosine) into (cosine, −sine): selected and signed without a branch.
        let turned = Int(quarters)
        let (first, second) = turned & 1 == 0 ? (sine, cosine) : (cosine, sine)
        return (negate(first, if: turned & 2), negate(second, if: (turned + 1) & 2))
    }

    /// −x if `flag` is 2, x if it is 0.
    @inline(__always)
    private static func negate(_ x: Double, if flag: Int) -> Double {
        Double(bitPattern: x.bitPattern ^ UInt64(flag) << 62)
    }

    /// eˣ for Float, through the lanes' arithmetic.
    public static func exp(_ x: Float) -> Float { exp(SIMD8<Float>(repeating: x))[0] }

    /// eˣ in eight lanes: 0 below −86.98, where the result is almost subnormal, and infinite where it overflows.
    public static func exp(_ x: SIMD8<Float>) -> SIMD8<Float> {
        let least: Float = -86.98
        var y = x
        y.replace(with: least, where: x .< least)
        y.replace(with: 89, where: x .> 89)
        // Rounds to the nearest whole number by adding and taking away 1.5 · 2²³.
        let shifter = SIMD8<Float>(repeating: 0x1.8p23)
        let shifted = y * 0x1.7154_76p0 + shifter
        let k = shifted - shifter
        let r = (y - k * 0x1.62E4p-1) - k * 0x1.7F7D_1Cp-20
        var p = SIMD8<Float>(repeating: 1.0 / 5040)
        for coefficient: Float in [1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5] { p = p * r + coefficient }
        // The low bits of the shifted value are k; moved into the exponent they make 2ᵏ⁻¹, and the value is doubled
        // because 2¹²⁸ is no Float but the results just below it are.
        var power = SIMD8<Float>.zero
        for lane in 0..<8 { power[lane] = Float(bitPattern: (shifted[lane].bitPattern &+ 126) &<< 23) }
        var result = (2 * (1 + (r + r * r * p))) * power
        result.replace(with: 0, where: x .< least)
        result.replace(with: Float.nan, where: x .!= x)
        return result
    }

    /// tanh x in eight lanes, within 3 · 10⁻⁷: 1 − 2 / (e²ˣ + 1), and below 0.02, where that cancels, x − x³ / 3.
    public static func tanh(_ x: SIMD8<Float>) -> SIMD8<Float> {
        let small = x - x * x * x / 3
        let large = 1 - 2 / (exp(2 * x) + 1)
        return large.replacing(with: small, where: x * x .< 4e-4)
    }
}
