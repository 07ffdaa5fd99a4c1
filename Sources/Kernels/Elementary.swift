// exp, log, sine and cosine of turns, normal quantile: our own, because the C library's differ by version and
// processor. Fixed order of operations, no fused multiply-add, at most 2 units in the last place.

public enum Elementary {
    private static let log2High = 0x1.62E4_2FEEp-1
    private static let log2Low = 0x1.A39E_F357_93C76p-33

    /// eˣ: k ln 2 is taken off in two parts, the rest (at most ln 2 / 2) goes through the Taylor series to degree 13.
    public static func exp(_ x: Double) -> Double {
        if x.isNaN { return x }
        if x > 709.8 { return .infinity }
        if x < -745.2 { return 0 }
        let k = (x * 0x1.7154_7652_B82FEp0).rounded(.toNearestOrEven)
        let r = (x - k * log2High) - k * log2Low
        var series = 0.0
        for divisor in stride(from: 13.0, through: 3, by: -1) { series = (series + 1) * r / divisor }
        let result = 1 + (r + r * (r / 2 + r * series / 2))
        // In two halves, so that neither the scale of a subnormal nor that of the greatest result overflows.
        let half = (k / 2).rounded(.down)
        return result * Double(sign: .plus, exponent: Int(half), significand: 1)
            * Double(sign: .plus, exponent: Int(k - half), significand: 1)
    }

    /// ln x: x = 2ᵏ m with m near 1, and ln m = 2 artanh((m − 1) / (m + 1)).
    public static func log(_ x: Double) -> Double {
        guard x > 0 else { return x == 0 ? -.infinity : .nan }
        guard x < .infinity else { return x }
        var k = Double(x.exponent)
        var m = x.significand
        if m > 0x1.6A09_E667_F3BCDp0 {
            m /= 2
            k += 1
        }
        let f = m - 1
        let s = f / (2 + f)
        let z = s * s
        var series = 0.0
        for odd in stride(from: 23.0, through: 3, by: -2) { series = z * (2 / odd + series) }
        // ln(1 + f) = f − (f²/2 − s (f²/2 + series)): the leading term is exact.
        let halfSquare = 0.5 * f * f
        return k * log2High - ((halfSquare - (s * (halfSquare + series) + k * log2Low)) - f)
    }

    /// sin 2πt and cos 2πt.
    public static func sineCosine(ofTurns t: Double) -> (sine: Double, cosine: Double) {
        let quarters = (t * 4).rounded(.toNearestOrEven)
        let r = t - quarters / 4
        let x = r * 0x1.921F_B544_42D18p2 + r * 0x1.1A62_6331_45C07p-52
        let z = x * x
        var s = 0.0
        for n in stride(from: 17.0, through: 3, by: -2) { s = -z * (1 + s) / (n * (n - 1)) }
        var c = 0.0
        for n in stride(from: 18.0, through: 4, by: -2) { c = -z * (1 + c) / (n * (n - 1)) }
        let sine = x + x * s
        let cosine = 1 - z * (1 + c) / 2
        switch Int(quarters.truncatingRemainder(dividingBy: 4)) & 3 {
        case 0: return (sine, cosine)
        case 1: return (cosine, -sine)
        case 2: return (-sine, -cosine)
        default: return (-cosine, sine)
        }
    }

    /// eˣ for Float, through the lanes' arithmetic.
    public static func exp(_ x: Float) -> Float { exp(SIMD8<Float>(repeating: x))[0] }

    /// eˣ in eight lanes: below −87.3 it is 0, above 88.7 infinite.
    public static func exp(_ x: SIMD8<Float>) -> SIMD8<Float> {
        var y = x
        y.replace(with: -104, where: x .< -104)
        y.replace(with: 89, where: x .> 89)
        // Rounds to the nearest whole number by adding and taking away 1.5 · 2²³.
        let shifter = SIMD8<Float>(repeating: 0x1.8p23)
        let shifted = y * 0x1.7154_76p0 + shifter
        let k = shifted - shifter
        let r = (y - k * 0x1.62E4p-1) - k * 0x1.7F7D_1Cp-20
        var p = SIMD8<Float>(repeating: 1.0 / 5040)
        for coefficient: Float in [1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5] { p = p * r + coefficient }
        let value = 1 + (r + r * r * p)
        // The low bits of the shifted value are k; moved into the exponent they make 2ᵏ.
        let bits = (unsafe unsafeBitCast(shifted, to: SIMD8<UInt32>.self) &+ 127) &<< 23
        let power = unsafe unsafeBitCast(bits, to: SIMD8<Float>.self)
        var result = value * power
        result.replace(with: 0, where: x .< -87.3)
        result.replace(with: Float.infinity, where: x .> 88.7)
        result.replace(with: Float.nan, where: x .!= x)
        return result
    }
}
