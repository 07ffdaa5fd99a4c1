// Sums and products that stop at the largest number instead of ending the program: for numbers that operators choose,
// of which two may be allowed one by one and too large together.
extension FixedWidthInteger {
    /// The sum, or the bound that it passes.
    @inlinable public func clampedPlus(_ other: Self) -> Self {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? (other < 0 ? .min : .max) : sum
    }

    /// The difference, or the bound that it passes.
    @inlinable public func clampedMinus(_ other: Self) -> Self {
        let (difference, overflows) = subtractingReportingOverflow(other)
        return overflows ? (other < 0 ? .max : .min) : difference
    }

    /// The product, or the bound that it passes.
    @inlinable public func clampedTimes(_ other: Self) -> Self {
        let (product, overflows) = multipliedReportingOverflow(by: other)
        return overflows ? ((self < 0) == (other < 0) ? .max : .min) : product
    }
}
