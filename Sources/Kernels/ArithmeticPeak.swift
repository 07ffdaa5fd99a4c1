// The most additions and multiplications that one thread of this processor can do, without fusing them: what products
// of matrices are measured against.

/// As many independent additions as multiplications, all in registers, none fused.
public enum ArithmeticPeak {
    /// Additions and multiplications of one step of `Lanes`.
    public static func operations<Lanes: SIMD<Float>>(ofStep lanes: Lanes.Type) -> Int { 18 * Lanes.scalarCount }

    /// Steps in registers of eight or of four lanes, whichever this build has. `one` is 1, which the compiler must not
    /// know; the results must be used.
    public static func run(wide steps: Int, one: Float) -> Float { run(steps, SIMD8(repeating: one)) }
    public static func run(narrow steps: Int, one: Float) -> Float { run(steps, SIMD4(repeating: one)) }

    /// Nine sums advance, six of them by a product, and three factors are multiplied: nine of each, which leaves two
    /// of the sixteen registers for the products.
    @inline(__always)
    private static func run<Lanes: SIMD<Float>>(_ steps: Int, _ one: Lanes) -> Float {
        var sums = InlineArray<9, Lanes>(repeating: one)
        var factors = InlineArray<3, Lanes>(repeating: one)
        let two = one + one
        for _ in 0..<steps {
            for i in 0..<3 {
                sums[i] += factors[i] * one
                sums[3 + i] += factors[i] * two
                sums[6 + i] += factors[i]
                factors[i] *= one
            }
        }
        var total = one
        for i in 0..<9 { total += sums[i] }
        return total.sum()
    }
}
